from collections import defaultdict

from odoo import models
from odoo.fields import Domain

from ...schemas.common import exact
from ...schemas.points import (
    Coupon,
    ExpiringPoints,
    PointsBalance,
    PointsBalances,
    Rules,
    RulesList,
    Tier,
    TierChange,
    TierStanding,
)

COUPONS = ("coupons", "next_order_coupons", "promotion", "promo_code", "buy_x_get_y")


class GiftcardApiPoints(models.AbstractModel):
    _name = "giftcard.api.points"
    _inherit = "giftcard.api.service"
    _description = "API: Points, Tiers, Rules and Coupons"

    def _balances(self):
        """:return: :class:`~...schemas.points.PointsBalances`"""
        cards = self.env["loyalty.card"].search(
            [
                ("partner_id", "=", self._member().id),
                ("program_type", "=", "loyalty"),
                ("state", "in", ("active", "frozen")),
            ],
            order="id",
        )
        expiring = self._expiring(cards)
        return PointsBalances(
            items=[
                PointsBalance(
                    card_id=card.id,
                    program=card.program_id.name,
                    unit=card.point_name or "",
                    balance=exact(card.balance),
                    held=exact(card.held),
                    available=exact(card.points),
                    expiring=expiring[card],
                )
                for card in cards
            ]
        )

    def _expiring(self, cards):
        """:return: dict of card -> list of :class:`~...schemas.points.ExpiringPoints`"""
        lots = self.env["giftcard.lot"].search_fetch(
            [
                ("card_id", "in", cards.ids),
                ("remaining", ">", 0),
                ("expires_on", ">=", self.env["giftcard.ledger"]._today(self.env.company)),
            ],
            ["card_id", "expires_on", "remaining", "held"],
            order="expires_on, id",
        )
        days = defaultdict(lambda: defaultdict(int))
        for lot in lots:
            days[lot.card_id][lot.expires_on] += exact(lot.remaining) - exact(lot.held)
        return {
            card: [ExpiringPoints(points=points, on=day) for day, points in days[card].items() if points]
            for card in cards
        }

    def _tier(self):
        """:return: :class:`~...schemas.points.TierStanding`"""
        member, Tiers = self._member(), self.env["giftcard.tier"]
        return TierStanding(
            tier=Tier.from_record(member.member_tier_id) if member.member_tier_id else None,
            growth=exact(member.member_growth),
            window_months=int(Tiers._setting("months")),
            next_tier=Tier.from_record(member.member_next_tier_id) if member.member_next_tier_id else None,
            missing=exact(member.member_growth_missing),
            progress=min(100, round(member.member_progress, 2)),
            kept_until=member.member_tier_ends_on or None,
            tiers=[Tier.from_record(tier) for tier in Tiers.search([], order="threshold, id")],
        )

    def _tier_changes(self, query):
        """:return: page of :class:`~...schemas.points.TierChange`, the latest first"""
        domain = [("partner_id", "=", self._member().id)]
        return self._page(TierChange, "giftcard.tier.change", domain, query, [("id", "desc")])

    def _rules(self):
        """:return: :class:`~...schemas.points.RulesList`: of each program the version that counts today"""
        versions = self.env["giftcard.rules.version"].search(
            [
                ("state", "=", "published"),
                ("effective_from", "<=", self.env["giftcard.ledger"]._today(self.env.company)),
                ("company_id", "in", [False, self.env.company.id]),
            ],
            order="program_id, number desc",
        )
        current = {}
        for version in versions:
            current.setdefault(version.program_id.id, version)
        return RulesList(items=[Rules.from_record(version) for version in current.values()])

    def _coupons(self, query):
        """:return: page of :class:`~...schemas.points.Coupon`, the latest first"""
        today = self.env["giftcard.ledger"]._today(self.env.company)
        domain = Domain("partner_id", "=", self._member().id) & Domain("program_type", "in", COUPONS)
        if query.usable:
            domain &= Domain("state", "=", "active") & Domain("points", ">", 0)
            domain &= Domain("expiration_date", "=", False) | Domain("expiration_date", ">=", today)
        return self._page(
            Coupon,
            "loyalty.card",
            domain,
            query,
            [("id", "desc")],
            convert=lambda card: Coupon.from_record(card, today),
        )
