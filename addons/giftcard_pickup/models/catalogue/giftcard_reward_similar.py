from odoo import models
from odoo.fields import Domain

CANDIDATES = 60


class GiftcardReward(models.Model):
    _inherit = "giftcard.reward"

    def _similar(self, member, store=None, limit=6):
        """What to offer instead: of the same category, brand or scene, near in price, visible to the member, in stock.

        Each thing in common counts; of equals the one nearer in price comes first.

        :param member: ``res.partner``
        :param store: ``giftcard.store`` that has to have it, none: any
        :return: main rewards, the most similar first, at most ``limit``
        """
        self.ensure_one()
        reward = self._terms()
        kinship = Domain("scene_ids", "in", reward.scene_ids.ids) | Domain("brand_id", "in", reward.brand_id.ids)
        if reward.category_id:
            kinship |= Domain("category_id", "child_of", (reward.category_id.parent_id or reward.category_id).id)
        visible = self._visible_domain(member, store) & Domain("program_id", "=", reward.program_id.id)
        candidates = self.search(visible & kinship & Domain("id", "!=", reward.id), limit=CANDIDATES)
        available = candidates._available_together(store)
        candidates = candidates.filtered(
            lambda other: other.phase == "open" and (available[other.id] is None or available[other.id] > 0)
        )
        return candidates.sorted(lambda other: (-reward._kinship(other), reward._price_distance(other), other.id))[
            :limit
        ]

    def _kinship(self, other):
        """:return: how much two rewards have in common"""
        return (
            2 * (bool(self.category_id) and self.category_id == other.category_id)
            + (bool(self.brand_id) and self.brand_id == other.brand_id)
            + len(self.scene_ids & other.scene_ids)
        )

    def _price_distance(self, other):
        """:return: 0 for the same price, 1 for twice or half of it"""
        return max(self.points_price, other.points_price) / min(self.points_price, other.points_price) - 1
