from datetime import timedelta

from odoo import fields, models

from ...exceptions import ExtensionNotAllowed


class GiftcardRedemption(models.Model):
    """More time to pick up, for a member who asks for it."""

    _inherit = "giftcard.redemption"

    # Business

    def _extend_for_member(self, member):
        """Give the days that the store grants, once for a redemption.

        The method needs no rights of the user who calls it: the caller makes sure of who the member is.

        :raise ExtensionNotAllowed: when the store grants none, or the member has had them, or it is too late
        :raise IllegalTransition: when the goods are not ready, or not ready any more
        """
        redemption = self.sudo()
        # Of two who ask at once the second sees what the first was granted.
        redemption._lock_ready()
        if problem := redemption._extension_problem():
            raise ExtensionNotAllowed(problem)
        days = redemption.store_id.member_extra_days
        redemption._extend_pickup(
            redemption.pickup_code_id.valid_until + timedelta(days=days), self.env._("Asked for by the member"), member
        )

    def _may_extend(self):
        """:return: whether :meth:`_extend_for_member` would give more time now"""
        redemption = self.sudo()
        return redemption.state == "ready" and not redemption._extension_problem()

    def _extension_problem(self):
        """:return: what keeps a member from more time, or None"""
        if not self.store_id.member_extra_days:
            return self.env._("%s keeps goods no longer.", self.store_id.name)
        if self.pickup_code_id.valid_until < fields.Datetime.now():
            return self.env._("The time to pick up is over.")
        events = self.pickup_code_ids.event_ids
        if events.filtered(lambda event: event.kind == "extended" and event.member_id):
            return self.env._("The time to pick up was extended once already.")
        return None
