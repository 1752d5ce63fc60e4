import logging
from calendar import isleap
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ...exceptions import LedgerError
from ..ledger.act import Act
from ..ledger.giftcard_ledger import Grant

_logger = logging.getLogger(__name__)

# A birthday is not over for the job that missed it: today and the two days before.
LATE_DAYS = 3
DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class ResPartner(models.Model):
    """The birthday: a month and a day; the year is the member's to tell."""

    _inherit = "res.partner"

    birth_month = fields.Selection(
        [
            ("1", "January"),
            ("2", "February"),
            ("3", "March"),
            ("4", "April"),
            ("5", "May"),
            ("6", "June"),
            ("7", "July"),
            ("8", "August"),
            ("9", "September"),
            ("10", "October"),
            ("11", "November"),
            ("12", "December"),
        ],
        string="Birthday (Month)",
    )
    birth_day = fields.Integer(string="Birthday (Day)")
    birth_year = fields.Integer(string="Birthday (Year)")

    _birthday_index = models.Index("(birth_month, birth_day) WHERE member_number IS NOT NULL AND birth_day > 0")

    @api.constrains("birth_month", "birth_day", "birth_year")
    def _check_birthday(self):
        for partner in self:
            if not partner.birth_day and not partner.birth_year:
                continue
            if not partner.birth_month or not 1 <= partner.birth_day <= DAYS[int(partner.birth_month) - 1]:
                raise ValidationError(self.env._("A birthday has a month and a day of that month."))
            if partner.birth_year and not 1900 <= partner.birth_year <= fields.Date.context_today(self).year:
                raise ValidationError(self.env._("%s is not a year of birth.", partner.birth_year))

    def _has_birthday(self, scope, day):
        """:param scope: ``day`` or ``month``. :param day: date. :return: whether it is the birthday, or its month"""
        self.ensure_one()
        if not self.birth_month:
            return False
        if scope == "month":
            return int(self.birth_month) == day.month
        return (self.birth_month, self.birth_day) in self._birthdays_on(day)

    @api.model
    def _birthdays_on(self, day):
        """:return: list of (month, day) that are celebrated on a date: those of 29 February on the 28th if need be"""
        days = [(str(day.month), day.day)]
        if (day.month, day.day) == (2, 28) and not isleap(day.year):
            days.append(("2", 29))
        return days

    @api.model
    def _give_birthday_gifts(self, limit=1000):
        """Congratulate the members whose birthday it is, and give what their tier gives, once a year (cron).

        Whom a run has left out, the runs of the next days find.
        """
        today, seconds = fields.Date.context_today(self), 1
        for day in (today - timedelta(days=late) for late in range(LATE_DAYS)):
            last = 0
            while seconds and (members := self.search(self._born_on(day, last), order="id", limit=limit)):
                last = members[-1].id
                members._congratulate_each(day)
                seconds = self.env["ir.cron"]._commit_progress(len(members))

    @api.model
    def _born_on(self, day, last=0):
        """:return: domain of active members after the one with the id ``last`` who celebrate on a date"""
        born = Domain.OR(
            Domain("birth_month", "=", month) & Domain("birth_day", "=", number)
            for month, number in self._birthdays_on(day)
        )
        # The number is what the index asks for.
        member = Domain("member_number", "!=", False) & Domain("member_state", "=", "active")
        return born & member & Domain("id", ">", last)

    def _congratulate_each(self, day):
        """All of them at once; if one cannot take the gift, one by one, so that it keeps nobody else from his."""
        try:
            with self.env.cr.savepoint():
                self._congratulate(day)
        except LedgerError as refusal:
            if len(self) == 1:
                _logger.warning("Member %s gets no birthday gift: %s", self.member_number, refusal)
                return
            for member in self:
                member._congratulate_each(day)

    def _congratulate(self, day):
        """:param day: date of the birthday"""
        messages = []
        for member in self:
            speaker = self.with_context(lang=member.lang or self.env.lang)
            messages.append(
                {
                    "partner_id": member.id,
                    "kind": "birthday",
                    "key": f"birthday/{member.id}/{day.year}",
                    "title": speaker.env._("Happy birthday!"),
                    "body": speaker.env._("All the best to you, %s.", member.name),
                }
            )
        # The message is what is unique: who has it has the gift.
        told = self.env["giftcard.message"]._post(messages)
        for tier, members in told.partner_id.grouped("member_tier_id").items():
            if tier.birthday_program_id and tier.birthday_amount:
                members._give_birthday_gift(tier, day)

    def _give_birthday_gift(self, tier, day):
        program, Card = tier.birthday_program_id, self.env["loyalty.card"]
        if program.is_nominative:
            known = self._member_cards(program)
            cards = Card.union(*(known.get(member.id) or member._member_card(program) for member in self))
        else:
            cards = Card.create([{"program_id": program.id, "partner_id": member.id} for member in self])
        grants = [
            Grant(
                Act("load", key=f"birthday/{card.partner_id.id}/{day.year}", member_id=card.partner_id.id),
                card.id,
                tier.birthday_amount,
                "bonus",
                card._ledger_expiry(),
            )
            for card in cards
            if card.state == "active"
        ]
        if grants:
            self.env["giftcard.ledger"]._grant_many(grants)
