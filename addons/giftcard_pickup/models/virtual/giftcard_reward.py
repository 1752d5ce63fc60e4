from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .kinds import KINDS, VIRTUAL

# What members were promised; fixed once it is redeemed.
PROMISE = frozenset(
    {
        "kind",
        "coupon_program_id",
        "coupon_days",
        "code_pool_id",
        "tier_id",
        "tier_days",
        "top_up_program_id",
        "top_up_amount",
    }
)
# What each kind cannot be without.
NEEDED = {
    "coupon": "coupon_program_id",
    "code": "code_pool_id",
    "tier": "tier_id",
    "file": "file",
    "topup": "top_up_program_id",
}


class GiftcardReward(models.Model):
    """Virtual rewards: each piece is handed over by a ``giftcard.fulfilment`` when the redemption is approved."""

    _inherit = "giftcard.reward"

    kind = fields.Selection(
        KINDS, default="goods", required=True, help="Goods are picked up or delivered; all else is handed over at once."
    )
    coupon_program_id = fields.Many2one(
        "loyalty.program",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        domain=[("program_type", "=", "coupons")],
        help="The member gets a coupon of this program that is good for one use.",
    )
    coupon_days = fields.Integer(
        string="Coupon Valid For (Days)", help="0: until the last day of the program, if it has one."
    )
    code_pool_id = fields.Many2one(
        "giftcard.code.pool",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        help="The codes of somebody else's shop or service, each of which is given once.",
    )
    tier_id = fields.Many2one("giftcard.tier", index="btree_not_null", ondelete="restrict")
    tier_days = fields.Integer(
        string="Days", default=30, help="How long the member has the tier; several pieces follow each other."
    )
    file = fields.Binary(attachment=True, copy=False, groups="giftcard_pickup.group_manager")
    file_name = fields.Char(copy=False)
    link_hours = fields.Integer(
        string="Link Valid For (Hours)", default=24, help="A member can have a new link made at any time."
    )
    download_limit = fields.Integer(
        string="Downloads", default=5, help="How often a member can download each piece; 0: no limit."
    )
    top_up_program_id = fields.Many2one(
        "loyalty.program",
        string="Stored Value",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        domain=[("program_type", "=", "ewallet")],
    )
    top_up_currency_id = fields.Many2one(related="top_up_program_id.currency_id")
    top_up_amount = fields.Monetary(string="Amount", currency_field="top_up_currency_id")

    _virtual_check = models.Constraint(
        """CHECK(coupon_days >= 0 AND link_hours > 0 AND download_limit >= 0
                 AND (kind <> 'tier' OR tier_days > 0) AND (kind <> 'topup' OR top_up_amount > 0))""",
        "Days, hours and amounts are positive.",
    )

    @api.constrains("kind", "product_id", *NEEDED.values())
    def _check_kind(self):
        for reward in self:
            if reward.kind != "goods" and reward.product_id.type != "service":
                raise ValidationError(
                    self.env._("%s has nothing to be shipped: choose a product of type service.", reward.name)
                )
            # The file is the managers'; whether there is one is no secret.
            if reward.kind in NEEDED and not reward.sudo()[NEEDED[reward.kind]]:
                label = reward._fields[NEEDED[reward.kind]]._description_string(self.env)
                raise ValidationError(self.env._("%(reward)s lacks: %(field)s.", reward=reward.name, field=label))

    def write(self, vals):
        if changed := PROMISE & vals.keys():
            self._refuse_other_promise(changed, vals)
        return super().write(vals)

    def _refuse_other_promise(self, changed, vals):
        for reward in self:
            before = reward.read(list(changed), load="")[0]
            differs = any((before[name] or False) != (vals[name] or False) for name in changed)
            # Who may change a reward need not be allowed to read redemptions of all companies.
            if differs and self.env["giftcard.redemption.line"].sudo().search_count(
                [("reward_id", "=", reward.id)], limit=1
            ):
                raise UserError(
                    self.env._(
                        "%s has been redeemed: what members get for it cannot be changed any more. "
                        "Archive it and make another one.",
                        reward.name,
                    )
                )

    def _is_virtual(self):
        return self.kind in VIRTUAL

    def _available_at(self, locations):
        available = super()._available_at(locations)
        # Whoever may see a reward may know how many there are; pools stay closed to members.
        rewards = self.sudo().filtered(lambda reward: reward.kind == "code")
        free = rewards.code_pool_id._free()
        for reward in rewards:
            limit = available[reward.id]
            left = free[reward.code_pool_id.id]
            available[reward.id] = left if limit is None else min(limit, left)
        return available

    def _take(self, redemption):
        taken = super()._take(redemption)
        redemption.line_ids._reserve_codes()
        return taken

    def _give_back(self, pieces):
        given_back = super()._give_back(pieces)
        self.env["giftcard.redemption.line"].browse(pieces)._release_codes()
        return given_back
