from odoo import api, fields, models
from odoo.exceptions import UserError

from ..states import PENDING, UNDONE


class StockPicking(models.Model):
    """A transfer of a redemption knows its carrier; one that brings goods to the store knows for whom."""

    _inherit = "stock.picking"

    giftcard_supply_id = fields.Many2one(
        "giftcard.redemption",
        string="For Redemption",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The redemption whose goods this transfer brings to the store.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if redemption_id := vals.get("giftcard_redemption_id"):
                redemption = self.env["giftcard.redemption"].sudo().browse(redemption_id)
                vals.setdefault("carrier_id", redemption.carrier_id.id)
        return super().create(vals_list)

    @api.model
    def _redemption_links(self):
        return (*super()._redemption_links(), "giftcard_supply_id")

    def _create_backorder_picking(self):
        backorder = super()._create_backorder_picking()
        backorder.sudo().giftcard_supply_id = self.sudo().giftcard_supply_id
        return backorder

    def _action_done(self):
        # A warehouse worker need not see redemptions.
        redemptions = self.sudo().giftcard_supply_id
        if redemptions:
            redemptions._lock()
        for picking in self.sudo():
            if picking.giftcard_supply_id.state in PENDING and picking._supply_leaves():
                raise UserError(self.env._("%s has not been approved yet.", picking.giftcard_supply_id.name))
        done = super()._action_done()
        redemptions._supply_arrived()
        return done

    def _refuse_to_free(self):
        for redemption in self.sudo().giftcard_supply_id:
            if redemption.state not in UNDONE:
                raise UserError(
                    self.env._(
                        "The goods of %s are reserved for a member. Cancel the redemption instead.", redemption.name
                    )
                )
        return super()._refuse_to_free()

    def _supply_leaves(self):
        """:return: whether it takes goods out of the warehouse that supplies"""
        return self.picking_type_id.warehouse_id != self.giftcard_supply_id.warehouse_id

    def _supply_is_sent(self):
        """:return: whether some of what it is to bring has left already"""
        return any(move.state == "done" for move in self.move_ids.move_orig_ids)
