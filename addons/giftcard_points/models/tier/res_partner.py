from odoo import api, fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    member_tier_id = fields.Many2one(
        "giftcard.tier", string="Tier", readonly=True, copy=False, index="btree_not_null", ondelete="restrict"
    )
    member_tier_ends_on = fields.Date(
        string="Tier Kept Until",
        readonly=True,
        copy=False,
        help="The member's growth is too low for the tier; after this day it is lost unless it has grown again.",
    )
    member_tier_change_ids = fields.One2many("giftcard.tier.change", "partner_id", string="Tier History", readonly=True)
    member_tier_grant_ids = fields.One2many(
        "giftcard.tier.grant", "partner_id", string="Tiers Given for a Time", readonly=True
    )
    member_growth = fields.Float(
        string="Growth", compute="_compute_member_growth", digits="Gift Card Value", help="Within the window of tiers."
    )
    member_next_tier_id = fields.Many2one("giftcard.tier", string="Next Tier", compute="_compute_member_growth")
    member_growth_missing = fields.Float(string="Missing", compute="_compute_member_growth", digits="Gift Card Value")
    member_progress = fields.Float(string="Progress", compute="_compute_member_growth")

    @api.depends("member_tier_id", "loyalty_card_ids.balance")
    def _compute_member_growth(self):
        self.env["loyalty.card"].flush_model()
        # Tiers are no secret.
        Tier = self.env["giftcard.tier"].sudo()
        tiers = Tier.search([("threshold", ">=", 0)], order="threshold")
        growth = dict(self.env.execute_query(Tier._growth(self.ids))) if self.ids else {}
        for partner in self:
            grown = float(growth.get(partner._origin.id, 0))
            # Who has less than none is in the tier from 0 all the same.
            following = tiers.filtered(lambda tier, grown=grown: tier.threshold > max(0, grown))[:1]
            partner.member_growth = grown
            partner.member_next_tier_id = following
            partner.member_growth_missing = following.threshold - grown if following else 0
            partner.member_progress = max(0, grown) / following.threshold * 100 if following else 100

    def _kept_fields(self):
        return super()._kept_fields() | {"member_tier_id", "member_tier_ends_on"}

    def _join(self, channel, store=None):
        """Who joins begins in the tier that is every member's."""
        result = super()._join(channel, store)
        self.env["giftcard.tier"]._raise_members(self)
        return result

    @api.depends("member_tier_id.pricelist_id")
    def _compute_product_pricelist(self):
        return super()._compute_product_pricelist()
