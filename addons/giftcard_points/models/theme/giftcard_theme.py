from odoo import api, fields, models

from ...exceptions import AmountNotOffered


class GiftcardTheme(models.Model):
    """What a gift card looks like, and for which amounts it is sold.

    A theme with a program is sold by a product of its own, in sales orders and at the till alike; what is issued for
    that product bears the theme. A theme without one is a cover for gifts.
    """

    _name = "giftcard.theme"
    _description = "Gift Card Theme"
    _inherit = ["image.mixin"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        precompute=True,
        store=True,
        readonly=False,
        index=True,
        help="Empty: shared by all companies.",
    )
    image_1920 = fields.Image(string="Cover")
    program_id = fields.Many2one(
        "loyalty.program",
        string="Sold As",
        domain="[('program_type', '=', 'gift_card')]",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The gift card program whose cards are sold with this theme; empty: it is a cover for gifts only.",
    )
    product_id = fields.Many2one(
        "product.product", readonly=True, copy=False, index="btree_not_null", ondelete="restrict", check_company=True
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    value_ids = fields.One2many("giftcard.theme.value", "theme_id", string="Face Values", copy=True)
    amount_min = fields.Monetary(string="Free Amount From", help="0: only the face values are sold.")
    amount_max = fields.Monetary(string="Free Amount To")
    card_count = fields.Integer(compute="_compute_card_count", groups="giftcard_points.group_auditor")

    _product_uniq = models.UniqueIndex("(product_id) WHERE product_id IS NOT NULL", "A product is sold with one theme.")
    _amounts_check = models.Constraint(
        "CHECK(COALESCE(amount_min, 0) >= 0 AND COALESCE(amount_max, 0) >= COALESCE(amount_min, 0))",
        "The highest free amount cannot be below the lowest.",
    )

    @api.depends("program_id")
    def _compute_company_id(self):
        for theme in self:
            theme.company_id = theme.program_id.company_id or theme.company_id

    @api.depends("program_id")
    @api.depends_context("company")
    def _compute_currency_id(self):
        for theme in self:
            theme.currency_id = theme.program_id.currency_id or self.env.company.currency_id

    def _compute_card_count(self):
        groups = self.env["loyalty.card"]._read_group([("theme_id", "in", self.ids)], ["theme_id"], ["__count"])
        counts = {theme.id: count for theme, count in groups}
        for theme in self:
            theme.card_count = counts.get(theme.id, 0)

    @api.model_create_multi
    def create(self, vals_list):
        themes = super().create(vals_list)
        themes._sell()
        return themes

    def write(self, vals):
        result = super().write(vals)
        self._sell()
        if vals.keys() & {"name", "image_1920", "active"}:
            for theme in self.filtered("product_id"):
                theme._dress_product()
        return result

    def action_open_cards(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Cards"),
            "res_model": "loyalty.card",
            "view_mode": "list,form",
            "domain": [("theme_id", "=", self.id)],
        }

    def _sell(self):
        """Make the products of themes that are sold, and let their programs issue cards for them."""
        for theme in self.filtered("program_id"):
            # Whoever sets up themes need not manage products; these are made for that alone.
            program = theme.sudo().program_id
            if not theme.product_id:
                theme.sudo().product_id = theme._make_product()
            if theme.product_id not in program.rule_ids.product_ids:
                program.rule_ids[:1].product_ids |= theme.sudo().product_id

    def _make_product(self):
        return (
            self.env["product.product"]
            .sudo()
            .create(
                {
                    "name": self.name,
                    "type": "service",
                    "list_price": min(self.value_ids.mapped("amount"), default=self.amount_min),
                    "taxes_id": [fields.Command.clear()],
                    "available_in_pos": True,
                    "image_1920": self.image_1920,
                    "company_id": self.company_id.id,
                }
            )
        )

    def _dress_product(self):
        # As in _sell.
        self.sudo().product_id.write({"name": self.name, "image_1920": self.image_1920, "active": self.active})

    def _refuse_amount(self, amount):
        """:raise AmountNotOffered: when the theme is not sold for ``amount``"""
        self.ensure_one()
        currency = self.currency_id
        if any(currency.compare_amounts(amount, value) == 0 for value in self.value_ids.mapped("amount")):
            return
        if not self.value_ids and not self.amount_max:
            return
        if self.amount_max and self.amount_min <= amount <= self.amount_max:
            return
        raise AmountNotOffered(
            self.env._("%(theme)s is not sold for %(amount)s.", theme=self.name, amount=currency.format(amount))
        )
