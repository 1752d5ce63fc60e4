from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...exceptions import CardNotUsable


class PosOrderLine(models.Model):
    _inherit = "pos.order.line"

    giftcard_program_id = fields.Many2one(
        "loyalty.program",
        string="Loads",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The program whose gift card this line sells, or whose eWallet of the customer it loads.",
    )
    giftcard_card_id = fields.Many2one(
        "loyalty.card",
        string="Sells",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The paper card that is activated by the sale.",
    )

    giftcard_code = fields.Char(
        string="Card Number", readonly=True, copy=False, help="Of the gift card that is sold; empty: it gets a new one."
    )
    giftcard_expires_on = fields.Date(string="Card Valid Until", readonly=True, copy=False)

    @api.model
    def _load_pos_data_fields(self, config):
        return [
            *super()._load_pos_data_fields(config),
            "giftcard_program_id",
            "giftcard_card_id",
            "giftcard_code",
            "giftcard_expires_on",
        ]

    def _sold_for(self):
        """:return: what was asked for this line, positive, be it sold or returned"""
        return abs(self.giftcard_amount) if self.price_unit > 0 else 0

    def _giftcard_programs(self):
        """:return: the gift card and eWallet programs whose cards this line sells or loads, if it is no reward"""
        self.ensure_one()
        if self.is_reward_line:
            return self.env["loyalty.program"]
        # Cashiers may read programs, not all of their rules.
        rules = (
            self.env["loyalty.rule"]
            .sudo()
            .search(
                [
                    ("product_ids", "in", self.product_id.ids),
                    ("program_id.program_type", "in", ("gift_card", "ewallet")),
                ]
            )
        )
        return rules.program_id.with_env(self.env)

    def _of_gift_cards(self):
        """:return: the lines of these whose products are sold as gift cards, or that say so"""
        # As in _giftcard_programs.
        rules = (
            self.env["loyalty.rule"]
            .sudo()
            .search(
                [("product_ids", "in", self.product_id.ids), ("program_id.program_type", "=", "gift_card")],
            )
        )
        return self.filtered(
            lambda line: line.product_id in rules.product_ids or line.giftcard_program_id.program_type == "gift_card"
        )

    def _gift_card_program(self):
        """:return: the gift card program of which this line sells new cards, or none

        :raise ValidationError: when the till names one that does not sell this product
        """
        programs = self._giftcard_programs()
        if self.giftcard_card_id or self.giftcard_program_id.program_type == "ewallet":
            return programs.browse()
        if named := self.giftcard_program_id:
            if named not in programs & self.order_id.config_id._money_programs():
                raise ValidationError(
                    self.env._(
                        "%(product)s is no gift card of %(program)s.",
                        product=self.product_id.display_name,
                        program=named.name,
                    )
                )
            return named
        # The till's client names the program. Without it, one that is alone is meant.
        programs &= self.order_id.config_id._get_program_ids()
        return programs if len(programs) == 1 and programs.program_type == "gift_card" else programs.browse()

    def _sells_existing_card(self):
        """:return: whether the number is of a card that is made, and not sold; the till's confirmation deals with it

        :raise CardNotUsable: when it is of any other card
        """
        code = self.giftcard_code
        # Numbers are unique in the whole database.
        if not code or not self.env["loyalty.card"].sudo().with_context(active_test=False).search_count(
            [("code", "=", code)], limit=1
        ):
            return False
        Card = self.env["loyalty.card"]
        status = Card.get_gift_card_status(code, self.order_id.config_id.id)
        # Paper cards are named by their own field.
        if not status["status"] or not status["data"]["loyalty.card"] or Card._paper_card(code):
            raise CardNotUsable(self.env._("Card %s is not sold by this product.", code))
        return True
