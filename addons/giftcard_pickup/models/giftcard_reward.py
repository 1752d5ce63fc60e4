from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from ..exceptions import LimitReached, RewardNotAvailable


class GiftcardReward(models.Model):
    """A product variant that members get for points.

    ``points_price`` is in points of ``program_id``. ``redeemed`` counts the pieces of all redemptions that were not
    undone; one guarded UPDATE of it keeps the quota, whoever asks at the same time.
    """

    _name = "giftcard.reward"
    _description = "Reward"
    _order = "sequence, points_price, id"
    _check_company_auto = True

    name = fields.Char(
        compute="_compute_name", store=True, readonly=False, precompute=True, required=True, translate=True
    )
    active = fields.Boolean(default=True)
    published = fields.Boolean(help="Members see it and can redeem it.")
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    product_id = fields.Many2one(
        "product.product",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
        domain=[("type", "in", ["consu", "service"])],
    )
    program_id = fields.Many2one(
        "loyalty.program",
        string="Points Program",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
        domain=[("program_type", "=", "loyalty")],
    )
    points_price = fields.Float(digits="Gift Card Value", required=True)
    point_name = fields.Char(related="program_id.portal_point_name")
    price_ids = fields.One2many("giftcard.reward.price", "reward_id", string="Points and Cash Prices", copy=True)
    description = fields.Html(translate=True)
    image_1920 = fields.Image(related="product_id.image_1920")
    image_512 = fields.Image(related="product_id.image_512")
    image_256 = fields.Image(related="product_id.image_256")
    image_128 = fields.Image(related="product_id.image_128")
    quota = fields.Integer(default=0, required=True, help="Pieces that can be redeemed in all; 0: no limit.")
    redeemed = fields.Integer(default=0, required=True, readonly=True, copy=False)
    availability = fields.Selection(
        [("unlimited", "Unlimited"), ("available", "Available"), ("redeemed_out", "Redeemed out")],
        compute="_compute_availability",
    )
    available_quantity = fields.Integer(
        compute="_compute_availability",
        help="Pieces that can be redeemed now, in the store of the context or in all stores; 0 also when unlimited.",
    )

    _points_price_check = models.Constraint("CHECK(points_price > 0)", "A reward costs more than nothing.")
    _quota_check = models.Constraint("CHECK(quota >= 0)", "A quota cannot be negative.")
    _redeemed_check = models.Constraint(
        "CHECK(redeemed >= 0 AND (quota = 0 OR redeemed <= quota))",
        "The quota cannot be below what has been redeemed already.",
    )

    @api.depends("product_id")
    def _compute_name(self):
        for reward in self:
            reward.name = reward.name or reward.product_id.display_name

    @api.depends("product_id", "quota", "redeemed", "published", "active")
    @api.depends_context("giftcard_store_id")
    def _compute_availability(self):
        store = self.env["giftcard.store"].browse(self.env.context.get("giftcard_store_id") or ())
        available = self._available_to_show(store)
        for reward in self:
            quantity = available[reward.id]
            reward.available_quantity = quantity or 0
            if quantity is None:
                reward.availability = "unlimited"
            else:
                reward.availability = "available" if quantity > 0 else "redeemed_out"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._refuse_redeemed(vals)
        # Defaults, of the context or of the user, count as little as what is passed.
        return super().create([{**vals, "redeemed": 0} for vals in vals_list])

    def write(self, vals):
        self._refuse_redeemed(vals)
        return super().write(vals)

    def _refuse_redeemed(self, vals):
        if vals.get("redeemed") is not None:
            raise AccessError(self.env._("What has been redeemed is counted, not entered."))

    def _available(self, stores=None):
        """Free pieces right now, as far as quota and stock go.

        :param stores: ``giftcard.store`` records to look into; none: all stores of the reward's company
        :return: dict of reward id -> whole pieces, or None when nothing limits it
        """
        stores = (stores or self.env["giftcard.store"]).sudo() or self.env["giftcard.store"].sudo().search(
            [("company_id", "in", self.sudo().company_id.ids)]
        )
        return self._available_at(stores._stock_locations())

    def _available_at(self, locations):
        """Free pieces right now, as far as quota and the stock in and below these locations go.

        :return: dict of reward id -> whole pieces, or None when nothing limits it
        """
        free = {}
        # Whoever may see a reward may know how many there are; stock itself stays closed to members.
        rewards = self.sudo()
        if storable := rewards.product_id.filtered("is_storable"):
            domain = Domain("product_id", "in", storable.ids) & Domain("location_id", "child_of", locations.ids)
            for company, product, quantity, reserved in (
                self.env["stock.quant"]
                .sudo()
                ._read_group(domain, ["company_id", "product_id"], ["quantity:sum", "reserved_quantity:sum"])
            ):
                free[company.id, product.id] = max(0, int(quantity - reserved))
        available = {}
        for reward in rewards:
            limits = []
            if reward.product_id.is_storable:
                limits.append(free.get((reward.company_id.id, reward.product_id.id), 0))
            if reward.quota:
                limits.append(reward.quota - reward.redeemed)
            available[reward.id] = min(limits, default=None)
        return available

    def _take(self, redemption):
        """Count the pieces of a redemption against the quotas of its rewards.

        :raise LimitReached: when a quota has too few left
        :raise RewardNotAvailable: when a reward is not offered any more, or its price has changed
        """
        self._lock()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE giftcard_reward reward SET redeemed = reward.redeemed + line.quantity
                  FROM giftcard_redemption_line line
                 WHERE line.redemption_id = %s AND reward.id = line.reward_id
                   AND reward.active AND reward.published
                   AND CASE WHEN line.price_id IS NULL
                            THEN reward.points_price = line.points_price AND line.cash_price = 0
                            ELSE EXISTS (SELECT FROM giftcard_reward_price price
                                          WHERE price.id = line.price_id AND price.active
                                            AND price.points = line.points_price AND price.cash = line.cash_price)
                       END
                   AND (reward.quota = 0 OR reward.redeemed + line.quantity <= reward.quota)
                   AND %s
             RETURNING reward.id
                """,
                redemption.id,
                self._terms_met(redemption),
            )
        )
        self.invalidate_recordset(flush=False)
        refused = self - self.browse([reward_id for (reward_id,) in rows])
        for reward in refused[:1]:
            reward._check_terms(redemption.member_id, redemption.store_id)
            if not (reward.active and reward.published):
                raise RewardNotAvailable(self.env._("%s is not offered any more.", reward.name))
            left = reward.quota - reward.redeemed
            quantity = redemption.line_ids.filtered_domain([("reward_id", "=", reward.id)]).quantity
            if reward.quota and left < quantity:
                raise LimitReached(
                    self.env._("Of %(reward)s only %(left)s can still be redeemed.", reward=reward.name, left=left),
                    left,
                )
            raise RewardNotAvailable(self.env._("%s has just been changed. Please look again.", reward.name))

    def _give_back(self, pieces):
        """Return pieces of lines that are undone, given up or brought back to the quotas.

        :param pieces: dict of ``giftcard.redemption.line`` id -> pieces of these rewards
        """
        self._lock()
        self.env.execute_query(
            SQL(
                """
                UPDATE giftcard_reward reward SET redeemed = reward.redeemed - back.quantity
                  FROM (SELECT line.reward_id, SUM(back.quantity) AS quantity
                          FROM unnest(%s::int4[], %s::int4[]) AS back (line_id, quantity)
                          JOIN giftcard_redemption_line line ON line.id = back.line_id
                         GROUP BY line.reward_id) back
                 WHERE reward.id = back.reward_id
             RETURNING reward.id
                """,
                list(pieces),
                list(pieces.values()),
            )
        )
        self.invalidate_recordset(flush=False)

    def _is_virtual(self):
        """:return: whether ``giftcard.redemption.line._deliver`` delivers it on approval, and no goods move"""
        return False

    def _lock(self):
        """Lock the rows in ascending id, so that orders for several rewards wait for, not block, each other."""
        self.env["giftcard.redemption.line"].flush_model()
        self.env["giftcard.reward.price"].flush_model()
        self.flush_recordset()
        self.env.execute_query(
            SQL("SELECT id FROM giftcard_reward WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", self.ids)
        )
