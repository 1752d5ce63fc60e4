from odoo import fields, models

from .kinds import VIRTUAL


class GiftcardRedemptionLine(models.Model):
    """The virtual rewards of a redemption. All methods run with the redemption's own rights (sudo)."""

    _inherit = "giftcard.redemption.line"

    fulfilment_ids = fields.One2many(
        "giftcard.fulfilment",
        "line_id",
        readonly=True,
        groups="giftcard_pickup.group_reviewer,giftcard_points.group_auditor",
    )

    def _deliver(self):
        """Hand over what of these is virtual, each piece once; what fails is tried again by a job."""
        # The caller has checked who may decide; handovers, cards and codes are nobody's to write.
        lines = self.sudo()._virtual()
        if lines:
            lines.env["giftcard.fulfilment"]._open(lines)
            lines.fulfilment_ids._try()

    def _is_delivered(self):
        return all(fulfilment.state == "done" for fulfilment in self.sudo().fulfilment_ids)

    def _revoke(self):
        """:raise NotReturnable: when something cannot be taken back"""
        # As above.
        self.sudo().fulfilment_ids._withdraw()

    def _reserve_codes(self):
        """Set codes aside, pools in ascending id.

        :raise OutOfStock:
        """
        for line in self._virtual("code").sorted(lambda line: (line.reward_id.code_pool_id.id, line.id)):
            line.env["giftcard.pool.code"]._reserve(line, line.quantity)

    def _release_codes(self):
        if lines := self._virtual("code"):
            lines.env["giftcard.pool.code"]._release(lines)

    def _virtual(self, *kinds):
        return self.filtered(lambda line: line.reward_id.kind in (kinds or VIRTUAL))
