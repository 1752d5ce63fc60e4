from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, format_datetime

from ...exceptions import NotOpenYet, OfferEnded, RewardNotAvailable, RewardNotInStore, TierRequired


class GiftcardReward(models.Model):
    """Who may redeem a reward, when and where. Of variants, the terms of the main reward count."""

    _inherit = "giftcard.reward"

    opens_at = fields.Datetime(
        string="Opens", help="Members see it before, but can redeem it from then on; higher tiers earlier, as they may."
    )
    closes_at = fields.Datetime(string="Closes", help="From then on nobody can redeem it, and members do not see it.")
    phase = fields.Selection(
        [("upcoming", "Coming soon"), ("open", "Open"), ("closed", "Over")], compute="_compute_phase"
    )
    tier_ids = fields.Many2many(
        "giftcard.tier",
        "giftcard_reward_tier_rel",
        "reward_id",
        "tier_id",
        string="Tiers",
        help="Only members of these tiers can redeem it; empty: all members.",
    )
    tiers_only = fields.Boolean(string="Hidden from Others", help="Members of other tiers do not see it at all.")
    store_ids = fields.Many2many(
        "giftcard.store",
        "giftcard_reward_store_rel",
        "reward_id",
        "store_id",
        string="Stores",
        check_company=True,
        help="Only handed out in these stores; empty: in all stores, and delivered.",
    )

    _opening_check = models.Constraint("CHECK(opens_at < closes_at)", "A reward closes after it opens.")

    @api.depends("opens_at", "closes_at", "main_id.opens_at", "main_id.closes_at")
    def _compute_phase(self):
        now = fields.Datetime.now()
        for reward in self:
            terms = reward._terms()
            if terms.opens_at and terms.opens_at > now:
                reward.phase = "upcoming"
            else:
                reward.phase = "closed" if terms.closes_at and terms.closes_at <= now else "open"

    @api.constrains("tiers_only", "tier_ids")
    def _check_tiers(self):
        if any(reward.tiers_only and not reward.tier_ids for reward in self):
            raise ValidationError(self.env._("Choose the tiers that see the reward, or show it to all members."))

    @api.model
    def _visible_domain(self, member, store=None):
        """What a member sees in the mall: one reward for all its variants, opened or still to open.

        :param member: ``res.partner``
        :param store: ``giftcard.store``, to see only what is handed out there
        """
        # Which tier a member has is no secret of his own.
        tier = member.sudo().member_tier_id
        domain = Domain(
            [("active", "=", True), ("published", "=", True), ("main_id", "=", False), ("delisted_on", "=", False)]
        )
        domain &= Domain("closes_at", "=", False) | Domain("closes_at", ">", fields.Datetime.now())
        domain &= Domain("tiers_only", "=", False) | Domain("tier_ids", "in", tier.ids)
        if store:
            domain &= Domain("store_ids", "=", False) | Domain("store_ids", "in", store.ids)
        return domain

    def _visible_to(self, member):
        """:return: whether the member sees the reward, or the one that it is a variant of"""
        self.ensure_one()
        # Only whether, of a reward that the caller has.
        rewards = self.sudo()
        visible = rewards._visible_domain(member) & Domain("id", "=", rewards._terms().id)
        return self.published and bool(rewards.search_count(visible, limit=1))

    def _available(self, stores=None):
        """Pieces in stores that do not hand the reward out do not count."""
        available = {}
        for places, rewards in self.sudo().grouped(lambda reward: reward._terms().store_ids).items():
            if places and stores and not places & stores.sudo():
                available |= dict.fromkeys(rewards.ids, 0)
            else:
                within = places & stores.sudo() if places and stores else places or stores
                available |= super(GiftcardReward, rewards)._available(within)
        return available

    def _terms(self):
        """:return: the reward whose terms count for this one"""
        return self.main_id or self

    def _opens_for(self, tier):
        """:return: when members of a ``giftcard.tier`` can redeem it, or False when it was always open"""
        opens_at = self._terms().opens_at
        return opens_at and opens_at - timedelta(hours=tier.early_access_hours)

    def _check_terms(self, member, store):
        """Say what keeps a member from redeeming the reward now.

        :param member: ``res.partner``
        :param store: ``giftcard.store`` where it would be picked up, none for a delivery
        :raise RewardNotAvailable, NotOpenYet, OfferEnded, TierRequired, RewardNotInStore:
        """
        now, terms, tier = fields.Datetime.now(), self._terms(), member.member_tier_id
        entitled = not terms.tier_ids or tier in terms.tier_ids
        listed = self.active and self.published and terms.active and terms.published
        if not listed or self.delisted_on or terms.delisted_on or (terms.tiers_only and not entitled):
            raise RewardNotAvailable(self.env._("%s is not offered any more.", self.name))
        if terms.closes_at and terms.closes_at <= now:
            raise OfferEnded(self.env._("The time to redeem %s is over.", self.name))
        if not entitled:
            raise TierRequired(
                self.env._(
                    "%(reward)s is for members of the tiers: %(tiers)s.",
                    reward=self.name,
                    tiers=", ".join(terms.tier_ids.mapped("name")),
                )
            )
        if terms.opens_at and self._opens_for(tier) > now:
            raise NotOpenYet(
                self.env._(
                    "%(reward)s can be redeemed from %(time)s on.",
                    reward=self.name,
                    time=format_datetime(self.env, self._opens_for(tier), tz=terms.company_id._giftcard_zone()),
                )
            )
        if terms.store_ids and store not in terms.store_ids:
            raise RewardNotInStore(
                self.env._(
                    "%(reward)s is only handed out in: %(stores)s.",
                    reward=self.name,
                    stores=", ".join(terms.store_ids.mapped("name")),
                )
            )

    def _terms_met(self, redemption):
        """The same as :meth:`_check_terms`, as a condition on ``reward`` in the statement that counts the pieces.

        :return: SQL
        """
        redemption.member_id.flush_recordset(["member_tier_id"])
        return SQL(
            """
            EXISTS (SELECT
                      FROM giftcard_reward terms
                      JOIN res_partner member ON member.id = %(member)s
                 LEFT JOIN giftcard_tier tier ON tier.id = member.member_tier_id
                     WHERE terms.id = COALESCE(reward.main_id, reward.id)
                       AND terms.active AND terms.published
                       AND terms.delisted_on IS NULL AND reward.delisted_on IS NULL
                       AND (terms.opens_at IS NULL
                            OR terms.opens_at <= %(now)s + COALESCE(tier.early_access_hours, 0) * INTERVAL '1 hour')
                       AND (terms.closes_at IS NULL OR terms.closes_at > %(now)s)
                       AND (NOT EXISTS (SELECT FROM giftcard_reward_tier_rel WHERE reward_id = terms.id)
                            OR EXISTS (SELECT FROM giftcard_reward_tier_rel
                                        WHERE reward_id = terms.id AND tier_id = tier.id))
                       AND (NOT EXISTS (SELECT FROM giftcard_reward_store_rel WHERE reward_id = terms.id)
                            OR EXISTS (SELECT FROM giftcard_reward_store_rel
                                        WHERE reward_id = terms.id AND store_id = %(store)s)))
            """,
            member=redemption.member_id.id,
            store=redemption.store_id.id or None,
            now=fields.Datetime.now(),
        )
