import hashlib
import json
from dataclasses import dataclass, field, replace
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


# Idempotency keys by which storing an order of the till books what its lines have sold begin so.
LINE_KEY = "pos.order.line/"


def refund_key(order_id, operation_id):
    """:return: the idempotency key by which storing an order of the till undoes what an earlier order did"""
    return f"pos.order/{order_id}/undo/{operation_id}"


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
            # A wallet is loaded, also the first time; a gift card comes with its value.
            kind = "load" if card.version or card.program_type == "ewallet" else "issue"
        if not self:
            return Act(kind)
        model, res_id, store_id = self.split(",")
        return Act(kind, document=(model, int(res_id)), store_id=int(store_id) or None)

    def booked(self, card):
        """:return: what storing this order of the till has taken from the card, less what it has put on it"""
        if not self.startswith("pos.order,"):
            return 0
        order_id = int(self.split(",")[1])
        # Cashiers do not read the ledger.
        operations = (
            card.env["giftcard.operation"]
            .sudo()
            .search(
                [
                    ("res_model", "=", "pos.order"),
                    ("res_id", "=", order_id),
                    ("entry_ids.card_id", "=", card.id),
                    "|",
                    ("idempotency_key", "in", (capture_key(order_id, card.id), earn_key(order_id, card.id))),
                    ("idempotency_key", "=like", LINE_KEY + "%"),
                ]
            )
        )
        return -sum(operations.entry_ids.filtered(lambda entry: entry.card_id.id == card.id).mapped("amount"))

    def settled(self, card):
        """:return: whether the ledger has moved by itself what native code is about to write"""
        return False


class Undone(Native):
    """The same while native code undoes a document that the ledger has undone already, operation by operation."""

    def act(self, card, amount):
        return replace(super().act(card, amount), kind="refund") if amount > 0 else super().act(card, amount)

    def settled(self, card):
        model, res_id, __ = self.split(",")
        # Who cancels an order need not read the ledger. An order from before the ledger is undone by native code.
        return bool(
            card.env["giftcard.entry"]
            .sudo()
            .search_count(
                [
                    ("card_id", "=", card.id),
                    ("operation_id.res_model", "=", model),
                    ("operation_id.res_id", "=", int(res_id)),
                ],
                limit=1,
            )
        )


class Adjustment(Native):
    """The same for a correction by hand; its text is the reason."""

    def act(self, card, amount):
        return Act("adjust", reason=str(self))
