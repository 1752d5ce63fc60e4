from datetime import datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from odoo import fields, models
from odoo.tools import SQL

from ..ledger.giftcard_ledger import Grant

# Documents whose points count for the caps.
DOCUMENTS = ("pos.order", "sale.order", "account.move")


def decimal(value):
    """:return: a float as the decimal number it is written as"""
    return Decimal(repr(float(value)))


class GiftcardEarning(models.AbstractModel):
    """What a purchase earns: the native rules, multiplied, capped. One calculation for the till and for sales orders.

    The till shows, by what :meth:`_terms` told it, what is booked after; where they differ, what is booked is right.
    """

    _name = "giftcard.earning"
    _description = "Earning of Points"

    def _earned(self, base, program, partner, store, when):
        """What the points of the native rules come to.

        :param base: points by the native rules, Decimal or float
        :param store: ``giftcard.store``, empty where there is none
        :param when: UTC datetime of the purchase
        :return: Decimal of points, exact to the precision "Gift Card Value"
        """
        base = base if isinstance(base, Decimal) else decimal(base)
        points = self._scale(base, self._multiplier(program, partner, store, when))
        room = self._room(program, partner, when)
        return points if room is None else min(points, room)

    def _terms(self, program, partner, store, when):
        """What the till needs to show what will be booked.

        :return: ``{"multiplier": str, "room": float or None, "pending": bool}``; ``room`` is what the caps leave
        """
        room = self._room(program, partner, when)
        return {
            "multiplier": str(self._multiplier(program, partner, store, when)),
            "room": None if room is None else float(room),
            "pending": bool(program.pending_days),
        }

    def _multiplier(self, program, partner, store, when):
        """:return: Decimal, the product of the multipliers of tier, birthday and period"""
        # Cashiers need not read tiers and birthdays.
        partner = partner.sudo()
        tier = partner.member_tier_id
        multiplier = decimal(self.env["giftcard.earning.period"].sudo()._multiplier(program, store, when))
        if tier:
            multiplier *= decimal(tier.earn_multiplier)
            if program.birthday_scope and partner._has_birthday(program.birthday_scope, self._day(program, when)):
                multiplier *= decimal(tier.birthday_multiplier)
        return multiplier

    def _room(self, program, partner, when):
        """:return: Decimal that the member can still earn, None where nothing limits it"""
        # Cards are read with the ledger's rights.
        card = partner._member_cards(program).get(partner.id)
        if (card and card.sudo().state != "active") or partner.sudo().member_state in ("frozen", "closed"):
            return Decimal(0)
        rooms = []
        if program.member_cap:
            rooms.append(decimal(program.member_cap) - self._earned_since(program, partner, None))
        if program.daily_cap:
            start = datetime.combine(self._day(program, when), time(), self._zone(program))
            since = start.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
            rooms.append(decimal(program.daily_cap) - self._earned_since(program, partner, since))
        return max(Decimal(0), min(rooms)) if rooms else None

    def _earned_since(self, program, partner, since):
        """:return: Decimal that the member earned with orders since a UTC datetime, less what was taken back"""
        [(points,)] = self.env.execute_query(
            SQL(
                """
                SELECT COALESCE(SUM(entry.amount), 0)
                  FROM loyalty_card card
                  JOIN giftcard_entry entry ON entry.card_id = card.id
                  JOIN giftcard_operation operation ON operation.id = entry.operation_id
                 WHERE card.partner_id = %s AND card.program_id = %s
                   AND operation.kind IN ('earn', 'reverse') AND operation.res_model IN %s
                   AND (%s::timestamp IS NULL OR entry.date >= %s)
                """,
                partner.id,
                program.id,
                DOCUMENTS,
                since,
                since,
            )
        )
        return decimal(points)

    def _scale(self, points, multiplier):
        """The rounding that the till does too: half up, of the points taken to six digits."""
        points = points.quantize(Decimal("0.000001"), ROUND_HALF_UP)
        return (points * multiplier).quantize(self._unit(), ROUND_HALF_UP)

    def _unit(self):
        return Decimal(1).scaleb(-self.env["decimal.precision"].precision_get("Gift Card Value"))

    def _zone(self, program):
        company = program.company_id or self.env.company
        return ZoneInfo(company.partner_id.tz or self.env.user.tz or "UTC")

    def _day(self, program, when):
        return when.replace(tzinfo=ZoneInfo("UTC")).astimezone(self._zone(program)).date()

    def _grant(self, act, card, points):
        """Book what was earned, to be used when the returns window is over.

        :return: the ``giftcard.operation``
        """
        # The programme is read with the ledger's rights.
        days = card.sudo().program_id.pending_days
        available_at = fields.Datetime.now() + timedelta(days=days) if days else None
        expires_on = card.sudo()._ledger_expiry()
        return self.env["giftcard.ledger"]._grant_many(
            [Grant(act, card.id, points, "earned", expires_on, available_at=available_at)]
        )
