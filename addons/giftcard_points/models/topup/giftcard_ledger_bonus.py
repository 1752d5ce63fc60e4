from odoo import models
from odoo.tools import SQL


class GiftcardLedger(models.AbstractModel):
    """A top-up that reaches a tier gets the tier's bonus, whichever way it is paid."""

    _inherit = "giftcard.ledger"

    def _grant_many(self, grants):
        return super()._grant_many(self._with_bonus(grants))

    def _use_order(self):
        # A card has few lots with value: they are found by its index and sorted here.
        return SQL(
            """CASE program.use_order WHEN 'bonus' THEN lot.origin = 'paid'
                                      WHEN 'paid' THEN lot.origin <> 'paid' END, %s""",
            super()._use_order(),
            to_flush=self.env["loyalty.program"]._fields["use_order"],
        )

    def _with_bonus(self, grants):
        """:return: ``grants`` with the bonus of those that are top-ups; one booked before keeps what it got"""
        loads = [
            (number, grant.card_id, self._amount(grant.amount))
            for number, grant in enumerate(grants)
            if grant.act.kind == "load" and grant.origin == "paid"
        ]
        if not loads:
            return grants
        self._flush()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT load.number, tier.bonus
                  FROM unnest(%s) AS load (number, card_id, amount)
                  JOIN loyalty_card card ON card.id = load.card_id
                  JOIN LATERAL (SELECT bonus FROM giftcard_top_up_tier
                                 WHERE program_id = card.program_id AND paid <= load.amount
                                 ORDER BY paid DESC
                                 LIMIT 1) tier ON TRUE
                """,
                self._columns(loads, "int4 int4 numeric"),
                to_flush=self.env["giftcard.top.up.tier"]._fields["bonus"],
            )
        )
        grants = list(grants)
        for number, bonus in rows:
            grants[number] = grants[number]._replace(bonus=self._decimal(bonus))
        return grants
