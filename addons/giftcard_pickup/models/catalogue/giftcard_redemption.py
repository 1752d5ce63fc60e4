from odoo import fields, models

from ...exceptions import LimitReached


class GiftcardRedemption(models.Model):
    _inherit = "giftcard.redemption"

    counted_on = fields.Date(
        readonly=True, copy=False, help="The day of the company for which its pieces were counted."
    )

    _counted_on_index = models.Index("(counted_on) WHERE counted_on IS NOT NULL")

    def _check_orderable(self, rewards):
        """Say early why not, before anything is locked; the guarded statements decide."""
        result = super()._check_orderable(rewards)
        for reward in rewards:
            reward._check_terms(self.member_id, self.store_id)
            if reward.quota and reward.redeemed >= reward.quota:
                raise LimitReached(self.env._("%s is redeemed out.", reward.name))
        return result
