import json
from datetime import datetime

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class GiftcardPickupCode(models.Model):
    """What a till needs to hand goods over without network, and what it has done then."""

    _inherit = "giftcard.pickup.code"

    # Actions

    @api.model
    def action_offline(self, store_id):
        """What a till of this store has to know; asked for while there is a network.

        Of open codes it tells what to hand over, but neither digits nor tokens: the member shows them, and the till
        checks the signature of what he shows against the keys.

        :return: dict with ``store_id``, ``store``, ``at`` (ISO 8601), ``keys`` (key id -> base64 of the public key),
            ``open`` (code id -> as in ``ready``) and ``closed`` (code id -> state) of codes whose QR code would still
            look good
        """
        store = self._clerk_store(store_id).sudo()
        codes = self.sudo()
        keys = self.env["giftcard.pickup.key"].sudo().search([("company_id", "=", store.company_id.id)])
        alive = [("store_id", "=", store.id), ("valid_until", ">=", fields.Datetime.now())]
        still_open = codes.search([*alive, ("state", "=", "open"), ("redemption_id.state", "=", "ready")])
        closed = codes.search([*alive, ("id", "not in", still_open.ids)])
        return {
            "store_id": store.id,
            "store": store.name,
            "at": self._iso(fields.Datetime.now()),
            "keys": {str(key.id): key.public_key for key in keys},
            "open": {
                str(code.id): {
                    "redemption": code.redemption_id.name,
                    "member": code.redemption_id.member_masked,
                    "proxy": code._told_proxy(),
                    "valid_until": self._iso(code.valid_until),
                    "lines": code.redemption_id._told_lines(),
                }
                for code in still_open
            },
            "closed": {str(code.id): code.state for code in closed},
        }

    @api.model
    def action_sync(self, handovers, store_id, device=None):
        """Book what a till handed over without network. Each is booked once, however often it is told.

        :param handovers: list of ``{"uuid", "scanned", "parts", "handed_at" (ISO 8601, UTC)}``, see :meth:`_hand_over`
        :return: list of ``{"uuid", "state", "message"}``: ``applied``; ``conflict``, which is kept for the back office;
            ``later``: tell it again
        """
        store = self._clerk_store(store_id)
        return [self._sync(handover, store, device) for handover in handovers]

    # Business

    def _sync(self, handover, store, device):
        uuid = str(handover.get("uuid"))[:64]
        told = self.env["giftcard.pickup.offline"].sudo().search([("uuid", "=", uuid), ("store_id", "=", store.id)])
        if told:
            return {"uuid": uuid, "state": told.state, "message": told.message}
        now = fields.Datetime.now()
        handed_at = min(self._moment(handover.get("handed_at")) or now, now)
        scanned, parts = handover.get("scanned"), handover.get("parts")
        try:
            with self.env.cr.savepoint():
                answer = self._hand_over(scanned, store, parts, device, uuid, handed_at, "sync")
        except UserError as refusal:
            answer = {"result": "refused", "message": str(refusal)}
        if answer["result"] == "throttled":
            return {"uuid": uuid, "state": "later", "message": answer["message"]}
        state = "applied" if answer["result"] == "handed_over" else "conflict"
        # What is recorded is the till's own telling; clerks do not write records.
        code = self.sudo()._find(scanned, store.sudo())[2]
        values = {
            "uuid": uuid,
            "company_id": store.company_id.id,
            "store_id": store.id,
            "user_id": self.env.uid,
            "device": self.env["giftcard.pickup.attempt"]._device(device),
            "handed_at": handed_at,
            "synced_at": now,
            "scanned": str(scanned or "")[:200],
            "code_id": code.id or None,
            "redemption_id": code.redemption_id.id or None,
            "parts": json.dumps(parts),
            "state": state,
            "message": answer["message"],
            "create_uid": self.env.uid,
            "create_date": now,
        }
        # Two windows of one till may tell the same at once.
        self.env.execute_query(
            SQL(
                "INSERT INTO giftcard_pickup_offline (%s) VALUES %s ON CONFLICT (uuid) DO NOTHING RETURNING id",
                SQL(", ").join(map(SQL.identifier, values)),
                tuple(values.values()),
            )
        )
        return {"uuid": uuid, "state": state, "message": answer["message"]}

    def _moment(self, text):
        """:return: naive datetime of an ISO 8601 text in UTC, or None"""
        try:
            return datetime.fromisoformat(str(text)).replace(tzinfo=None, microsecond=0)
        except ValueError:
            return None
