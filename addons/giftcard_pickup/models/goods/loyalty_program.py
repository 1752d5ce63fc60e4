from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

GOODS = "goods_card"


class LoyaltyProgram(models.Model):
    """A kind of goods cards. Its unit is the piece: a card is worth so many pieces of the listed goods.

    A fixed set is a list of which all pieces can be had; "choose N of M" one that offers more than can be had.
    """

    _inherit = "loyalty.program"

    program_type = fields.Selection(selection_add=[(GOODS, "Goods Card")], ondelete={GOODS: "set default"})
    goods_item_ids = fields.One2many("giftcard.goods.item", "program_id", string="Goods", copy=True)
    goods_pieces = fields.Integer(
        string="Pieces", default=0, required=True, help="How many of the listed goods a card can be exchanged for."
    )
    goods_offered = fields.Integer(string="Pieces Offered", compute="_compute_goods_offered")
    goods_promise = fields.Char(string="Worth", compute="_compute_goods_offered")

    _goods_pieces_check = models.Constraint(
        f"CHECK(program_type <> '{GOODS}' OR goods_pieces > 0)", "A goods card is worth at least one piece."
    )

    @api.depends("goods_pieces", "goods_item_ids.quantity", "goods_item_ids.product_id")
    def _compute_goods_offered(self):
        for program in self:
            items = program.goods_item_ids
            program.goods_offered = sum(items.mapped("quantity"))
            if program.goods_pieces < program.goods_offered:
                program.goods_promise = self.env._(
                    "Choose %(pieces)s of %(offered)s", pieces=program.goods_pieces, offered=program.goods_offered
                )
            else:
                program.goods_promise = self.env._("%s pieces", program.goods_pieces)

    @api.constrains("program_type", "goods_pieces", "goods_item_ids")
    def _check_goods(self):
        for program in self.filtered(lambda program: program.program_type == GOODS):
            if program.goods_pieces > sum(program.goods_item_ids.mapped("quantity")):
                raise ValidationError(
                    self.env._("%s promises more pieces than there are goods to choose from.", program.name)
                )

    @api.constrains("reward_ids")
    def _constrains_reward_ids(self):
        """Goods cards have no rewards at the till or in the web shop."""
        return super(
            LoyaltyProgram, self.filtered(lambda program: program.program_type != GOODS)
        )._constrains_reward_ids()

    def write(self, vals):
        if {"goods_pieces", "program_type"} & vals.keys():
            for program in self.filtered(lambda program: program.program_type == GOODS):
                changed = any(program[name] != vals[name] for name in ("goods_pieces", "program_type") if name in vals)
                if changed and program._goods_cards_exist():
                    raise UserError(self.env._("There are cards of this kind: what they are worth cannot be changed."))
        return super().write(vals)

    def action_open_goods_cards(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("giftcard_pickup.giftcard_goods_card_action")
        return {**action, "domain": [("program_id", "=", self.id)], "context": {}}

    def _goods_cards_exist(self):
        # Who sets up goods cards need not be allowed to read cards.
        return bool(self.env["loyalty.card"].sudo().search_count([("program_id", "in", self.ids)], limit=1))

    @api.model
    def _program_items_name(self):
        return {**super()._program_items_name(), GOODS: self.env._("Goods Cards")}

    @api.model
    def _program_type_default_values(self):
        return {
            **super()._program_type_default_values(),
            GOODS: {
                "applies_on": "future",
                "trigger": "with_code",
                "portal_visible": False,
                "portal_point_name": self.env._("Pieces"),
                "pos_ok": False,
                "sale_ok": False,
                "rule_ids": [(5, 0, 0)],
                "reward_ids": [(5, 0, 0)],
                "communication_plan_ids": [(5, 0, 0)],
            },
        }
