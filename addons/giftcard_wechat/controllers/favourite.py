from odoo import http

from ..api.endpoint import endpoint
from ..schemas.common import Page, PageQuery
from ..schemas.reward import Reward


class FavouriteController(http.Controller):
    @endpoint("GET", "/favourites", summary="List favourites", tag="reward", query=PageQuery, answer=Page[Reward])
    def favourites(self, query):
        """The rewards that the member keeps an eye on, the latest first; what is not offered any more is left out."""
        return self.env["giftcard.api.favourite"]._list(query)

    @endpoint(
        "PUT",
        "/favourites/{reward_id}",
        summary="Keep a favourite",
        tag="reward",
        answer=Reward,
        keyed=True,
        problems=["not_found", "too_many_favourites"],
    )
    def keep(self, reward_id):
        """Make a reward a favourite. Of a specification, the reward that it belongs to is kept."""
        return self.env["giftcard.api.favourite"]._keep(reward_id)

    @endpoint("DELETE", "/favourites/{reward_id}", summary="Drop a favourite", tag="reward", status=204, keyed=True)
    def drop(self, reward_id):
        """Make a reward no favourite any more; also when it was none."""
        self.env["giftcard.api.favourite"]._drop(reward_id)
