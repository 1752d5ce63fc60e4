from collections import defaultdict

from odoo import models

from ..ledger.act import Act
from ..ledger.giftcard_ledger import Grant


class PosOrder(models.Model):
    """Native code books what an order loads in a call after the one that stores it: too late for a refusal."""

    _inherit = "pos.order"

    def _process_saved_order(self, draft):
        if not draft and self.state != "cancel":
            self._check_loads()
        return super()._process_saved_order(draft)

    def _check_loads(self):
        """:raise LimitExceeded, RealNameRequired: when the order loads cards beyond what their programs allow"""
        ledger = self.env["giftcard.ledger"]
        # Cashiers do not read the ledger.
        if (
            self.env["giftcard.operation"]
            .sudo()
            .search_count([("res_model", "=", self._name), ("res_id", "=", self.id)])
        ):
            return
        wallets = defaultdict(float)
        for line in self.lines.filtered(lambda line: not line.is_reward_line and line.giftcard_amount > 0):
            for program in self._loaded_by(line.product_id):
                if program.program_type == "ewallet":
                    wallets[program] += line.giftcard_amount
                else:
                    program._refuse_load(line.giftcard_amount / line.qty, line.giftcard_amount, self.partner_id)
        for program, amount in wallets.items():
            program._refuse_load(amount, amount, self.partner_id)
            card = self.partner_id.loyalty_card_ids.filtered(lambda card, program=program: card.program_id == program)[
                :1
            ]
            if card:
                grant = Grant(Act("load"), card.id, ledger._amount(self.currency_id.round(amount)), "paid")
                [grant] = ledger._with_bonus([grant])
                ledger._refuse_limits([(card.id, grant.amount, grant.amount + grant.bonus)])

    def _loaded_by(self, product):
        """:return: the gift card and stored value programs of this till that ``product`` loads"""
        return self.config_id._get_program_ids().filtered(
            lambda program: program.program_type in ("gift_card", "ewallet") and product in program.rule_ids.product_ids
        )
