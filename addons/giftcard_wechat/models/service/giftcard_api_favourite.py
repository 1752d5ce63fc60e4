from odoo import models

from ...schemas.reward import Reward


class GiftcardApiFavourite(models.AbstractModel):
    _name = "giftcard.api.favourite"
    _inherit = "giftcard.api.service"
    _description = "API: Favourites"

    def _list(self, query):
        """:return: page of :class:`~...schemas.reward.Reward`, the latest first; what is not shown any more is left
        out"""
        rewards = self.env["giftcard.api.reward"].with_context(giftcard_together=True)
        onlooker = rewards._onlooker()
        visible = rewards.env["giftcard.reward"]._visible_domain(self._member())
        return rewards._page(
            Reward,
            "giftcard.favourite",
            [("member_id", "=", self._member().id), ("reward_id", "any", visible)],
            query,
            [("id", "desc")],
            convert=lambda favourite: Reward.from_record(favourite.reward_id, onlooker),
        )

    def _keep(self, reward_id):
        """:return: :class:`~...schemas.reward.Reward`. :raise TooManyFavourites:"""
        rewards = self.env["giftcard.api.reward"].with_context(giftcard_together=True)
        # Members see, and keep, one reward for all its specifications.
        reward = rewards._seen(reward_id)._terms()
        self.env["giftcard.favourite"]._keep(self._member(), reward)
        return Reward.from_record(reward, rewards._onlooker())

    def _drop(self, reward_id):
        self.env["giftcard.favourite"]._drop(self._member(), reward_id)
