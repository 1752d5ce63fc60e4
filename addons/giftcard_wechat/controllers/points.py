from odoo import http

from ..api.endpoint import endpoint
from ..schemas.common import Page, PageQuery
from ..schemas.points import Coupon, CouponQuery, PointsBalances, RulesList, TierChange, TierStanding


class PointsController(http.Controller):
    @endpoint("GET", "/points", summary="Read points", tag="points", answer=PointsBalances)
    def points(self):
        """The member's points by program, and what of them expires when."""
        return self.env["giftcard.api.points"]._balances()

    @endpoint("GET", "/tier", summary="Read the tier", tag="points", answer=TierStanding)
    def tier(self):
        """The member's tier with its privileges, the way to the next one, and all tiers."""
        return self.env["giftcard.api.points"]._tier()

    @endpoint(
        "GET",
        "/tier/changes",
        summary="List changes of the tier",
        tag="points",
        query=PageQuery,
        answer=Page[TierChange],
    )
    def tier_changes(self, query):
        """How the member came to the tier, the latest first."""
        return self.env["giftcard.api.points"]._tier_changes(query)

    @endpoint("GET", "/rules", summary="Read the rules", tag="points", answer=RulesList)
    def rules(self):
        """The public rules of each program that count today."""
        return self.env["giftcard.api.points"]._rules()

    @endpoint("GET", "/coupons", summary="List coupons", tag="points", query=CouponQuery, answer=Page[Coupon])
    def coupons(self, query):
        """The member's coupons, the latest first."""
        return self.env["giftcard.api.points"]._coupons(query)
