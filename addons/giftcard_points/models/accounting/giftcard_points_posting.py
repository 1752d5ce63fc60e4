from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL


class GiftcardPointsPosting(models.Model):
    """The estimate of points (``giftcard.lot.age``) in the general ledger, as it stood when it was posted.

    An estimate replaces the one before it: the same act reverses that one's journal entry by the date of the new. So
    the account always holds one estimate, and the cost account what changed.
    """

    _name = "giftcard.points.posting"
    _description = "Posted Estimate of Points"
    _order = "date desc, id desc"
    _rec_name = "date"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="restrict")
    date = fields.Date(required=True, readonly=True)
    line_ids = fields.One2many("giftcard.points.posting.line", "posting_id", readonly=True)
    move_id = fields.Many2one(
        "account.move",
        string="Journal Entry",
        readonly=True,
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Empty when no points are left to be estimated.",
    )
    previous_id = fields.Many2one(
        "giftcard.points.posting", string="Replaces", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    reversal_id = fields.Many2one(
        "account.move",
        string="Reversal of the One Before",
        readonly=True,
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
    )

    _date_uniq = models.Constraint("UNIQUE(company_id, date)", "The estimate of this date is posted already.")
    # An estimate is replaced once, and one alone replaces nothing: two callers cannot both reverse the same entry.
    _previous_uniq = models.UniqueIndex(
        "(company_id, COALESCE(previous_id, 0))", "The estimate has just been posted by someone else; look again."
    )

    @api.model
    def _post(self, company, date):
        """Post the estimate as it stands now, by the accounting date ``date``, and reverse the one before.

        :return: the new record
        :raise AccessError: for others than accountants of the company
        :raise UserError: when accounts are missing, the date is in the future or not after the last one, or the
            estimate is what is posted already
        """
        if not self.env.user.has_group("giftcard_points.group_accountant") or company not in self.env.companies:
            raise AccessError(self.env._("Only accountants of the company post its gift cards."))
        # Accountants write no estimates: this method does, of what the ledger says.
        return self.sudo()._replace(company.sudo(), date).sudo(False)

    def _replace(self, company, date):
        # Callers wait for each other here; a later one in REPEATABLE READ is repeated by Odoo.
        self.env.execute_query(
            SQL("UPDATE res_company SET write_date = write_date WHERE id = %s RETURNING id", company.id)
        )
        previous = self.search([("company_id", "=", company.id)], limit=1)
        if date > company._giftcard_today():
            raise UserError(self.env._("The estimate is of today: its date cannot be in the future."))
        if previous and date <= previous.date:
            raise UserError(
                self.env._("The estimate of %(date)s is posted already: choose a later date.", date=previous.date)
            )
        lines = self._estimate(company)
        if {line["program_id"]: line["amount"] for line in lines} == {
            line.program_id.id: line.amount for line in previous.line_ids
        }:
            raise UserError(self.env._("Nothing has changed: the estimate is what is posted already."))
        self._check_accounts(company, lines)
        posting = self.create(
            {
                "company_id": company.id,
                "date": date,
                "previous_id": previous.id,
                "line_ids": [fields.Command.create(line) for line in lines],
            }
        )
        posting.reversal_id = posting._reverse(previous.move_id)
        posting.move_id = posting._book()
        return posting

    def _estimate(self, company):
        """:return: list of values of ``giftcard.points.posting.line``, of programmes whose points cost something"""
        rows = self.env["giftcard.lot.age"]._read_group(
            [("company_id", "=", company.id), ("program_id.program_type", "=", "loyalty")],
            ["program_id"],
            ["remaining:sum", "estimate:sum"],
        )
        return [
            {
                "program_id": program.id,
                "points": points,
                "point_value": program.point_value,
                "expected_use": program.expected_use,
                "amount": amount,
            }
            for program, points, estimate in rows
            if (amount := program.currency_id.round(estimate))
        ]

    def _check_accounts(self, company, lines):
        programs = self.env["loyalty.program"].browse([line["program_id"] for line in lines])
        missing = programs.filtered(lambda program: not all(program._points_accounts(company)))
        if missing:
            raise UserError(
                self.env._("Set the accounts for the points of %s first.", ", ".join(missing.mapped("name")))
            )
        if not company.giftcard_journal_id:
            raise UserError(self.env._("Set the gift card accounts of %s first.", company.name))

    def _reverse(self, move):
        """:return: the reversal of the estimate before, if it is not reversed yet"""
        if not move or move.reversal_move_ids.filtered(lambda reversal: reversal.state == "posted"):
            return self.env["account.move"]
        if move.state != "posted":
            raise UserError(self.env._("Post journal entry %s again first: this estimate reverses it.", move.name))
        ref = self.env._("Estimate of points %(date)s: reversed", date=self.previous_id.date)
        return move._reverse_moves([{"date": self.date, "ref": ref}], cancel=True)

    def _book(self):
        """:return: the journal entry of the estimate. A lock date moves it to the first open day."""
        company = self.company_id
        if not self.line_ids:
            return self.env["account.move"]
        move = (
            self.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": "entry",
                    "journal_id": company.giftcard_journal_id.id,
                    "date": self.date,
                    "ref": self.env._("Estimate of points %(date)s", date=self.date),
                    "line_ids": [fields.Command.create(vals) for line in self.line_ids for vals in line._move_lines()],
                }
            )
        )
        move._post(soft=False)
        return move
