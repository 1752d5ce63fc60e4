from odoo import fields, models


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    pos_config_id = fields.Many2one("pos.config", string="Till", readonly=True, index="btree_not_null")

    def _post_process(self):
        """The books of the till hold what it took: a payment of its own would count it twice."""
        till = self.filtered(lambda tx: tx.pos_config_id or tx.source_transaction_id.pos_config_id)
        till.is_post_processed = True
        return super(PaymentTransaction, self - till)._post_process()
