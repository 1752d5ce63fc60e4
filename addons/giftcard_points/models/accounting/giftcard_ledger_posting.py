from odoo import models
from odoo.tools import SQL


class GiftcardLedger(models.AbstractModel):
    """The general ledger owes what the cards hold."""

    _inherit = "giftcard.ledger"

    def _invariants(self):
        return {
            **super()._invariants(),
            "a posting is the sum of its entries, program by program": SQL(
                """
                WITH entries AS (
                    SELECT posted.posting_id, card.program_id, SUM(entry.amount) AS amount
                      FROM giftcard_posting_entry posted
                      JOIN giftcard_entry entry ON entry.id = posted.entry_id
                      JOIN loyalty_card card ON card.id = entry.card_id
                     GROUP BY posted.posting_id, card.program_id
                ), lines AS (
                    SELECT posting_id, program_id, SUM(amount) AS amount
                      FROM giftcard_posting_line
                     GROUP BY posting_id, program_id
                )
                SELECT posting_id, program_id, entries.amount AS entries, lines.amount AS lines
                  FROM entries FULL JOIN lines USING (posting_id, program_id)
                 WHERE COALESCE(entries.amount, 0) <> COALESCE(lines.amount, 0)
                """
            ),
            "the general-ledger liability is what the postings say": SQL(
                """
                SELECT line.id AS posting_line_id, line.posting_id, line.booked,
                       COALESCE(SUM(-item.amount_currency), 0) AS general_ledger
                  FROM giftcard_posting_line line
             LEFT JOIN account_move_line item
                    ON item.giftcard_posting_line_id = line.id AND item.parent_state = 'posted'
                 GROUP BY line.id
                HAVING line.booked <> COALESCE(SUM(-item.amount_currency), 0)
                """
            ),
            "rounding leaves less than a unit of the currency unposted": SQL(
                """
                SELECT posting.company_id, line.program_id, line.counterpart, SUM(line.amount - line.booked) AS rest
                  FROM giftcard_posting_line line
                  JOIN giftcard_posting posting ON posting.id = line.posting_id
                  JOIN loyalty_program program ON program.id = line.program_id
                  JOIN res_currency currency ON currency.id = program.currency_id
                 GROUP BY posting.company_id, line.program_id, line.counterpart, currency.rounding
                HAVING ABS(SUM(line.amount - line.booked)) >= currency.rounding
                """
            ),
        }
