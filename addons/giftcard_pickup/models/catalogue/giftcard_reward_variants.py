from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class GiftcardReward(models.Model):
    """Rewards that members see as one, to pick a specification of: sizes, colours, capacities.

    The main reward and its variants each have a product, a price, a quota and stock of their own; texts, pictures,
    terms and member limits are the main one's and count for all of them together.
    """

    _inherit = "giftcard.reward"

    main_id = fields.Many2one(
        "giftcard.reward",
        string="Variant Of",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        domain="[('main_id', '=', False), ('program_id', '=', program_id), ('id', '!=', id)]",
        help="Members see it as a specification of that reward, whose texts, terms and member limits count for it.",
    )
    variant_ids = fields.One2many("giftcard.reward", "main_id", string="Variants")
    option_name = fields.Char(string="Specification", compute="_compute_option_name")
    product_tmpl_id = fields.Many2one(related="product_id.product_tmpl_id")
    missing_variant_count = fields.Integer(compute="_compute_missing_variant_count")

    @api.depends("product_id.product_template_variant_value_ids", "name")
    @api.depends_context("lang")
    def _compute_option_name(self):
        # Whoever may see a reward may know its specification; products stay closed to members.
        for reward in self.sudo():
            values = reward.product_id.product_template_variant_value_ids
            reward.option_name = ", ".join(values.mapped("name")) or reward.name

    @api.depends("product_id", "variant_ids.product_id", "main_id")
    def _compute_missing_variant_count(self):
        for reward in self:
            reward.missing_variant_count = 0 if reward.main_id else len(reward._missing_variants())

    @api.depends_context("giftcard_together")
    def _compute_availability(self):
        return super()._compute_availability()

    @api.constrains("main_id", "program_id", "company_id")
    def _check_main(self):
        for reward in self | self.variant_ids:
            main = reward.main_id
            if main and (main.main_id or reward.variant_ids):
                raise ValidationError(self.env._("%s: a variant has no variants of its own.", reward.name))
            if main and main.program_id != reward.program_id:
                raise ValidationError(self.env._("%s: all variants cost points of one program.", reward.name))
            if main and main.company_id != reward.company_id:
                raise ValidationError(self.env._("%s: all variants belong to one company.", reward.name))

    def write(self, vals):
        if "main_id" in vals:
            self._refuse_regrouping(vals["main_id"])
        return super().write(vals)

    def _refuse_regrouping(self, main_id):
        """What members have had is counted for the main reward; it cannot move to another one."""
        moved = self.filtered(lambda reward: reward.main_id.id != (main_id or False))
        # Whether there are redemptions is asked, not which.
        Line = self.env["giftcard.redemption.line"].sudo()
        if moved and Line.search_count([("reward_id", "in", moved.ids)], limit=1):
            raise UserError(self.env._("What has been redeemed already cannot become, or stop being, a variant."))

    def action_add_variants(self):
        """Offer the product's other variants too, at the same price; quotas are each one's own."""
        self.ensure_one()
        if self.main_id:
            raise UserError(self.env._("A variant has no variants of its own."))
        self.create(
            [
                {
                    "main_id": self.id,
                    "product_id": product.id,
                    "program_id": self.program_id.id,
                    "company_id": self.company_id.id,
                    "points_price": self.points_price,
                    "sequence": self.sequence,
                    "published": self.published,
                    "name": product.display_name,
                }
                for product in self._missing_variants()
            ]
        )

    def _missing_variants(self):
        """:return: ``product.product`` of the same template that are not offered with this reward"""
        return self.product_tmpl_id.product_variant_ids - self.product_id - self.variant_ids.product_id

    def _family(self):
        """:return: the main rewards of these and all their published variants"""
        mains = self.main_id | self.filtered(lambda reward: not reward.main_id)
        return mains | mains.variant_ids.filtered("published")

    def _available_to_show(self, stores):
        """:return: as :meth:`_available`; with ``giftcard_together`` in the context, of main rewards with variants"""
        if not self.env.context.get("giftcard_together"):
            return self._available(stores)
        # Whoever may see a reward may know how many there are.
        rewards = self.sudo()
        available = (rewards | rewards._family())._available(stores)
        return available | rewards._added_up(available)

    def _available_together(self, stores=None):
        """Free pieces of a reward and its variants, as :meth:`_available` counts them for each.

        :return: dict of id of the main reward -> pieces, or None when one of them is unlimited
        """
        return self._added_up(self._family()._available(stores))

    def _added_up(self, available):
        """:return: what :meth:`_available_together` returns, from what is available of each"""
        together = {}
        for reward in self._family():
            main, pieces = reward.main_id.id or reward.id, available[reward.id]
            before = together.get(main, 0)
            together[main] = None if before is None or pieces is None else before + pieces
        return together
