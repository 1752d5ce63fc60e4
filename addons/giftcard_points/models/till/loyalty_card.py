from odoo import api, models

from ...codes import normalize


class LoyaltyCard(models.Model):
    _inherit = "loyalty.card"

    @api.model
    def get_gift_card_status(self, gift_code, config_id):
        """A paper card that lies at the till can be sold: for what it is worth, and once."""
        card = self._paper_card(gift_code)
        if not card:
            return super().get_gift_card_status(gift_code, config_id)
        config = self.env["pos.config"].browse(config_id)
        # Of the batch, its value is told.
        batch = card.sudo().batch_id
        if not batch._sellable(card) or card.program_id not in config._get_program_ids():
            return {"status": False, "data": {"loyalty.card": []}}
        [data] = card.read(self._load_pos_data_fields(config_id), load=False)
        return {"status": True, "data": {"loyalty.card": [{**data, "points": batch.value}]}}

    @api.model
    def giftcard_paper_card(self, code):
        """:return: ``[id, number]`` of the paper card of a number or secret, or False"""
        self.env["pos.order"].check_access("create")
        card = self._paper_card(code)
        return [card.id, card.code] if card else False

    def _paper_card(self, code):
        """:return: the paper card of a public number or a secret, or none

        Attempts are not counted: most codes that are sold are of no paper card, and 80 bits are not guessed.
        """
        # By its number or secret a cashier gets at a card of the company; access rules say which.
        service = self.env["giftcard.code"].sudo()
        card = service._named(code)
        if not card and (secret := normalize(code)):
            card = service._find(secret).filtered("secret_digest")
        return card.with_env(self.env)._filtered_access("read")

    def _masked(self):
        """:return: as much of the code as tells a card from others"""
        self.ensure_one()
        return f"···· {self.code[-4:]}" if self.code else ""
