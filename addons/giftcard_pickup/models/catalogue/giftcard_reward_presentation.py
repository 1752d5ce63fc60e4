from odoo import api, fields, models


class GiftcardReward(models.Model):
    """What members see of a reward beside its name and price."""

    _inherit = "giftcard.reward"

    sequence = fields.Integer(string="Sort Weight", help="Lower ones come first.")
    category_id = fields.Many2one("giftcard.reward.category", index="btree_not_null", ondelete="restrict")
    brand_id = fields.Many2one(
        "giftcard.reward.tag",
        index="btree_not_null",
        ondelete="restrict",
        domain=[("kind", "=", "brand")],
        context={"default_kind": "brand"},
    )
    scene_ids = fields.Many2many(
        "giftcard.reward.tag",
        "giftcard_reward_scene_rel",
        "reward_id",
        "tag_id",
        string="Scenes",
        domain=[("kind", "=", "scene")],
        context={"default_kind": "scene"},
        help="The occasions it suits: festivals, gifts, travel…",
    )
    picture_ids = fields.One2many("giftcard.reward.picture", "reward_id", string="More Pictures", copy=True)
    specification_ids = fields.One2many(
        "giftcard.reward.specification", "reward_id", string="Specifications", copy=True
    )
    usage = fields.Html(string="How to Use", translate=True)
    validity = fields.Text(
        translate=True, help="Until when and where it counts, as members read it: e.g. 90 days from redemption."
    )
    points_label = fields.Char(string="Points", compute="_compute_points_label")

    @api.depends("points_price", "program_id.portal_point_name")
    @api.depends_context("lang")
    def _compute_points_label(self):
        """The price as people read it: 3,000 points."""
        lang = self.env["res.lang"]._lang_get(self.env.lang or "en_US")
        for reward in self:
            amount = lang.format("%.2f", reward.points_price, grouping=True)
            amount = amount.rstrip("0").rstrip(lang.decimal_point)
            reward.points_label = f"{amount} {reward.point_name or ''}".strip()
