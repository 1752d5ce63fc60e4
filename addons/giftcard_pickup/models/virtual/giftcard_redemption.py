from odoo import fields, models
from odoo.tools import SQL

from ..states import UNDONE


class GiftcardRedemption(models.Model):
    _inherit = "giftcard.redemption"

    fulfilment_ids = fields.One2many(
        "giftcard.fulfilment",
        "redemption_id",
        string="Handovers",
        readonly=True,
        groups="giftcard_pickup.group_reviewer,giftcard_points.group_auditor",
    )

    def _retry_fulfilment(self):
        """Try again what is not handed over yet, unless the redemption has been undone meanwhile."""
        self.ensure_one()
        # Called by the job, or for reviewers who may not write handovers.
        redemption = self.sudo()
        redemption.flush_recordset()
        [(state,)] = redemption.env.execute_query(
            SQL("SELECT state FROM giftcard_redemption WHERE id = %s FOR NO KEY UPDATE", self.id)
        )
        redemption.invalidate_recordset(flush=False)
        if state not in UNDONE:
            redemption.line_ids._deliver()

    def _handed_over(self):
        """:return: whether everything virtual of this redemption is handed over"""
        self.ensure_one()
        return all(fulfilment.state == "done" for fulfilment in self.sudo().fulfilment_ids)
