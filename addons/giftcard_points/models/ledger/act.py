import hashlib
import json
from dataclasses import dataclass, field
from uuid import uuid4


@dataclass(frozen=True)
class Act:
    """What a caller states about one business act, before the ledger books it.

    :param kind: one of ``giftcard.operation.kind``
    :param key: idempotency key, unique per company and kind; a retry sends the same key
    :param document: the record the act is about, e.g. ``("pos.order", 7)``
    :param store_id: ``giftcard.store`` where it happened
    :param member_id: ``res.partner`` who acted for himself (the API); staff is recorded as the acting user
    :param reason: free text by the actor
    """

    kind: str
    key: str = field(default_factory=lambda: uuid4().hex)
    document: tuple[str, int] | None = None
    store_id: int | None = None
    member_id: int | None = None
    reason: str | None = None

    def fingerprint(self, *request):
        """Hash of what must be equal for a repeated key to be a repeat; actor and reason are not part of it."""
        body = json.dumps([self.kind, self.document, *request], default=str, sort_keys=True)
        return hashlib.sha256(body.encode()).hexdigest()


def capture_key(order_id, card_id):
    """:return: the idempotency key by which storing an order of the till takes value from a card"""
    return f"pos.order/{order_id}/{card_id}"


def earn_key(order_id, card_id):
    """:return: the idempotency key by which storing an order of the till gives points to a card"""
    return f"pos.order/{order_id}/{card_id}/earn"


class Native(str):
    """Context value ``giftcard_native``: to what native writes of points are attributed.

    As text it is the document and the store: ``"pos.order,7,3"``.

    Only server code can make one: a context that comes by RPC holds plain strings, which the ledger does not believe,
    and which are not equal to it, since environments are told apart by their context.
    """

    __hash__ = str.__hash__

    def __eq__(self, other):
        return type(self) is type(other) and str.__eq__(self, other)

    def __ne__(self, other):
        return not self == other

    @classmethod
    def document(cls, record, store=None):
        return cls(f"{record._name},{record.id},{store.id if store else 0}")

    @classmethod
    def of(cls, context):
        native = context.get("giftcard_native")
        return native if isinstance(native, cls) else cls()

    def act(self, card, amount):
        """:return: the :class:`Act` of a change by ``amount``"""
        if amount < 0:
            kind = "spend"
        elif card.program_type == "loyalty":
            kind = "earn"
        else:
            kind = "load" if card.version else "issue"
        if not self:
            return Act(kind)
        model, res_id, store_id = self.split(",")
        return Act(kind, document=(model, int(res_id)), store_id=int(store_id) or None)

    def booked(self, card):
        """:return: what the till has taken from the card, less what it gave, when it stored this order"""
        if not self.startswith("pos.order,"):
            return 0
        order_id = int(self.split(",")[1])
        # Cashiers do not read the ledger.
        operations = (
            card.env["giftcard.operation"]
            .sudo()
            .search(
                [
                    ("kind", "in", ("spend", "earn")),
                    ("idempotency_key", "in", (capture_key(order_id, card.id), earn_key(order_id, card.id))),
                ]
            )
        )
        return -sum(operations.entry_ids.mapped("amount"))


class Adjustment(Native):
    """The same for a correction by hand; its text is the reason."""

    def act(self, card, amount):
        return Act("adjust", reason=str(self))
