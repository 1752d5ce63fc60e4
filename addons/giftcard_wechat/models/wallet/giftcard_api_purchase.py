import re

from odoo import models
from odoo.http import request

from odoo.addons.giftcard_points.exceptions import CardNotUsable
from odoo.addons.giftcard_points.models.ledger.act import Act

from ...api.problems import Problem
from ...schemas.card import Card
from ...schemas.common import money
from ...schemas.purchase import CardOrder, CodeTopUp, Purchase, TopUp, TopUpProgram, TopUpPrograms
from ...schemas.theme import ThemeSummary


class GiftcardApiPurchase(models.AbstractModel):
    _name = "giftcard.api.purchase"
    _inherit = "giftcard.api.service"
    _description = "API: Buying Cards and Topping Up"

    # === GIFT CARDS === #

    def _order_cards(self, asked):
        """:param asked: :class:`~...schemas.purchase.CardOrderRequest`

        :return: :class:`~...schemas.purchase.CardOrder`
        :raise LedgerError: or ``PaymentRefused``; nothing is ordered then
        """
        theme, member = self._own("giftcard.theme", asked.theme_id), self._member()
        # Members order what is on sale and nothing else; they have no rights on orders.
        order = self._orders()._sell_cards(member, theme.sudo(), asked.amount, asked.quantity)
        self._pay(order, asked.method)
        return self._card_order(order)

    def _card_orders(self, query):
        return self._purchases(CardOrder, "card_order", query, self._card_order)

    def _card_order(self, order):
        order = order.sudo()  # The member's own order, with its line and theme.
        line = order.order_line[:1]
        theme = line.giftcard_theme_id
        issued = order.giftcard_card_ids.filtered(lambda card: card.partner_id == order.giftcard_buyer_id)
        return CardOrder(
            **self._values(order),
            theme=ThemeSummary.from_record(theme) if theme else None,
            amount=money(line.price_unit, order.currency_id),
            quantity=int(line.product_uom_qty),
            cards=[Card.from_record(card) for card in issued.sorted("id")],
        )

    # === STORED VALUE === #

    def _programs(self):
        return TopUpPrograms(items=[TopUpProgram.from_record(program) for program in self._top_up_programs()])

    def _top_up(self, asked):
        """:param asked: :class:`~...schemas.purchase.TopUpRequest`

        :return: :class:`~...schemas.purchase.TopUp`
        :raise LedgerError: or ``PaymentRefused``; nothing is ordered then
        """
        program, member = self._program(asked.program_id), self._member()
        beneficiary = self._member_of_phone(asked.phone) if asked.phone else member
        # As above.
        order = self._orders()._sell_top_up(member.sudo(), beneficiary.sudo(), program, asked.amount)
        self._pay(order, asked.method)
        return self._top_up_order(order)

    def _top_ups(self, query):
        return self._purchases(TopUp, "top_up", query, self._top_up_order)

    def _top_up_order(self, order):
        order = order.sudo()  # As above; of the beneficiary as much is shown as the payer may know.
        line = order.order_line[:1]
        program = line.product_id and self._program_of(line.product_id)
        other = order.partner_id != order.giftcard_buyer_id
        return TopUp(
            **self._values(order),
            amount=money(line.price_unit, order.currency_id),
            bonus=money(order._tier_bonus(program, line.price_unit), order.currency_id),
            program=program.name or "",
            beneficiary=_masked(order.partner_id.name) if other else None,
        )

    def _top_up_by_code(self, asked):
        """Move what is on a paper card to the member's wallet, under the idempotency key of the request.

        :param asked: :class:`~...schemas.purchase.CodeTopUpRequest`
        :return: :class:`~...schemas.purchase.CodeTopUp`
        :raise CodeNotAccepted, TooManyAttempts, LedgerError:
        """
        member, program = self._member(), self._program(asked.program_id)
        wallet = member._member_card(program)
        key = f"api/{member.id}/{self.env.context['giftcard_idempotency_key']}"
        operation = self.env["giftcard.code"]._top_up(
            asked.secret,
            Act("transfer", key=key, member_id=member.id),
            wallet,
            asked.number,
            request.httprequest.remote_addr,
        )
        # The movement of the member's own wallet.
        entry = operation.sudo().entry_ids.filtered(lambda entry: entry.card_id == wallet)
        return CodeTopUp(amount=money(entry.amount, program.currency_id), card=Card.from_record(wallet))

    # === BOTH === #

    def _get(self, purchase, order_id):
        """:param purchase: of ``sale.order.giftcard_purchase``"""
        order = self._own("sale.order", order_id)
        if order.giftcard_purchase != purchase:
            raise Problem("not_found")
        return self._card_order(order) if purchase == "card_order" else self._top_up_order(order)

    def _purchases(self, schema, purchase, query, convert):
        domain = [("giftcard_buyer_id", "=", self._member().id), ("giftcard_purchase", "=", purchase)]
        return self._page(schema, "sale.order", domain, query, [("id", "desc")], convert=convert)

    def _pay(self, order, method):
        self.env["giftcard.api.payment"]._begin(self._member(), order, order.amount_total, order.currency_id, method)

    def _values(self, order):
        return Purchase.values_of(order, self.env["giftcard.api.payment"]._of(order.transaction_ids))

    def _orders(self):
        return self.env["sale.order"].sudo()

    def _top_up_programs(self):
        # What is on offer is no secret.
        return (
            self.env["loyalty.program"]
            .sudo()
            .search(
                [
                    ("program_type", "=", "ewallet"),
                    ("company_id", "in", [False, self.env.company.id]),
                    ("rule_ids.product_ids", "!=", False),
                ],
                order="sequence, id",
            )
        )

    def _program(self, program_id=None):
        programs = self._top_up_programs()
        program = programs.filtered(lambda program: program.id == program_id) if program_id else programs[:1]
        if not program:
            raise CardNotUsable(self.env._("This kind of stored value is not offered."))
        return program

    def _program_of(self, product):
        return self._top_up_programs().filtered(lambda program: product in program.rule_ids.product_ids)[:1]

    def _member_of_phone(self, phone):
        """:return: the one active member with a phone number
        :raise Problem: ``rate_limited``, so that nobody finds out who is a member; ``not_found``
        """
        self.env["giftcard.api.rate"]._take("phone", self._member().id)
        # Members do not see each other; of whom is found only a part of the name is told.
        partners = self.env["res.partner"].sudo()
        code = str(self.env.company.sudo().country_id.phone_code or "")
        number = _international(phone, code)
        candidates = partners.search(
            [("phone_mobile_search", "ilike", number.removeprefix(code)), ("member_state", "=", "active")]
        )
        members = candidates.filtered(lambda partner: _international(partner.phone or "", code) == number)
        if len(members) != 1:
            raise Problem("not_found")
        return members


def _international(phone, code):
    """:param code: of the country in which numbers without one are

    :return: digits of a phone number with its country's code, as ITU-T E.164 has them
    """
    digits = re.sub(r"\D", "", phone)
    if phone.lstrip().startswith("+"):
        return digits
    return digits.removeprefix("00") if digits.startswith("00") else f"{code}{digits}"


def _masked(name):
    """:return: as much of a name as tells who is meant to one who knows"""
    return f"{name[:1]}**" if name else ""
