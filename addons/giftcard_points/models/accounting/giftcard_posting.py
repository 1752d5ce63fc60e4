import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

_logger = logging.getLogger(__name__)


class GiftcardPosting(models.Model):
    """The ledger's movements of money of one company, day and kind, in the general ledger.

    Made of entries that are in no posting yet, each of which is claimed by a row of ``giftcard.posting.entry``, unique
    by entry: that, not the day, is what makes it exactly once. An entry that is committed after its day was posted is
    in the next posting of that day. What is posted never changes.
    """

    _name = "giftcard.posting"
    _description = "Daily Posting"
    _order = "day desc, id desc"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="restrict")
    day = fields.Date(required=True, readonly=True, index=True, help="In the company's time zone.")
    kind = fields.Selection(selection="_selection_kind", required=True, readonly=True)
    number = fields.Integer(
        required=True, readonly=True, aggregator=None, help="1, or more for entries that came after the day was posted."
    )
    move_id = fields.Many2one(
        "account.move",
        string="Journal Entry",
        readonly=True,
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Empty when the movements add up to nothing, as those between cards of one program do.",
    )
    entry_count = fields.Integer(string="Movements", readonly=True)
    line_ids = fields.One2many("giftcard.posting.line", "posting_id", readonly=True)

    _number_uniq = models.Constraint(
        "UNIQUE(company_id, day, kind, number)", "The day has just been posted by someone else; look again."
    )

    def _selection_kind(self):
        return self.env["giftcard.operation"]._fields["kind"]._description_selection(self.env)

    @api.depends("day", "kind", "number")
    def _compute_display_name(self):
        labels = dict(self._selection_kind())
        for posting in self:
            number = f" ({posting.number})" if posting.number > 1 else ""
            posting.display_name = f"{posting.day} {labels.get(posting.kind, '')}{number}"

    def action_open_operations(self):
        """:return: the operations behind the posting"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": "giftcard.operation",
            "view_mode": "list,form",
            "domain": [("entry_ids.posting_id", "=", self.id)],
        }

    @api.model
    def _cron_post(self):
        """Post the days that have ended, in all companies whose accounts are set; a day is a step of its own."""
        companies = self.env["res.company"].search([])  # pylint: disable=no-search-all; all of them, and few
        for company in companies.filtered(lambda company: company._giftcard_posts()):
            try:
                for day in self._days_to_post(company):
                    with self.env.cr.savepoint():
                        self._post_day(company, day)
                    self.env["ir.cron"]._commit_progress(1)
            except UserError as error:
                # One company's closed account must not keep the others from posting.
                _logger.error("Gift cards of %s are not posted: %s", company.name, error)

    @api.model
    def _post_days(self, company, first, last):
        """Post what is not posted yet of the days ``first`` to ``last``, for an accountant.

        :return: the new ``giftcard.posting`` records
        :raise AccessError: for others than accountants
        :raise UserError: when the company's accounts are not set, or a day has not ended
        """
        if not self.env.user.has_group("giftcard_points.group_accountant") or company not in self.env.companies:
            raise AccessError(self.env._("Only accountants of the company post its gift cards."))
        company = company.sudo()
        if not company._giftcard_posts():
            raise UserError(self.env._("Set the gift card accounts of %s first.", company.name))
        if last >= company._giftcard_today():
            raise UserError(self.env._("A day is posted when it has ended."))
        # Accountants write no postings: this method does, of what the ledger says.
        posting = self.sudo()
        postings = posting.browse()
        for day in posting._days_to_post(company, first, last):
            postings |= posting._post_day(company, day)
        return postings.sudo(False)

    def _days_to_post(self, company, first=None, last=None):
        """:return: the ended days of ``company`` with movements of money that are not posted, in order"""
        start, __ = company._giftcard_day(first) if first else (None, None)
        __, stop = company._giftcard_day(last) if last else (None, company._giftcard_day(company._giftcard_today())[0])
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT (entry.date AT TIME ZONE 'UTC' AT TIME ZONE %s)::date AS day %s ORDER BY day",
                company._giftcard_zone(),
                self._unposted(company, start, stop),
            )
        )
        return [day for (day,) in rows]

    def _unposted(self, company, start, stop):
        """:return: SQL from FROM to WHERE, for the entries of money in [start, stop) that are in no posting"""
        return SQL(
            """
              FROM giftcard_entry entry
              JOIN giftcard_operation operation ON operation.id = entry.operation_id
              JOIN loyalty_card card ON card.id = entry.card_id
              JOIN loyalty_program program ON program.id = card.program_id
             WHERE operation.company_id = %s AND program.program_type IN ('gift_card', 'ewallet')
               AND %s AND entry.date < %s
               AND NOT EXISTS (SELECT FROM giftcard_posting_entry posted WHERE posted.entry_id = entry.id)
            """,
            company.id,
            SQL("entry.date >= %s", start) if start else SQL("TRUE"),
            stop,
        )

    def _post_day(self, company, day):
        """Claim what is not posted of a day, sum it up and book it.

        Two callers wait for each other by the company's row, which is written, not only locked: in REPEATABLE READ the
        second one then raises SerializationFailure, is repeated by Odoo and finds nothing left to do.

        :return: the new ``giftcard.posting`` records, one for each kind
        """
        self.env.flush_all()
        self.env.execute_query(
            SQL("UPDATE res_company SET write_date = write_date WHERE id = %s RETURNING id", company.id)
        )
        rows = self.env.execute_query(
            SQL(
                """
                WITH unposted AS (
                    SELECT entry.id AS entry_id, operation.kind %(unposted)s
                ), posting AS (
                    INSERT INTO giftcard_posting
                           (company_id, day, kind, number, entry_count, create_uid, create_date, write_uid, write_date)
                    SELECT %(company)s, %(day)s::date, kind,
                           1 + (SELECT COUNT(*) FROM giftcard_posting earlier
                                 WHERE earlier.company_id = %(company)s AND earlier.day = %(day)s
                                   AND earlier.kind = unposted.kind),
                           COUNT(*), %(uid)s, %(now)s::timestamp, %(uid)s, %(now)s::timestamp
                      FROM unposted
                     GROUP BY kind
                        ON CONFLICT (company_id, day, kind, number) DO NOTHING
                 RETURNING id, kind
                ), claimed AS (
                    INSERT INTO giftcard_posting_entry (entry_id, posting_id)
                    SELECT entry_id, posting.id FROM unposted JOIN posting USING (kind)
                )
                SELECT id FROM posting ORDER BY id
                """,
                unposted=self._unposted(company, *company._giftcard_day(day)),
                company=company.id,
                day=day,
                uid=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        postings = self.browse([posting_id for (posting_id,) in rows])
        if postings:
            self.env["giftcard.posting.line"]._sum_up(postings)
            for posting in postings:
                posting._book()
        return postings

    def _book(self):
        """Make the journal entry. A lock date moves it to the first open day, as Odoo does with any entry."""
        self.ensure_one()
        lines = self.line_ids.filtered("booked")
        if not lines:
            return
        company = self.company_id
        labels = dict(self._selection_kind())
        move = (
            self.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": "entry",
                    "journal_id": company.giftcard_journal_id.id,
                    "date": self.day,
                    "ref": self.env._("Gift cards %(day)s: %(kind)s", day=self.day, kind=labels[self.kind]),
                    "line_ids": [fields.Command.create(vals) for line in lines for vals in line._move_lines()],
                }
            )
        )
        move._post(soft=False)
        self.move_id = move
