from odoo import models

from ...exceptions import StorePaused


class GiftcardRedemption(models.Model):
    _inherit = "giftcard.redemption"

    def _check_orderable(self, rewards):
        store = self.store_id
        if store.paused:
            raise StorePaused(store.pause_note or self.env._("%s takes no orders at present.", store.name))
        return super()._check_orderable(rewards)
