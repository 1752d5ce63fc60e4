from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import fields, models
from odoo.http import request

from odoo.addons.giftcard_points.exceptions import CodeNotAccepted

from ...api.problems import Problem
from ...schemas.reward import image_url
from ...schemas.staff import Clerk, PickupAnswer, StaffHandover, StaffMember, StaffSession, StaffStore, Waiting


class GiftcardApiStaff(models.AbstractModel):
    """Runs as the clerk whose phone it is; what a clerk may do is decided where the back office asks for it too."""

    _name = "giftcard.api.staff"
    _inherit = "giftcard.api.service"
    _description = "API: Clerks"

    def _pair(self, pairing):
        """:param pairing: :class:`~...schemas.staff.Pairing`

        :return: :class:`~...schemas.staff.StaffSession`
        :raise Problem: ``invalid_pairing_code``
        """
        httprequest = request.httprequest
        token, session = self.env["giftcard.staff.session"]._exchange(
            pairing.code, httprequest.user_agent.string, httprequest.remote_addr
        )
        clerk = self.with_user(session.user_id).with_context(allowed_company_ids=session.company_id.ids)
        return StaffSession(
            access_token=token, token_type="Bearer", expires_at=session.expires_at, clerk=clerk._clerk()
        )

    def _end(self):
        """End the session of this request."""
        self.env["giftcard.staff.session"].browse(self.env.context["giftcard_staff_session_id"])._revoke()

    def _clerk(self):
        """:return: :class:`~...schemas.staff.Clerk`"""
        stores = self.env["giftcard.pickup.code"]._clerk_stores()
        waiting = dict(
            self.env["giftcard.redemption"]._read_group(
                [("store_id", "in", stores.ids), ("state", "=", "ready")], ["store_id"], ["__count"]
            )
        )
        return Clerk(
            name=self.env.user.name,
            stores=[
                StaffStore(
                    id=store.id,
                    name=store.name,
                    waiting=waiting.get(store, 0),
                    handed_over=self.env["giftcard.pickup.handover"].search_count(self._of_day(store)),
                )
                for store in stores
            ],
        )

    def _verify(self, store_id, verification):
        """:return: :class:`~...schemas.staff.PickupAnswer`; the attempt is recorded"""
        codes = self.env["giftcard.pickup.code"]
        return self._told(codes.action_verify(verification.scanned, store_id, self._device()))

    def _hand_over(self, store_id, handover):
        """Hand over, once for the key of the request.

        :param handover: :class:`~...schemas.staff.HandoverRequest`
        :return: :class:`~...schemas.staff.PickupAnswer`
        """
        parts = handover.parts and [part.model_dump() for part in handover.parts]
        # Keys are each clerk's own.
        key = f"api/{self.env.uid}/{self.env.context['giftcard_idempotency_key']}"
        codes = self.env["giftcard.pickup.code"]
        return self._told(codes.action_hand_over(handover.scanned, store_id, parts, self._device(), key))

    def _handovers(self, store_id, query):
        """:return: page of :class:`~...schemas.staff.StaffHandover` of a day, the latest first"""
        store = self._store(store_id)
        domain = self._of_day(store, query.day)
        return self._page(StaffHandover, "giftcard.pickup.handover", domain, query, [("id", "desc")])

    def _look_up(self, store_id, look_up):
        """Tell who stands at the counter; each attempt is recorded, and wrong ones lead to a pause.

        :param look_up: :class:`~...schemas.staff.LookUp`
        :return: :class:`~...schemas.staff.StaffMember`
        :raise Problem: ``code_not_accepted``, ``too_many_attempts``
        """
        store = self._store(store_id)
        text = look_up.text.strip()
        # Who shows a code, or tells the number, is known to whom it is told; of the rest a clerk sees nothing.
        members = self.env["res.partner"].sudo()
        member = members._member_of_qr(text) or members._member_of_number(text.upper())
        member = member.filtered(lambda one: one.member_state in ("active", "frozen"))
        __, pause = self.env["giftcard.code.attempt"]._record(
            "accepted" if member else "wrong", store_id=store.id, hint=None if member else text[-2:]
        )
        if pause:
            raise Problem("too_many_attempts", retry_after=pause)
        if not member:
            raise CodeNotAccepted(self.env._("This code is not accepted."))
        redemptions = self.env["giftcard.redemption"].search(
            [("member_id", "=", member.id), ("store_id", "=", store.id), ("state", "=", "ready")]
        )
        name = (member.name or "").strip()
        return StaffMember(
            name=f"{name[:1]}**",
            number=member.member_number,
            state=member.member_state,
            tier=member.member_tier_id.name or None,
            waiting=[
                Waiting(
                    redemption=redemption.name,
                    pieces=sum(line.left_quantity for line in redemption.sudo()._pickup_lines()),
                    valid_until=redemption.pickup_valid_until or None,
                )
                for redemption in redemptions
            ],
        )

    # Building blocks

    def _told(self, answer):
        if answer["result"] == "throttled":
            raise Problem("too_many_attempts", answer["message"], retry_after=answer["retry_after"])
        lines = answer.get("lines", ())
        # They are in the answer already; only the reward of each is looked up, for its picture.
        redeemed = self.env["giftcard.redemption.line"].sudo().browse([line["line_id"] for line in lines])
        for told, line in zip(lines, redeemed, strict=True):
            told["image_url"] = image_url(line.reward_id)
        return PickupAnswer.from_answer(answer)

    def _store(self, store_id):
        return self.env["giftcard.pickup.code"]._clerk_store(store_id)

    def _device(self):
        return f"phone/{self.env.context['giftcard_staff_session_id']}"

    def _of_day(self, store, day=None):
        """:return: domain of the handovers of a day of the store, today"""
        zone = ZoneInfo(store.sudo().tz)
        day = day or datetime.now(zone).date()
        begins, ends = (
            datetime.combine(day + timedelta(days=days), time(), zone).astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
            for days in (0, 1)
        )
        return [
            ("store_id", "=", store.id),
            ("date", ">=", fields.Datetime.to_string(begins)),
            ("date", "<", fields.Datetime.to_string(ends)),
        ]
