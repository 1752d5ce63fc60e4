from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL


class LoyaltyCard(models.Model):
    _inherit = "loyalty.card"

    next_expiry_amount = fields.Float(
        string="Expires Next", compute="_compute_next_expiry", digits="Gift Card Value", help="On the day beside."
    )
    next_expiry_day = fields.Date(string="Last Day", compute="_compute_next_expiry")

    def _compute_next_expiry(self):
        due = self._next_to_expire()
        for card in self:
            card.next_expiry_day, card.next_expiry_amount = due.get(card.id, (False, 0.0))

    def _next_to_expire(self):
        """How much expires next, and when; it reads the lots of that one day by their index.

        :return: {card id: (date, amount)}, without cards of which nothing expires
        """
        self.env["loyalty.card"].flush_model()
        return {
            card_id: (day, amount)
            for card_id, day, amount in self.env.execute_query(
                SQL(
                    """
                    SELECT card.id, first.expires_on, SUM(lot.remaining - lot.held)
                      FROM loyalty_card card
                      JOIN LATERAL (SELECT expires_on FROM giftcard_lot
                                     WHERE card_id = card.id AND remaining > 0 AND remaining > held
                                       AND expires_on >= %s
                                     ORDER BY expires_on, id LIMIT 1) first ON TRUE
                      JOIN giftcard_lot lot ON lot.card_id = card.id AND lot.expires_on = first.expires_on
                       AND lot.remaining > 0
                     WHERE card.id = ANY(%s)
                     GROUP BY card.id, first.expires_on
                    """,
                    self.env["giftcard.ledger"]._today(self.env.company),
                    self.ids,
                )
            )
        }

    def _ledger_expiry(self):
        program = self.program_id
        if program.expiry_mode == "yearly":
            day = program._reset_on(self.env["giftcard.ledger"]._today(self.company_id or self.env.company))
        else:
            day = super()._ledger_expiry()
        return day and day + timedelta(days=program.grace_days)
