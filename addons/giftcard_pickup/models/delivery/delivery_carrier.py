from odoo import fields, models


class DeliveryCarrier(models.Model):
    """What sending a redemption costs, beside the carrier's own rules on what is paid in money."""

    _inherit = "delivery.carrier"

    giftcard_free_points = fields.Float(
        string="Free From Points",
        digits="Gift Card Value",
        help="Redemptions for so many points or more are sent free; 0: no such rule.",
    )
    giftcard_free_tier_ids = fields.Many2many(
        "giftcard.tier", string="Free for Tiers", help="Redemptions of members of these tiers are sent free."
    )

    _giftcard_free_points_check = models.Constraint(
        "CHECK(giftcard_free_points >= 0)", "Points of a rule cannot be negative."
    )

    def _giftcard_rate(self, redemption, order):
        """What it costs to send a redemption.

        :param order: the ``sale.order`` that stands for it, see ``giftcard.redemption._shipping_order``
        :return: amount in the currency of its company, taxes included; None when this carrier does not take it
        """
        self.ensure_one()
        if not self._match(redemption.address_id, order):
            return None
        rate = self.rate_shipment(order)
        if not rate["success"]:
            return None
        if self._giftcard_is_free(redemption):
            return 0.0
        taxes = self.product_id.taxes_id._filter_taxes_by_company(redemption.company_id)
        return taxes.compute_all(rate["price"], redemption.currency_id, product=self.product_id)["total_included"]

    def _giftcard_is_free(self, redemption):
        many_points = self.giftcard_free_points and redemption.points >= self.giftcard_free_points
        return bool(many_points or redemption.member_id.member_tier_id in self.giftcard_free_tier_ids)
