from odoo import fields, models

from ..states import SOURCES, UNDONE


class GiftcardRedemption(models.Model):
    _inherit = "giftcard.redemption"

    fulfilment_ids = fields.One2many(
        "giftcard.fulfilment",
        "redemption_id",
        string="Handovers",
        readonly=True,
        groups="giftcard_pickup.group_reviewer,giftcard_points.group_auditor",
    )

    def _transition(self, state, reason=None, member=None, sources=None):
        """What is virtual is done at once. The staff, not the member, can call it off after that; whether it can be
        taken back is decided by what was handed over.
        """
        by_staff = state == "cancelled" and not sources and not member
        if by_staff and all(redemption.fulfilment == "virtual" for redemption in self):
            sources = (*SOURCES[state], "done")
        return super()._transition(state, reason, member, sources)

    def _retry_fulfilment(self):
        """Try again what is not handed over yet, unless the redemption has been undone meanwhile."""
        self.ensure_one()
        # Called by the job, or for reviewers who may not write handovers.
        redemption = self.sudo()
        redemption._lock()
        # What is owed beside goods that came back is still owed.
        if redemption.state in UNDONE:
            return
        redemption.line_ids._deliver()
        if redemption.state == "approved" and not redemption.transfer_due and not redemption._needed_goods():
            redemption._finish_virtual()
