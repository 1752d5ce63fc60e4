from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

SETTINGS = {"source": "points", "months": "12", "grace_days": "30"}


class GiftcardTier(models.Model):
    """A level of membership, reached by growth within the last months, and what it gives."""

    _name = "giftcard.tier"
    _description = "Member Tier"
    _order = "threshold, id"
    _inherit = ["image.mixin"]

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    threshold = fields.Float(
        string="From Growth",
        digits="Gift Card Value",
        required=True,
        help="Growth within the window that is needed: points earned, or money spent, by the settings. "
        "The tier from 0 is every member's.",
    )
    color = fields.Integer()
    earn_multiplier = fields.Float(string="Points Multiplier", digits=(6, 2), default=1.0, required=True)
    birthday_multiplier = fields.Float(
        digits=(6, 2), default=1.0, required=True, help="Beside the other, in the time that the program sets."
    )
    pricelist_id = fields.Many2one(
        "product.pricelist",
        string="Member Prices",
        ondelete="restrict",
        help="For members of this tier who have no pricelist of their own.",
    )
    birthday_program_id = fields.Many2one(
        "loyalty.program",
        string="Birthday Gift",
        ondelete="restrict",
        domain=[("program_type", "in", ("loyalty", "ewallet", "coupons"))],
        help="The points, stored value or coupon that members get on their birthday.",
    )
    birthday_amount = fields.Float(string="Gift Amount", digits="Gift Card Value", default=1.0)
    early_access_hours = fields.Integer(
        string="Early Access (Hours)", help="So much before others, members of this tier see and get hot rewards."
    )
    member_count = fields.Integer(compute="_compute_member_count")

    _threshold_uniq = models.UniqueIndex("(threshold) WHERE active", "Two tiers cannot begin at the same growth.")
    _values_check = models.Constraint(
        "CHECK(threshold >= 0 AND earn_multiplier > 0 AND birthday_multiplier > 0 AND early_access_hours >= 0"
        " AND birthday_amount >= 0)",
        "Thresholds, amounts and hours are not negative, multipliers are positive.",
    )

    def _compute_member_count(self):
        counts = dict(
            self.env["res.partner"]._read_group(
                [("member_tier_id", "in", self.ids), ("member_state", "=", "active")], ["member_tier_id"], ["__count"]
            )
        )
        for tier in self:
            tier.member_count = counts.get(tier, 0)

    def action_open_members(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("giftcard_points.giftcard_member_action")
        return action | {"domain": [("member_tier_id", "=", self.id)], "display_name": self.name}

    @api.model
    def _setting(self, name):
        """:param name: of ``SETTINGS``. :return: text"""
        # Settings are the platform's; the rules of membership are no secret.
        return self.env["ir.config_parameter"].sudo().get_param(f"giftcard_points.tier_{name}", SETTINGS[name])

    @api.model
    def _window_start(self):
        return fields.Datetime.now() - relativedelta(months=int(self._setting("months")))

    @api.model
    def _growth(self, partner_ids):
        """SQL of rows ``(partner_id, growth)`` within the window: points earned with what was taken back of them, or
        money spent, in the company's currency.

        :param partner_ids: list of ``res.partner`` ids, or SQL of an array of them
        """
        since = self._window_start()
        if self._setting("source") == "spend":
            return SQL(
                """
                SELECT partner_id, SUM(amount) AS growth
                  FROM (SELECT partner_id, amount_total / COALESCE(NULLIF(currency_rate, 0), 1) AS amount
                          FROM pos_order
                         WHERE state IN ('paid', 'done') AND date_order >= %(since)s AND partner_id = ANY(%(partners)s)
                         UNION ALL
                        SELECT partner_id, amount_total / COALESCE(NULLIF(currency_rate, 0), 1)
                          FROM sale_order
                         WHERE state = 'sale' AND date_order >= %(since)s AND partner_id = ANY(%(partners)s)) spent
                 GROUP BY partner_id
                """,
                since=since,
                partners=partner_ids,
            )
        return SQL(
            """
            SELECT card.partner_id, SUM(entry.amount) AS growth
              FROM loyalty_card card
              JOIN loyalty_program program ON program.id = card.program_id AND program.program_type = 'loyalty'
              JOIN giftcard_entry entry ON entry.card_id = card.id AND entry.date >= %s
              JOIN giftcard_operation operation ON operation.id = entry.operation_id
         LEFT JOIN giftcard_operation undone
                ON undone.id = COALESCE(operation.reversal_of_id, operation.refund_of_id)
             WHERE card.partner_id = ANY(%s) AND (operation.kind = 'earn' OR operation.kind = 'reverse'
                                                  AND undone.kind = 'earn')
             GROUP BY card.partner_id
            """,
            since,
            partner_ids,
        )

    @api.model
    def _raise_members(self, partners):
        """Lift at once those members who have grown enough; nobody falls by this.

        :param partners: ``res.partner``
        """
        if partners and self.sudo().search_count([], limit=1):
            self._decide(partners.ids, upward=True)

    @api.model
    def _decide(self, partner_ids, upward=False):
        """Give members the tier that their growth reaches: up at once, down when the grace after the notice is over.

        A tier that was given for a time counts as reached in that time, and is lost without grace when it ends.

        One statement for all; members that another transaction is writing are left to it or to the next review.

        :param partner_ids: list of ``res.partner`` ids
        :param upward: only lift
        :return: {verdict: number of members}, of ``rise``, ``fall``, ``warn`` and ``recover``
        """
        self.env["res.partner"].flush_model()
        self.env["giftcard.tier"].flush_model()
        self.env["giftcard.tier.grant"].flush_model()
        today = fields.Date.context_today(self)
        rows = self.env.execute_query(
            SQL(
                """
                WITH ended AS (
                    UPDATE giftcard_tier_grant SET ended = TRUE
                     WHERE partner_id = ANY(%(partners)s) AND NOT ended AND last_on < %(today)s AND NOT %(upward)s
                 RETURNING partner_id, tier_id
                ), standing AS (
                    SELECT member.id, member.member_tier_id AS current_id, current.threshold AS current_threshold,
                           COALESCE(growth.growth, 0) AS growth, reached.id AS reached_id,
                           reached.threshold AS reached_threshold, member.member_tier_ends_on AS ends_on,
                           reached.threshold > COALESCE(growth.growth, 0) AS given,
                           EXISTS (SELECT FROM ended
                                    WHERE partner_id = member.id AND tier_id = member.member_tier_id) AS time_over
                      FROM res_partner member
                 LEFT JOIN LATERAL (%(growth)s) growth ON TRUE
                 LEFT JOIN giftcard_tier current ON current.id = member.member_tier_id
                 LEFT JOIN LATERAL (SELECT id, threshold FROM giftcard_tier tier
                                     WHERE active
                                       AND (tier.threshold <= GREATEST(0, COALESCE(growth.growth, 0))
                                            OR EXISTS (SELECT FROM giftcard_tier_grant given
                                                        WHERE given.partner_id = member.id AND given.tier_id = tier.id
                                                          AND NOT given.ended AND given.first_on <= %(today)s
                                                          AND given.last_on >= %(today)s))
                                     ORDER BY tier.threshold DESC LIMIT 1) reached ON TRUE
                     WHERE member.id = ANY(%(partners)s) AND member.member_state IN ('active', 'frozen')
                ), decision AS (
                    SELECT standing.*,
                           CASE WHEN current_id IS NOT DISTINCT FROM reached_id
                                THEN CASE WHEN ends_on IS NULL THEN 'stay' ELSE 'recover' END
                                WHEN current_id IS NULL OR reached_threshold >= current_threshold THEN 'rise'
                                WHEN time_over THEN 'fall'
                                WHEN ends_on IS NULL THEN 'warn'
                                WHEN ends_on < %(today)s THEN 'fall'
                                ELSE 'stay' END AS verdict
                      FROM standing
                ), moved AS (
                    UPDATE res_partner member
                       SET member_tier_id = CASE WHEN verdict IN ('rise', 'fall') THEN reached_id
                                                 ELSE member.member_tier_id END,
                           member_tier_ends_on = CASE WHEN verdict = 'warn' THEN %(ends_on)s::date END
                      FROM decision
                     WHERE member.id = decision.id AND decision.verdict = ANY(%(verdicts)s)
                       AND member.member_tier_id IS NOT DISTINCT FROM decision.current_id
                 RETURNING decision.*
                ), change AS (
                    INSERT INTO giftcard_tier_change
                           (partner_id, from_tier_id, to_tier_id, reason, growth, date, create_uid, create_date)
                    SELECT id, current_id, reached_id,
                           CASE WHEN verdict = 'rise' AND given THEN 'grant'
                                WHEN verdict = 'fall' AND time_over THEN 'end'
                                ELSE verdict END,
                           growth, %(now)s, %(uid)s, %(now)s
                      FROM moved
                     WHERE verdict IN ('rise', 'fall')
                )
                SELECT id, verdict, growth, current_id, reached_id, current_threshold, given, time_over
                  FROM moved
                 ORDER BY id
                """,
                # By member and index: whatever the planner thinks of a chunk, it cannot join it badly.
                growth=self._growth(SQL("ARRAY[member.id]")),
                partners=partner_ids,
                today=today,
                ends_on=fields.Date.add(today, days=int(self._setting("grace_days"))),
                upward=upward,
                verdicts=["rise"] if upward else ["rise", "fall", "warn", "recover"],
                now=fields.Datetime.now(),
                uid=self.env.uid,
            )
        )
        self.env["giftcard.tier.grant"].invalidate_model(["ended"], flush=False)
        if rows:
            self.env["res.partner"].invalidate_model(
                ["member_tier_id", "member_tier_ends_on", "property_product_pricelist"], flush=False
            )
            self._tell(rows, today)
        counts = dict.fromkeys(("rise", "fall", "warn", "recover"), 0)
        for row in rows:
            counts[row[1]] += 1
        return counts

    def _tell(self, rows, today):
        """Put what was decided into the members' inboxes, each in his language.

        :param rows: of :meth:`_decide`
        """
        messages = []
        # Names of tiers are no secret.
        Partner, Tier = self.env["res.partner"].sudo(), self.env["giftcard.tier"].sudo()
        Partner.browse([row[0] for row in rows]).fetch(["lang", "member_tier_ends_on"])
        for partner_id, verdict, growth, current_id, reached_id, threshold, given, time_over in rows:
            if verdict == "recover":
                continue
            partner = Partner.browse(partner_id)
            speaker = Tier.with_context(lang=partner.lang or self.env.lang)
            current, reached = speaker.browse(current_id), speaker.browse(reached_id)
            if verdict == "rise":
                title = speaker.env._("Welcome to %s", reached.name)
                body = speaker.env._("You have grown to %g. Your new privileges count from now on.", growth)
                if given:
                    body = speaker.env._("Your new privileges count from now on.")
            elif verdict == "fall":
                title = speaker.env._("Your tier has changed")
                body = speaker.env._(
                    "Your growth is %(growth)g. You are no longer %(old)s.", growth=growth, old=current.name
                )
                if time_over:
                    body = speaker.env._("The time for which you were %s is over.", current.name)
            else:
                title = speaker.env._("Keep %s", current.name)
                body = speaker.env._(
                    "You need %(missing)g more growth until %(day)s to stay %(tier)s.",
                    missing=threshold - growth,
                    day=fields.Date.to_string(partner.member_tier_ends_on),
                    tier=current.name,
                )
            messages.append(
                {
                    "partner_id": partner_id,
                    "kind": "tier",
                    "key": f"tier/{partner_id}/{verdict}/{today}/{reached_id or 0}",
                    "title": title,
                    "body": body,
                }
            )
        self.env["giftcard.message"]._post(messages)
