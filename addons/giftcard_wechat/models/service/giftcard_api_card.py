from datetime import datetime, time, timedelta

import pytz

from odoo import models
from odoo.fields import Domain

from ...schemas.card import Card, Entry

CARD_FIELDS = ["code", "program_id", "balance", "held", "points", "state", "expiration_date", "theme_id"]


class GiftcardApiCard(models.AbstractModel):
    _name = "giftcard.api.card"
    _inherit = "giftcard.api.service"
    _description = "API: Cards and Statements"

    def _list(self, query):
        """:param query: :class:`~...schemas.card.CardQuery`

        :return: page of :class:`~...schemas.card.Card`, the newest first
        """
        domain = Domain("partner_id", "=", self._member().id)
        if query.kind:
            domain &= Domain("program_type", "=", query.kind)
        if query.usable:
            today = self.env["giftcard.ledger"]._today(self.env.company)
            domain &= (
                Domain("state", "=", "active")
                & Domain("points", ">", 0)
                & (Domain("expiration_date", "=", False) | Domain("expiration_date", ">=", today))
            )
        return self._page(Card, "loyalty.card", domain, query, [("id", "desc")], CARD_FIELDS)

    def _get(self, card_id):
        return Card.from_record(self._own("loyalty.card", card_id))

    def _statement(self, card_id, query):
        """:param query: :class:`~...schemas.card.StatementQuery`

        :return: page of :class:`~...schemas.card.Entry`, the latest first
        """
        card = self._own("loyalty.card", card_id)
        domain = Domain("card_id", "=", card.id) & self._within(query)
        if query.kind:
            domain &= Domain("kind", "=", query.kind)
        return self._page(Entry, "giftcard.entry", domain, query, [("version", "desc")])

    def _within(self, period):
        """:param period: :class:`~...schemas.card.Period`

        :return: domain of what happened on these days of the company
        """
        domain = Domain.TRUE
        if period.since:
            domain &= Domain("date", ">=", self._midnight(period.since))
        if period.until:
            domain &= Domain("date", "<", self._midnight(period.until + timedelta(days=1)))
        return domain

    def _midnight(self, day):
        """:return: start of a day of the company, in UTC without zone"""
        # The timezone of a company is no secret.
        zone = pytz.timezone(self.env.company.sudo().partner_id.tz or "UTC")
        return zone.localize(datetime.combine(day, time.min)).astimezone(pytz.utc).replace(tzinfo=None)
