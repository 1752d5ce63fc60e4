from odoo import http

from ..api.endpoint import MAX_ID, PREFIX, endpoint
from ..schemas.common import Page
from ..schemas.reward import Reward, RewardQuery, StockQuery

IMAGE_SECONDS = 3600


class RewardController(http.Controller):
    @endpoint("GET", "/rewards", summary="List rewards", tag="reward", query=RewardQuery, answer=Page[Reward])
    def rewards(self, query):
        """What can be had for points, with what is left of it right now."""
        return self.env["giftcard.api.reward"]._list(query)

    @endpoint(
        "GET",
        "/rewards/{reward_id}",
        summary="Read a reward",
        tag="reward",
        query=StockQuery,
        answer=Reward,
        problems=["not_found"],
    )
    def reward(self, reward_id, query):
        """One reward with what is left of it right now."""
        return self.env["giftcard.api.reward"]._get(reward_id, query)

    @http.route(
        f"{PREFIX}/rewards/<int(min=1, max={MAX_ID}):reward_id>/image",
        type="http",
        auth="giftcard_guest",
        methods=["GET"],
        readonly=True,
        save_session=False,
    )
    def image(self, reward_id):
        """The picture of a reward; clients find its path in ``image_url``."""
        stream = self.env["giftcard.api.reward"]._image(reward_id)
        stream.public = True
        return stream.get_response(max_age=IMAGE_SECONDS)
