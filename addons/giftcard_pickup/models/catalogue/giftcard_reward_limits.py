from odoo import api, fields, models
from odoo.tools import SQL

from ...exceptions import DailyQuotaReached, MemberLimitReached
from .giftcard_reward_use import PERIODS


class GiftcardReward(models.Model):
    """Quota of a day and limit of a member, beside the quota in all.

    The quota of a day is each variant's own; the limit of a member is the main reward's, for all variants together.
    """

    _inherit = "giftcard.reward"

    daily_quota = fields.Integer(
        string="Quota per Day", default=0, required=True, help="Pieces that can be redeemed on one day; 0: no limit."
    )
    member_limit = fields.Integer(
        string="Limit per Member", default=0, required=True, help="Pieces that one member can redeem; 0: no limit."
    )
    limit_period = fields.Selection(PERIODS, string="In", default="ever", required=True)
    redeemed_today = fields.Integer(compute="_compute_redeemed_today")

    _limits_check = models.Constraint("CHECK(daily_quota >= 0 AND member_limit >= 0)", "A limit cannot be negative.")

    @api.depends("redeemed")
    def _compute_redeemed_today(self):
        today = self._redeemed_today()
        for reward in self:
            reward.redeemed_today = today.get(reward.id, 0)

    def action_open_days(self):
        return self._action_open_counters("giftcard_pickup.giftcard_reward_day_action")

    def action_open_uses(self):
        return self._action_open_counters("giftcard_pickup.giftcard_reward_use_action")

    def _action_open_counters(self, xml_id):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        return action | {"domain": [("reward_id", "=", self.id)], "context": {}}

    def _redeemed_today(self):
        """:return: dict of reward id -> pieces taken on the present day of its company"""
        # Counters tell no more than what is left, which whoever sees a reward may know.
        taken = {}
        for company, rewards in self.sudo().grouped("company_id").items():
            taken |= {
                reward.id: pieces
                for reward, pieces in self.env["giftcard.reward.day"]
                .sudo()
                ._read_group(
                    [("reward_id", "in", rewards.ids), ("day", "=", company._giftcard_today())],
                    ["reward_id"],
                    ["pieces:sum"],
                )
            }
        return taken

    def _available(self, stores=None):
        available = super()._available(stores)
        if self.env.context.get("giftcard_any_day"):
            return available
        limited = self.sudo().filtered("daily_quota")
        today = limited._redeemed_today() if limited else {}
        for reward in limited:
            left = max(0, reward.daily_quota - today.get(reward.id, 0))
            before = available[reward.id]
            available[reward.id] = left if before is None else min(before, left)
        return available

    def _take(self, redemption):
        """:raise DailyQuotaReached, MemberLimitReached: beside those of the quota in all"""
        result = super()._take(redemption)
        self._count(redemption)
        return result

    def _count(self, redemption):
        """Count the pieces of a redemption for its day and its member, under the lock of its rewards."""
        redemption.counted_on = day = redemption.company_id._giftcard_today()
        counted = self.env.execute_query(
            SQL(
                """
                INSERT INTO giftcard_reward_day AS counter (reward_id, day, pieces, quota)
                SELECT reward.id, %(day)s, line.quantity, reward.daily_quota
                  FROM giftcard_redemption_line line
                  JOIN giftcard_reward reward ON reward.id = line.reward_id
                 WHERE line.redemption_id = %(redemption)s
                   AND (reward.daily_quota = 0 OR line.quantity <= reward.daily_quota)
                 ORDER BY reward.id
                    ON CONFLICT (reward_id, day) DO UPDATE
                   SET pieces = counter.pieces + EXCLUDED.pieces, quota = EXCLUDED.quota
                 WHERE EXCLUDED.quota = 0 OR counter.pieces + EXCLUDED.pieces <= EXCLUDED.quota
             RETURNING reward_id
                """,
                day=day,
                redemption=redemption.id,
            )
        )
        for reward in (self - self.browse([reward_id for (reward_id,) in counted]))[:1]:
            self.env["giftcard.reward.day"].invalidate_model(flush=False)
            left = reward.daily_quota - self._redeemed_today().get(reward.id, 0)
            raise DailyQuotaReached(
                self.env._("Of %(reward)s only %(left)s can still be redeemed today.", reward=reward.name, left=left),
                left,
            )
        mains = self.main_id | self.filtered(lambda reward: not reward.main_id)
        counted = self.env.execute_query(
            SQL(
                """
                INSERT INTO giftcard_reward_use AS counter
                       (reward_id, member_id, day, pieces, pieces_day, pieces_week, pieces_month, allowed, period)
                SELECT terms.id, %(member)s, %(day)s, wanted.pieces, wanted.pieces, wanted.pieces, wanted.pieces,
                       terms.member_limit, terms.limit_period
                  FROM (SELECT COALESCE(reward.main_id, reward.id) AS main_id, SUM(line.quantity) AS pieces
                          FROM giftcard_redemption_line line
                          JOIN giftcard_reward reward ON reward.id = line.reward_id
                         WHERE line.redemption_id = %(redemption)s
                         GROUP BY 1) wanted
                  JOIN giftcard_reward terms ON terms.id = wanted.main_id
                 WHERE terms.member_limit = 0 OR wanted.pieces <= terms.member_limit
                 ORDER BY terms.id
                    ON CONFLICT (reward_id, member_id) DO UPDATE
                   SET day = GREATEST(counter.day, EXCLUDED.day),
                       pieces = counter.pieces + EXCLUDED.pieces,
                       pieces_day = %(in_day)s + EXCLUDED.pieces,
                       pieces_week = %(in_week)s + EXCLUDED.pieces,
                       pieces_month = %(in_month)s + EXCLUDED.pieces,
                       allowed = EXCLUDED.allowed,
                       period = EXCLUDED.period
                 WHERE EXCLUDED.allowed = 0
                    OR EXCLUDED.pieces <= EXCLUDED.allowed
                       - CASE EXCLUDED.period WHEN 'day' THEN %(in_day)s WHEN 'week' THEN %(in_week)s
                                              WHEN 'month' THEN %(in_month)s ELSE counter.pieces END
             RETURNING reward_id
                """,
                day=day,
                redemption=redemption.id,
                member=redemption.member_id.id,
                # What was taken on an earlier day, week or month does not count in the present one.
                in_day=SQL("CASE WHEN counter.day >= EXCLUDED.day THEN counter.pieces_day ELSE 0 END"),
                in_week=SQL(
                    "CASE WHEN counter.day >= date_trunc('week', EXCLUDED.day::timestamp)"
                    " THEN counter.pieces_week ELSE 0 END"
                ),
                in_month=SQL(
                    "CASE WHEN counter.day >= date_trunc('month', EXCLUDED.day::timestamp)"
                    " THEN counter.pieces_month ELSE 0 END"
                ),
            )
        )
        self.env["giftcard.reward.day"].invalidate_model(flush=False)
        self.env["giftcard.reward.use"].invalidate_model(flush=False)
        self.invalidate_recordset(["redeemed_today"], flush=False)
        for reward in (mains - self.browse([reward_id for (reward_id,) in counted]))[:1]:
            left = reward._left_for(redemption.member_id, day)
            raise MemberLimitReached(
                self.env._(
                    "Each member can redeem %(limit)s of %(reward)s %(period)s; %(left)s are left for you.",
                    limit=reward.member_limit,
                    reward=reward.name,
                    period=dict(self._fields["limit_period"]._description_selection(self.env))[reward.limit_period],
                    left=left,
                ),
                left,
            )

    def _left_for(self, member, day=None):
        """:return: pieces that a member can still redeem in the present period, None when there is no limit"""
        terms = self._terms()
        if not terms.member_limit:
            return None
        day = day or terms.company_id._giftcard_today()
        # A counter of his own tells a member nothing new.
        use = (
            self.env["giftcard.reward.use"].sudo().search([("reward_id", "=", terms.id), ("member_id", "=", member.id)])
        )
        period = terms.limit_period
        if period == "ever":
            taken = use.pieces
        else:
            current = use and use.day >= fields.Date.start_of(day, period)
            taken = use[f"pieces_{period}"] if current else 0
        return max(0, terms.member_limit - taken)

    def _give_back(self, pieces):
        result = super()._give_back(pieces)
        redemptions = self.env["giftcard.redemption.line"].browse(pieces).redemption_id
        redemptions.flush_recordset(["counted_on"])
        # What a counter says is read below: an order for another variant may have moved it to a new day meanwhile.
        self.env.execute_query(
            SQL(
                """
                SELECT id FROM giftcard_reward_use
                 WHERE reward_id = ANY(%s) AND member_id = ANY(%s)
                 ORDER BY reward_id, member_id
                   FOR NO KEY UPDATE
                """,
                (self | self.main_id).ids,
                redemptions.member_id.ids,
            )
        )
        self.env.execute_query(
            SQL(
                """
                WITH line AS (
                    SELECT line.reward_id, COALESCE(reward.main_id, reward.id) AS main_id, redemption.member_id,
                           redemption.counted_on AS day, back.quantity
                      FROM unnest(%s::int4[], %s::int4[]) AS back (line_id, quantity)
                      JOIN giftcard_redemption_line line ON line.id = back.line_id
                      JOIN giftcard_redemption redemption ON redemption.id = line.redemption_id
                      JOIN giftcard_reward reward ON reward.id = line.reward_id
                     WHERE redemption.counted_on IS NOT NULL
                ), given_back AS (
                    UPDATE giftcard_reward_day counter SET pieces = counter.pieces - line.pieces
                      FROM (SELECT reward_id, day, SUM(quantity) AS pieces FROM line GROUP BY reward_id, day) line
                     WHERE counter.reward_id = line.reward_id AND counter.day = line.day
                )
                UPDATE giftcard_reward_use counter
                   SET pieces = counter.pieces - line.pieces,
                       pieces_day = counter.pieces_day - line.pieces_day,
                       pieces_week = counter.pieces_week - line.pieces_week,
                       pieces_month = counter.pieces_month - line.pieces_month
                  FROM (SELECT main_id, line.member_id, SUM(quantity) AS pieces,
                               SUM(quantity * (line.day = use.day)::int) AS pieces_day,
                               SUM(quantity * (line.day >= date_trunc('week', use.day::timestamp))::int)
                                   AS pieces_week,
                               SUM(quantity * (line.day >= date_trunc('month', use.day::timestamp))::int)
                                   AS pieces_month
                          FROM line
                          JOIN giftcard_reward_use use ON use.reward_id = main_id AND use.member_id = line.member_id
                         GROUP BY main_id, line.member_id) line
                 WHERE counter.reward_id = line.main_id AND counter.member_id = line.member_id
             RETURNING counter.id
                """,
                list(pieces),
                list(pieces.values()),
            )
        )
        self.env["giftcard.reward.day"].invalidate_model(flush=False)
        self.env["giftcard.reward.use"].invalidate_model(flush=False)
        self.invalidate_recordset(["redeemed_today"], flush=False)
        return result
