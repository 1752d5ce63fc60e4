from odoo import api, fields, models


class GiftcardRedemptionLine(models.Model):
    """So many pieces of one reward, at the price it had when it was redeemed."""

    _name = "giftcard.redemption.line"
    _description = "Redemption Line"
    _order = "redemption_id, id"

    redemption_id = fields.Many2one(
        "giftcard.redemption", required=True, readonly=True, index=True, ondelete="restrict"
    )
    reward_id = fields.Many2one("giftcard.reward", required=True, readonly=True, index=True, ondelete="restrict")
    product_id = fields.Many2one("product.product", required=True, readonly=True, index=True, ondelete="restrict")
    quantity = fields.Integer(required=True, readonly=True)
    price_id = fields.Many2one("giftcard.reward.price", readonly=True, index="btree_not_null", ondelete="set null")
    returned_quantity = fields.Integer(string="Returned", readonly=True, required=True, default=0)
    points_price = fields.Float(digits="Gift Card Value", required=True, readonly=True, aggregator=None)
    cash_price = fields.Monetary(required=True, readonly=True, default=0.0, aggregator=None)
    currency_id = fields.Many2one(related="redemption_id.currency_id")
    points = fields.Float(compute="_compute_points", store=True, digits="Gift Card Value")
    company_id = fields.Many2one(related="redemption_id.company_id")
    store_id = fields.Many2one(related="redemption_id.store_id")
    state = fields.Selection(related="redemption_id.state")
    date = fields.Datetime(related="redemption_id.date")

    _reward_uniq = models.Constraint("UNIQUE(redemption_id, reward_id)", "A reward has one line in a redemption.")
    _returned_check = models.Constraint(
        "CHECK(returned_quantity BETWEEN 0 AND quantity)", "No more comes back than was redeemed."
    )
    _quantity_check = models.Constraint("CHECK(quantity > 0)", "At least one piece is redeemed.")

    @api.depends("quantity", "points_price")
    def _compute_points(self):
        for line in self:
            line.points = line.quantity * line.points_price

    @api.depends("reward_id", "quantity")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.reward_id.display_name} × {line.quantity}"

    # Business

    def _is_goods(self):
        """:return: whether pieces of it move through the warehouse"""
        return self.product_id.type != "service" and not self.reward_id._is_virtual()

    def _deliver(self):
        """Give the member a virtual reward, once; called on approval, in its transaction. There are none here."""

    def _is_delivered(self):
        """:return: whether nothing of a virtual reward is left to deliver"""
        return True

    def _revoke(self):
        """Take back what :meth:`_deliver` gave; called when the redemption is undone, in its transaction.

        :raise UserError: when it cannot be taken back, so that the redemption cannot be undone
        """
