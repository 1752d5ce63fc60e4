from odoo import models

from ..ledger.act import Native, Undone


class LoyaltyCard(models.Model):
    _inherit = "loyalty.card"

    def unlink(self):
        """Native code deletes the cards of a cancelled order; one on which something is held stays, blocked."""
        held = self._valued() if isinstance(Native.of(self.env.context), Undone) else self.browse()
        return super(LoyaltyCard, self - held).unlink()
