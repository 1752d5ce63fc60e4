from odoo import models


class GiftcardMessage(models.Model):
    _inherit = "giftcard.message"

    def _deliver(self):
        """Whoever has agreed is told in the mini program too; the cron sends it after this transaction."""
        if self:
            self.env["giftcard.wechat.outbox"].sudo()._enqueue(self)
        return super()._deliver()
