from odoo import models

from ...api.problems import Problem
from ...schemas.reward import Reward


class GiftcardApiReward(models.AbstractModel):
    _name = "giftcard.api.reward"
    _inherit = "giftcard.api.service"
    _description = "API: Rewards"

    def _list(self, query):
        """:return: page of :class:`~...schemas.reward.Reward` in the catalogue's order"""
        points = self._points()
        return self._in_store(query)._page(
            Reward,
            "giftcard.reward",
            self.env["giftcard.reward"]._visible_domain(self._member()),
            query,
            [("sequence", "asc"), ("id", "asc")],
            convert=lambda reward: Reward.from_record(reward, points.get(reward.program_id.id, 0.0)),
        )

    def _get(self, reward_id, query):
        reward = self._in_store(query)._own("giftcard.reward", reward_id)
        if not reward._visible_to(self._member()):
            raise Problem("not_found")
        return Reward.from_record(reward, self._points().get(reward.program_id.id, 0.0))

    def _image(self, reward_id):
        """:return: stream of the picture of a published reward, for whoever asks"""
        # A guest sees what the catalogue shows, and nothing else.
        reward = self.env["giftcard.reward"].sudo().search([("id", "=", reward_id), ("published", "=", True)])
        if not reward.image_512:
            raise Problem("not_found")
        return self.env["ir.binary"].sudo()._get_image_stream_from(reward.product_id, "image_512")

    def _in_store(self, query):
        # Members see one reward with all its variants, and what is left of all of them.
        shown = self.with_context(giftcard_together=True)
        return shown.with_context(giftcard_store_id=query.store_id) if query.store_id else shown

    def _points(self):
        """:return: dict of points program id -> what the member may spend"""
        return {
            program.id: points
            for program, points in self.env["loyalty.card"]._read_group(
                [
                    ("partner_id", "=", self._member().id),
                    ("state", "=", "active"),
                    ("program_id.program_type", "=", "loyalty"),
                ],
                ["program_id"],
                ["points:sum"],
            )
        }
