from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _post(self, soft=True):
        """A credit note takes back the points that the refunded lines of a sales order have earned."""
        posted = super()._post(soft)
        for refund in posted.filtered(lambda move: move.move_type == "out_refund"):
            # Accountants need not be allowed to see the order.
            for order in refund.invoice_line_ids.sudo().sale_line_ids.order_id.sorted("id"):
                order._take_back_points(refund)
        return posted
