from odoo import http

from ..api.endpoint import MAX_ID, PREFIX, endpoint
from ..schemas.common import Page
from ..schemas.reward import (
    Categories,
    Reward,
    RewardDetail,
    RewardQuery,
    Rewards,
    SimilarQuery,
    StockQuery,
    TagQuery,
    Tags,
)

IMAGE_SECONDS = 3600
ID = f"int(min=1, max={MAX_ID})"


def picture_route(path):
    """Route of a picture, which needs no login and may be kept for an hour."""
    return http.route(
        PREFIX + path, type="http", auth="giftcard_guest", methods=["GET"], readonly=True, save_session=False
    )


def send_picture(stream):
    stream.public = True
    return stream.get_response(max_age=IMAGE_SECONDS)


class RewardController(http.Controller):
    @endpoint(
        "GET",
        "/rewards",
        summary="List rewards",
        tag="reward",
        query=RewardQuery,
        answer=Page[Reward],
        cached=True,
    )
    def rewards(self, query):
        """What can be had for points, with what is left of it right now: filtered, searched and sorted as asked for."""
        return self.env["giftcard.api.reward"]._list(query)

    @endpoint(
        "GET",
        "/rewards/categories",
        summary="List categories",
        tag="reward",
        answer=Categories,
        cached=True,
    )
    def categories(self):
        """The shelves of the mall, each after the one that it stands in, with how many rewards the member sees."""
        return self.env["giftcard.api.reward"]._categories()

    @endpoint(
        "GET",
        "/rewards/tags",
        summary="List brands and scenes",
        tag="reward",
        query=TagQuery,
        answer=Tags,
        cached=True,
    )
    def tags(self, query):
        """Brands, and scenes: the occasions that members shop for."""
        return self.env["giftcard.api.reward"]._tags(query)

    @endpoint(
        "GET",
        "/rewards/{reward_id}",
        summary="Read a reward",
        tag="reward",
        query=StockQuery,
        answer=RewardDetail,
        problems=["not_found"],
        cached=True,
    )
    def reward(self, reward_id, query):
        """One reward with what is left of it right now, pictures, specifications, terms and the member's limit."""
        return self.env["giftcard.api.reward"]._get(reward_id, query)

    @endpoint(
        "GET",
        "/rewards/{reward_id}/similar",
        summary="List similar rewards",
        tag="reward",
        query=SimilarQuery,
        answer=Rewards,
        problems=["not_found"],
        cached=True,
    )
    def similar(self, reward_id, query):
        """What to offer instead of a reward that is redeemed out: alike, near in price, and to be had now."""
        return self.env["giftcard.api.reward"]._similar(reward_id, query)

    @picture_route(f"/rewards/<{ID}:reward_id>/image")
    def image(self, reward_id):
        """The picture of a reward; clients find its path in ``image_url``."""
        return send_picture(self.env["giftcard.api.reward"]._image(reward_id))

    @picture_route(f"/rewards/<{ID}:reward_id>/pictures/<{ID}:picture_id>")
    def picture(self, reward_id, picture_id):
        """One more picture of a reward; clients find its path in ``pictures``."""
        return send_picture(self.env["giftcard.api.reward"]._picture(reward_id, picture_id))

    @picture_route(f"/rewards/categories/<{ID}:category_id>/image")
    def category_image(self, category_id):
        """The picture of a category."""
        return send_picture(self.env["giftcard.api.reward"]._category_image(category_id))

    @picture_route(f"/rewards/tags/<{ID}:tag_id>/image")
    def tag_image(self, tag_id):
        """The picture of a brand or a scene."""
        return send_picture(self.env["giftcard.api.reward"]._tag_image(tag_id))
