from collections import defaultdict
from decimal import ROUND_HALF_UP

from dateutil.relativedelta import relativedelta

from odoo import models

from ..earning.giftcard_earning import decimal
from ..ledger.act import LINE_KEY
from ..ledger.giftcard_ledger import Grant


class PosOrder(models.Model):
    """Gift cards with new codes: made by the transaction that stores the order that sells them.

    Stock Odoo makes them in a later call, out of what the till states. Here that call finds them, and only hands them
    out: an order that is paid has its cards, whatever becomes of the till's calls.
    """

    _inherit = "pos.order"

    def _process_saved_order(self, draft):
        order_id = super()._process_saved_order(draft)
        if not draft and self.state != "cancel":
            self._issue_gift_cards()
        return order_id

    def _issue_gift_cards(self):
        """Make a card for each unit that lines sell, or one for all of them if the program does not split them.

        :raise CardNotUsable: when the number that the till gave to a card is taken
        :raise LedgerError: by the ledger
        """
        lines = self._selling_lines()._of_gift_cards()
        if not lines or self._issued_gift_cards() or not (units := self._gift_card_units(lines)):
            return
        themes = self._themes()
        # Cashiers do not create cards. The mail that tells of a new one shows its value, so it waits for the ledger.
        cards = (
            self.env["loyalty.card"]
            .sudo()
            .with_context(loyalty_no_mail=True)
            .create(
                [
                    self._gift_card_values(program, line, themes.get(line.product_id), code)
                    for (program, line, *__), code in zip(units, self._named_units(units), strict=True)
                ]
            )
        )
        grants = [
            Grant(
                self._line_act("issue", line, number),
                card.id,
                value,
                card._ledger_origin(),
                card._ledger_expiry(),
            )
            for card, (__, line, number, value) in zip(cards, units, strict=True)
        ]
        self.env["giftcard.ledger"]._grant_many(grants)
        self.add_loyalty_history_lines(
            [{"card_id": grant.card_id, "won": float(grant.amount), "spent": 0} for grant in grants], []
        )
        cards.with_context(loyalty_no_mail=False)._send_creation_communication()

    def _gift_card_units(self, lines):
        """Where a program does not split what an order pays for its cards, there is one for each number that is given
        to one, or one for all.

        :return: list of (program, line, number of the unit within the line, value as Decimal)
        """
        units, pooled = [], defaultdict(lambda: defaultdict(list))
        for line in lines:
            program = line._gift_card_program()
            if not program or line._sells_existing_card():
                continue
            # Cashiers may read programs, not all of their rules.
            rule = program.sudo().rule_ids.filtered(lambda rule, line=line: line.product_id in rule.product_ids)[:1]
            rate = decimal(rule.reward_point_amount)
            total = rate * decimal(line._sold_for() if rule.reward_point_mode == "money" else line.qty)
            if not rule.reward_point_split:
                pooled[program][line.giftcard_code or ""].append((line, total))
                continue
            count = int(line.qty) if line.qty == int(line.qty) else 1
            # As in the till: a line's amount is split by unit, and each is rounded.
            value = self._round_value(total / count)
            units += [(program, line, number, value) for number in range(1, count + 1)]
        for program, by_code in pooled.items():
            if len(by_code) > 1:
                # The lines without a number go along with the first that has one.
                rest = by_code.pop("", [])
                next(iter(by_code.values())).extend(rest)
            for parts in by_code.values():
                units.append((program, parts[0][0], 1, self._round_value(sum(total for __, total in parts))))
        return [unit for unit in units if unit[3] > 0]

    def _round_value(self, value):
        """:return: Decimal as fine as the ledger takes it, rounded as the till rounds"""
        return value.quantize(self.env["giftcard.earning"]._unit(), ROUND_HALF_UP)

    def _named_units(self, units):
        """:return: for each unit the number that the cashier gave to it, or None. A number is of one card: of several
        units the first bears it, and the others get codes of their own, as the order is paid already."""
        seen, names = set(), []
        for __, line, number, *__ in units:
            code = line.giftcard_code if number == 1 and line.giftcard_code not in seen else None
            seen.add(code)
            names.append(code or None)
        return names

    def _gift_card_values(self, program, line, theme, code):
        """:return: the values of a card that a line sells"""
        expires_on = line.giftcard_expires_on if code else False
        if program.date_to:
            expires_on = program.date_to
        elif not code or program.validity_months:
            # A year is what stock Odoo's till gives to its cards.
            today = self.env["giftcard.ledger"]._today(self.company_id)
            expires_on = today + relativedelta(months=program.validity_months or 12)
        return {
            "program_id": program.id,
            "partner_id": self.partner_id.id,
            "code": code or self.env["loyalty.card"]._generate_code(),
            "expiration_date": expires_on,
            "source_pos_order_id": self.id,
            "theme_id": theme and theme.id,
        }

    def _issued_gift_cards(self):
        """:return: the ``loyalty.card`` records made by storing this order"""
        # Cashiers do not read the ledger.
        operations = (
            self.env["giftcard.operation"]
            .sudo()
            .search(
                [
                    ("kind", "=", "issue"),
                    ("res_model", "=", self._name),
                    ("res_id", "=", self.id),
                    ("idempotency_key", "=like", f"{LINE_KEY}%/%"),
                ]
            )
        )
        return operations.entry_ids.card_id.sorted("id").with_env(self.env)

    # What the till asks afterwards

    def confirm_coupon_programs(self, coupon_data):
        """Hand out the cards that storing the order has made, each time, whatever the till says of them."""
        cards = self._issued_gift_cards()
        codes = cards.mapped("code")
        answer = super().confirm_coupon_programs(
            {
                key: values
                for key, values in coupon_data.items()
                if values["program_id"] not in cards.program_id.ids
                or int(key) > 0
                or (values.get("code") and values["code"] not in codes)
            }
        )
        # Prints and usages are the program's, which the till may show.
        for program, made in cards.sudo().grouped("program_id").items():
            for report in program.communication_plan_ids.filtered(
                lambda plan: plan.trigger == "create"
            ).pos_report_print_id:
                answer["coupon_report"].setdefault(report.id, []).extend(made.ids)
            if program.id not in [update["program_id"] for update in answer["program_updates"]]:
                answer["program_updates"].append({"program_id": program.id, "usages": program.total_order_count})
        return answer

    def _remove_duplicate_coupon_data(self, coupon_data):
        """The history of cards made by storing the order does not say that the till has confirmed the others."""
        cards = self._issued_gift_cards()
        others = {
            key: values
            for key, values in coupon_data.items()
            if values["program_id"] in cards.program_id.ids
            and not self.env["loyalty.history"].search_count(
                [
                    ("card_id.program_id", "=", values["program_id"]),
                    ("card_id", "not in", cards.ids),
                    ("order_model", "=", self._name),
                    ("order_id", "=", self.id),
                ],
                limit=1,
            )
        }
        result = super()._remove_duplicate_coupon_data(coupon_data)
        coupon_data.update(others)
        return result
