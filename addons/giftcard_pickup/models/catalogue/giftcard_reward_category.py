from odoo import api, fields, models


class GiftcardRewardCategory(models.Model):
    """A shelf of the points mall. Shelves stand in shelves; all companies share them."""

    _name = "giftcard.reward.category"
    _description = "Reward Category"
    _inherit = ["image.mixin"]
    _parent_store = True
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    display_name = fields.Char(recursive=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    parent_id = fields.Many2one("giftcard.reward.category", string="Parent Category", index=True, ondelete="restrict")
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("giftcard.reward.category", "parent_id", string="Subcategories")
    reward_count = fields.Integer(string="Rewards", compute="_compute_reward_count")

    @api.depends("name", "parent_id.display_name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for category in self:
            parent = category.parent_id.display_name
            category.display_name = f"{parent} / {category.name}" if parent else category.name

    def _compute_reward_count(self):
        """Rewards of a category and of those below it, variants of one reward counted once."""
        counts = self.env["giftcard.reward"]._read_group(
            [("category_id", "child_of", self.ids), ("main_id", "=", False)], ["category_id"], ["__count"]
        )
        for category in self:
            category.reward_count = sum(
                count for below, count in counts if below.parent_path.startswith(category.parent_path or "new")
            )

    def action_open_rewards(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("giftcard_pickup.giftcard_reward_action")
        return action | {
            "domain": [("category_id", "child_of", self.id)],
            "context": {"default_category_id": self.id},
            "display_name": self.display_name,
        }
