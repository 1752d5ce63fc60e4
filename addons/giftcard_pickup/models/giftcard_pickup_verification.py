import re
import unicodedata

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

DIGITS = re.compile(r"\d{8}", re.ASCII)
NUMBER = re.compile(r"[A-Z]{1,4}\d{6,12}", re.ASCII)


class GiftcardPickupCode(models.Model):
    """Verification of pickup codes by a store's clerk, who has no rights on stock, members or codes of his own."""

    _inherit = "giftcard.pickup.code"

    # Actions

    @api.model
    def action_stores(self):
        """:return: the stores in which the user is a clerk: list of ``{"id", "name"}``"""
        return [{"id": store.id, "name": store.name} for store in self._clerk_stores()]

    @api.model
    def action_verify(self, scanned, store_id, device=None):
        """Tell what a code is good for, see :meth:`_verify`."""
        return self._verify(scanned, self._clerk_store(store_id), device=device)

    @api.model
    def action_hand_over(self, scanned, store_id, parts=None, device=None, key=None):
        """Hand the goods over, see :meth:`_hand_over`. Takes what was scanned, since an id is no proof of a code."""
        return self._hand_over(scanned, self._clerk_store(store_id), parts, device=device, key=key)

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
    def _verify(self, scanned, store, device=None):
        """Tell what a code is good for, at this store, and log the attempt.

        :param scanned: the digits, the content of the QR code, or the number of the order, which tells how it is
            getting on but is no proof of anything
        :param store: ``giftcard.store`` where the acting user is a clerk
        :param device: what the screen calls itself, kept by the browser; attempts are counted by it too
        :return: dict, see :meth:`_describe`
        """
        return self._look_up(scanned, store, "verify", device)[1]

    @api.model
    def _hand_over(self, scanned, store, parts=None, device=None, key=None, moment=None, purpose="hand_over"):
        """Hand goods over against a code: each piece once, whoever tries at the same time.

        :param parts: None: all that is left; or list of ``{"line_id", "quantity", "lots": [{"name", "quantity"}]}``,
            where tracked goods need their lots
        :param key: of this act, made by the screen; asked again with it, since a reply was lost, the answer is the same
        :param moment: when a till without network did it; now
        :return: as :meth:`_verify`, with ``handed_over`` in the place of ``ready``; otherwise nothing has changed
        :raise NotLeftToHandOver, LotRequired, LotNotAvailable, OutOfStock: nothing has changed once it is rolled back
        """
        moment = moment or fields.Datetime.now()
        if done := self._handed_over(key, store):
            return self._describe_handover(done)
        code, answer = self._look_up(scanned, store, purpose, device, moment)
        if answer["result"] != "ready":
            return answer
        redemption = code.redemption_id
        ready = redemption._touch_ready()
        # The same call may have got here first.
        handover = self._handed_over(key, store)
        if ready and not handover:
            handover = redemption._hand_over_to(code, store, parts, moment, key)
        return self._describe_handover(handover) if handover else self._describe(code, store, moment)

    def _handed_over(self, key, store):
        """:return: the ``giftcard.pickup.handover`` of this key in the store, or none"""
        # It tells a clerk of the store again what he has been told.
        handovers = self.env["giftcard.pickup.handover"].sudo()
        return handovers.search([("key", "=", key), ("store_id", "=", store.id)]) if key else handovers

    def _use(self, store, moment, last):
        """Use the code, up or for a part, if it is open: guarded, so that each handover sees those before.

        :return: whether it was
        """
        now, uid = fields.Datetime.now(), self.env.uid
        used = SQL(", state = 'used', used_at = %s, used_by_id = %s, used_store_id = %s", moment, uid, store.id)
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE giftcard_pickup_code
                   SET write_date = %(now)s, write_uid = %(uid)s %(used)s
                 WHERE id = %(code)s AND state = 'open' AND store_id = %(store)s AND valid_until >= %(moment)s
             RETURNING id
                """,
                now=now,
                uid=uid,
                used=used if last else SQL(),
                code=self.id,
                store=store.id,
                moment=moment,
            )
        )
        self.invalidate_recordset(flush=False)
        return bool(rows)

    # Building blocks

    def _look_up(self, scanned, store, purpose, device, moment=None):
        """:return: (code, answer); the attempt has been logged, for good, when this returns"""
        # A clerk reads no codes; what is told of the one found is chosen in _describe.
        kind, normalized, code = self.sudo()._find(scanned, store.sudo())
        if kind == "number":
            redemption = self._find_number(normalized, store.sudo())
            answer = self._describe_order(redemption, store)
            known = bool(redemption)
        else:
            answer = self._describe(code, store, moment)
            known = bool(code)
        throttled = self.env["giftcard.pickup.attempt"]._record(
            store,
            purpose=purpose,
            kind=kind,
            result=answer["result"],
            code=code,
            hint=normalized[-2:] if not known else False,
            device=device,
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
        text = re.sub(r"\s", "", unicodedata.normalize("NFKC", text[:250])).upper()
        if DIGITS.fullmatch(text):
            return "digits", text, self._find_digits(text, store)
        if NUMBER.fullmatch(text):
            return "number", text, self.browse()
        if text.startswith("GP"):
            return "token", text, self._find_token(text, store)
        return "other", text, self.browse()

    def _find_digits(self, digits, store):
        """Prefer an open code of this store, then its latest, then an open one of another store of the company."""
        own = self.search([("digits", "=", digits), ("store_id", "=", store.id)])
        if own:
            return own.filtered(lambda code: code.state == "open") or own[:1]
        others = [("digits", "=", digits), ("state", "=", "open"), ("company_id", "=", store.company_id.id)]
        return self.search(others, limit=1)
