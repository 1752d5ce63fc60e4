from datetime import UTC, datetime

from odoo import models

from ...api.problems import Problem
from ...schemas.card import Card, Entry
from ...schemas.closure import CardOfMember, Closure, Export, Message, OrderOfMember
from ...schemas.session import Device


class GiftcardApiClosure(models.AbstractModel):
    _name = "giftcard.api.closure"
    _inherit = "giftcard.api.service"
    _description = "API: Closure and Export"

    def _get(self):
        closure = self.env["giftcard.closure"]._waiting(self._member())
        if not closure:
            raise Problem("not_found")
        return Closure.from_record(closure)

    def _request(self, asked):
        """:param asked: :class:`~...schemas.closure.ClosureRequest`. :return: :class:`~...schemas.closure.Closure`"""
        closure = self.env["giftcard.closure"]._request(self._member(), asked.reason, asked.forfeit_points)
        return Closure.from_record(closure)

    def _call_off(self):
        self.env["giftcard.closure"]._waiting(self._member()).sudo()._call_off()

    def _export(self):
        """:return: :class:`~...schemas.closure.Export`"""
        member = self._member()
        self.env["giftcard.api.rate"]._take("export", member.id)
        # The member's own words about himself, which he has no rights to change by himself.
        person = member.sudo()
        return Export(
            exported_at=datetime.now(UTC).replace(microsecond=0),
            member=self.env["giftcard.api.member"]._profile(),
            phone=person.phone or None,
            email=person.email or None,
            language=person.lang or None,
            identities=self.env["giftcard.api.identity"]._list().items,
            devices=[Device.from_record(token) for token in self.env["giftcard.api.token"].search([])],
            addresses=self.env["giftcard.api.address"]._list().items,
            consents=self.env["giftcard.api.consent"]._list().items,
            cards=self._cards(),
            redemptions=[
                OrderOfMember(number=order.name or str(order.id), time=order.date, state=order.state)
                for order in self.env["giftcard.redemption"].search([], order="id")
            ],
            messages=[
                Message(time=message.date, title=message.title, body=message.body or "")
                for message in person.member_message_ids
            ],
        )

    def _cards(self):
        cards = self.env["loyalty.card"].search([("partner_id", "=", self._member().id)], order="id")
        entries = self.env["giftcard.entry"].search([("card_id", "in", cards.ids)], order="card_id, version")
        of_card = entries.grouped("card_id")
        return [
            CardOfMember(
                card=Card.from_record(card),
                entries=[Entry.from_record(entry) for entry in of_card.get(card, entries[:0])],
            )
            for card in cards
        ]
