from odoo import fields, models
from odoo.tools import SQL


class GiftcardPostingLine(models.Model):
    """What a posting does to the liability of one programme, and against which account.

    ``amount`` is exact, in the programme's currency; positive raises what is owed. ``booked`` is what the currency can
    carry; the rest is carried to the next posting, so that the books stay within one unit of the ledger.
    """

    _name = "giftcard.posting.line"
    _description = "Daily Posting of a Program"
    _order = "posting_id desc, program_id, counterpart"
    _rec_name = "program_id"

    posting_id = fields.Many2one("giftcard.posting", required=True, readonly=True, index=True, ondelete="restrict")
    program_id = fields.Many2one("loyalty.program", required=True, readonly=True, index=True, ondelete="restrict")
    counterpart = fields.Selection(
        [
            ("clearing", "Clearing"),
            ("breakage", "Breakage"),
            ("bonus", "Bonus"),
            ("transfer", "Between cards"),
        ],
        required=True,
        readonly=True,
    )
    amount = fields.Float(digits="Gift Card Value", required=True, readonly=True)
    booked = fields.Float(digits="Gift Card Value", required=True, readonly=True)
    move_line_ids = fields.One2many("account.move.line", "giftcard_posting_line_id", readonly=True)

    company_id = fields.Many2one(related="posting_id.company_id")
    day = fields.Date(related="posting_id.day")
    currency_id = fields.Many2one(related="program_id.currency_id")

    _counterpart_uniq = models.Constraint(
        "UNIQUE(posting_id, program_id, counterpart)", "A program is in a posting once for each account."
    )

    def _sum_up(self, postings):
        """Write the lines of new postings from their entries."""
        movements = self.env["giftcard.ledger"]._movements(
            SQL(
                "entry.id IN (SELECT entry_id FROM giftcard_posting_entry WHERE posting_id = ANY(%s))",
                postings.ids,
            )
        )
        self.env.execute_query(
            SQL(
                """
                INSERT INTO giftcard_posting_line
                       (posting_id, program_id, counterpart, amount, booked,
                        create_uid, create_date, write_uid, write_date)
                SELECT posted.posting_id, movement.program_id, movement.counterpart, SUM(movement.amount), 0,
                       %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM (%(movements)s) movement JOIN giftcard_posting_entry posted USING (entry_id)
                 GROUP BY posted.posting_id, movement.program_id, movement.counterpart
                HAVING SUM(movement.amount) <> 0
             RETURNING id
                """,
                movements=movements,
                uid=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        postings.invalidate_recordset()
        carried = self._carried(postings)
        for line in postings.line_ids.sorted("id"):
            key = (line.program_id.id, line.counterpart)
            line.booked = line.currency_id.round(carried.get(key, 0.0) + line.amount)
            carried[key] = carried.get(key, 0.0) + line.amount - line.booked

    def _carried(self, postings):
        """:return: dict of (program id, counterpart) -> what roundings have left unbooked before ``postings``"""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.program_id, line.counterpart, SUM(line.amount - line.booked)
                  FROM giftcard_posting_line line JOIN giftcard_posting posting ON posting.id = line.posting_id
                 WHERE posting.company_id = %s AND NOT posting.id = ANY(%s)
                 GROUP BY line.program_id, line.counterpart
                """,
                postings.company_id.id,
                postings.ids,
            )
        )
        return {(program_id, counterpart): rest for program_id, counterpart, rest in rows}

    def _move_lines(self):
        """:return: values of the two journal items: the liability and its counterpart"""
        self.ensure_one()
        company = self.company_id
        balance = self.currency_id._convert(self.booked, company.currency_id, company, self.day)
        common = {"name": self.program_id.name, "currency_id": self.currency_id.id}
        return [
            {
                **common,
                "account_id": self.program_id._posting_account("liability", company).id,
                "amount_currency": -self.booked,
                "balance": -balance,
                "giftcard_posting_line_id": self.id,
            },
            {
                **common,
                "account_id": self.program_id._posting_account(self.counterpart, company).id,
                "amount_currency": self.booked,
                "balance": balance,
            },
        ]
