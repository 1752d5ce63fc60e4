import hmac
import re
import unicodedata

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL, format_datetime

DIGITS = re.compile(r"\d{8}", re.ASCII)
TOKEN = re.compile(r"GP1-(\d{1,9})-([A-Z2-7]{16})-[A-Z2-7]{26}", re.ASCII)


class GiftcardPickupCode(models.Model):
    """Verification of pickup codes by a store's clerk, who has no rights on stock, members or codes of his own."""

    _inherit = "giftcard.pickup.code"

    # Actions

    @api.model
    def action_stores(self):
        """:return: the stores in which the user is a clerk: list of ``{"id", "name"}``"""
        return [{"id": store.id, "name": store.name} for store in self._clerk_stores()]

    @api.model
    def action_verify(self, scanned, store_id):
        """Tell what a code is good for, see :meth:`_verify`."""
        return self._verify(scanned, self._clerk_store(store_id))

    @api.model
    def action_hand_over(self, scanned, store_id):
        """Hand the goods over, see :meth:`_hand_over`. Takes what was scanned, since an id is no proof of a code."""
        return self._hand_over(scanned, self._clerk_store(store_id))

    def _clerk_stores(self):
        if not self.env.user.has_group("giftcard_pickup.group_clerk"):
            raise AccessError(self.env._("Only clerks verify pickup codes."))
        return self.env["giftcard.store"].search([("user_ids", "in", self.env.uid)])

    def _clerk_store(self, store_id):
        store = self._clerk_stores().filtered(lambda store: store.id == store_id)
        if not store:
            raise AccessError(self.env._("You are not on the staff of this store."))
        return store

    # Business

    @api.model
    def _verify(self, scanned, store):
        """Tell what a code is good for, at this store, and log the attempt.

        :param scanned: the digits, or the content of the QR code
        :param store: ``giftcard.store`` where the acting user is a clerk
        :return: dict with ``result`` and a ``message`` to show; moreover

            - ``ready``: ``redemption`` (number), ``member`` (masked), ``valid_until``,
              ``lines`` (list of ``{"name", "quantity", "image_url"}``)
            - ``used``: ``redemption``, ``used_at``, ``used_store``, ``used_by``
            - ``expired``: ``redemption``, ``valid_until``
            - ``void`` (cancelled), ``not_ready``: ``redemption``, ``state``
            - ``other_store``: ``store``, its name, and nothing else
            - ``unknown``
            - ``throttled``: ``retry_after`` seconds, after too many wrong codes

            Times are UTC in ISO 8601.
        """
        return self._look_up(scanned, store, "verify")[1]

    @api.model
    def _hand_over(self, scanned, store):
        """Use a code up and hand its goods over: once, whoever tries at the same time.

        :return: as :meth:`_verify`, with ``handed_over`` in the place of ``ready``; otherwise nothing has changed
        :raise OutOfStock: when the reserved goods are gone
        """
        code, answer = self._look_up(scanned, store, "hand_over")
        if answer["result"] != "ready":
            return answer
        redemption = code.redemption_id
        self.env.execute_query(SQL("SELECT id FROM giftcard_redemption WHERE id = %s FOR NO KEY UPDATE", redemption.id))
        now = fields.Datetime.now()
        won = self.env.execute_query(
            SQL(
                """
                UPDATE giftcard_pickup_code
                   SET state = 'used', used_at = %(now)s, used_by_id = %(uid)s, used_store_id = %(store)s
                 WHERE id = %(code)s AND state = 'open' AND store_id = %(store)s AND valid_until >= %(now)s
             RETURNING id
                """,
                now=now,
                uid=self.env.uid,
                store=store.id,
                code=code.id,
            )
        )
        code.invalidate_recordset(flush=False)
        redemption.invalidate_recordset(flush=False)
        if not won:
            return self._describe(code, store)
        redemption._complete()
        return {
            **answer,
            "result": "handed_over",
            "message": self.env._("Handed over: %s", redemption.name),
        }

    # Building blocks

    def _look_up(self, scanned, store, purpose):
        """:return: (code, answer); the attempt has been logged, for good, when this returns"""
        # A clerk reads no codes; what is told of the one found is chosen in _describe.
        kind, normalized, code = self.sudo()._find(scanned, store.sudo())
        answer = self._describe(code, store)
        throttled = self.env["giftcard.pickup.attempt"]._record(
            store,
            purpose=purpose,
            kind=kind,
            result=answer["result"],
            code=code,
            hint=normalized[-2:] if not code else False,
        )
        if throttled:
            return self.browse(), {
                "result": "throttled",
                "retry_after": throttled,
                "message": self.env._("Too many wrong codes. Try again in %s minutes.", -(-throttled // 60)),
            }
        return code, answer

    def _find(self, scanned, store):
        """:return: (kind of input, the input cleaned of what keyboards and scanners add, the code or none)"""
        text = scanned if isinstance(scanned, str) else ""
        # An input method may turn digits into full-width ones; Caps Lock may turn letters.
        text = re.sub(r"\s", "", unicodedata.normalize("NFKC", text[:200])).upper()
        if DIGITS.fullmatch(text):
            return "digits", text, self._find_digits(text, store)
        if parts := TOKEN.fullmatch(text):
            code_id, nonce = int(parts[1]), parts[2]
            if hmac.compare_digest(text, self._make_token(code_id, nonce)):
                code = self.browse(code_id).exists()
                if code and code.company_id == store.company_id and hmac.compare_digest(nonce, code.nonce):
                    return "token", text, code
            return "token", text, self.browse()
        return "other", text, self.browse()

    def _find_digits(self, digits, store):
        """Prefer an open code of this store, then its latest, then an open one of another store of the company."""
        own = self.search([("digits", "=", digits), ("store_id", "=", store.id)])
        if own:
            return own.filtered(lambda code: code.state == "open") or own[:1]
        others = [("digits", "=", digits), ("state", "=", "open"), ("company_id", "=", store.company_id.id)]
        return self.search(others, limit=1)

    def _describe(self, code, store):
        """What a clerk of ``store`` may know about a code."""
        if not code:
            return {"result": "unknown", "message": self.env._("This code does not exist.")}
        if code.store_id != store:
            name = code.store_id.name
            return {
                "result": "other_store",
                "store": name,
                "message": self.env._("This code is for the store %s.", name),
            }
        redemption = code.redemption_id
        known = {"redemption": redemption.name}
        if code.state == "used":
            return {
                **known,
                "result": "used",
                "used_at": self._iso(code.used_at),
                "used_store": code.used_store_id.name,
                "used_by": code.used_by_id.name,
                "message": self.env._(
                    "Used already: %(date)s, %(store)s, by %(clerk)s.",
                    date=format_datetime(self.env, code.used_at),
                    store=code.used_store_id.name,
                    clerk=code.used_by_id.name,
                ),
            }
        if code.state == "expired" or (code.state == "open" and code.valid_until < fields.Datetime.now()):
            return {
                **known,
                "result": "expired",
                "valid_until": self._iso(code.valid_until),
                "message": self.env._("Expired on %s.", format_datetime(self.env, code.valid_until)),
            }
        state = dict(redemption._fields["state"]._description_selection(self.env))[redemption.state]
        if code.state == "void":
            return {**known, "result": "void", "state": state, "message": self.env._("This code is void: %s.", state)}
        if redemption.state != "ready":
            return {
                **known,
                "result": "not_ready",
                "state": state,
                "message": self.env._("Not ready for pickup: %s.", state),
            }
        return {
            **known,
            "result": "ready",
            "member": redemption.member_masked,
            "valid_until": self._iso(code.valid_until),
            "lines": [
                {
                    "name": line._label(),
                    "quantity": line.quantity,
                    "image_url": line._image_url(),
                }
                for line in redemption.line_ids
            ],
            "message": self.env._("Hand over these goods."),
        }

    def _iso(self, moment):
        return f"{moment.isoformat(timespec='seconds')}Z"
