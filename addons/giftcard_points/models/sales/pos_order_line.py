from odoo import api, fields, models


class PosOrderLine(models.Model):
    _inherit = "pos.order.line"

    giftcard_amount = fields.Monetary(
        string="Worth",
        compute="_compute_giftcard_amount",
        help="Of this line, taxes included, by its price, quantity and taxes; not what the till says it is.",
    )
    giftcard_amount_untaxed = fields.Monetary(string="Worth Without Taxes", compute="_compute_giftcard_amount")

    @api.depends(
        "price_unit",
        "qty",
        "discount",
        "tax_ids",
        "extra_tax_data",
        "order_id.lines",
        "order_id.fiscal_position_id",
        "order_id.partner_id",
    )
    def _compute_giftcard_amount(self):
        """The calculation of the till's client, ``_computeAllPrices``. What returns is negative, in every order."""
        Tax = self.env["account.tax"]
        self.giftcard_amount = self.giftcard_amount_untaxed = 0.0
        for order, lines in self.grouped("order_id").items():
            base_lines = [
                Tax._prepare_base_line_for_taxes_computation(
                    line,
                    quantity=line.qty,
                    partner_id=order.partner_id.commercial_partner_id,
                    currency_id=order.currency_id,
                    tax_ids=line.tax_ids_after_fiscal_position,
                )
                for line in order.lines | lines
            ]
            Tax._add_tax_details_in_base_lines(base_lines, order.company_id)
            Tax._round_base_lines_tax_details(base_lines, order.company_id)
            for base_line in base_lines:
                line, details = base_line["record"], base_line["tax_details"]
                if line in lines:
                    line.giftcard_amount = details["total_included_currency"]
                    line.giftcard_amount_untaxed = details["total_excluded_currency"]

    def _brings_back(self):
        """:return: whether this line refunds the one it names, rather than to sell, or to pay with, something again"""
        sold = self.refunded_orderline_id
        if not sold or self.qty * sold.qty >= 0 or self.giftcard_amount * sold.giftcard_amount > 0:
            return False
        # The back office copies the whole of a reward line.
        return not self.is_reward_line or (self.coupon_id == sold.coupon_id and self.reward_id == sold.reward_id)
