import logging
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from ...exceptions import LedgerError
from ..ledger.act import Act, capture_key, earn_key
from .giftcard_earning import decimal
from .giftcard_earning_back import Sold

_logger = logging.getLogger(__name__)

MONEY = ("gift_card", "ewallet")


class PosOrder(models.Model):
    """Points of the till: what an order earns is computed from its stored lines and booked when it is stored.

    The till's own number is a forecast. What its later confirmation states is replaced by what was booked.
    """

    _inherit = "pos.order"

    giftcard_earned = fields.Json(
        compute="_compute_giftcard_earned", help="Points booked for this order, less those it took back, by program."
    )

    @api.depends("state")
    def _compute_giftcard_earned(self):
        self.env["loyalty.card"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT operation.res_id, card.program_id, SUM(entry.amount)
                  FROM giftcard_operation operation
                  JOIN giftcard_entry entry ON entry.operation_id = operation.id
                  JOIN loyalty_card card ON card.id = entry.card_id
                  JOIN loyalty_program program ON program.id = card.program_id
                 WHERE operation.res_model = 'pos.order' AND operation.res_id = ANY(%s)
                   AND (operation.kind IN ('earn', 'reverse')
                        OR operation.idempotency_key = 'pos.order/' || operation.res_id || '/' || card.id || '/earn')
                   AND program.program_type = 'loyalty'
                 GROUP BY operation.res_id, card.program_id
                """,
                self.ids,
            )
        )
        earned = defaultdict(dict)
        for order_id, program_id, points in rows:
            earned[order_id][str(program_id)] = points
        for order in self:
            order.giftcard_earned = earned.get(order.id, {})

    def confirm_coupon_programs(self, coupon_data):
        """What was booked when the order was stored counts, not what the till says was earned.

        Of the money that the till says is put on gift cards and eWallets, no more than the order's lines sold.
        """
        coupon_data = {int(card_id): dict(values) for card_id, values in coupon_data.items()}
        self.invalidate_recordset(["giftcard_earned"])
        self._state_points(coupon_data)
        if not self._is_settled():
            self._refuse_by_hand()
        else:
            self._limit_money(coupon_data)
        answer = super().confirm_coupon_programs(coupon_data)
        return answer | {"giftcard_earned": self.giftcard_earned}

    def _process_saved_order(self, draft):
        order_id = super()._process_saved_order(draft)
        if not draft and self.state != "cancel":
            self._give_back_points()
            self._take_back_points()
            self._earn_points()
            self._spend_points()
        return order_id

    def _earn_points(self):
        """Book what this order earns, in the transaction that stores it, once.

        Goods brought back without their receipt cost the points that they would earn, as far as there are any.
        """
        for program, points in self._points_earned().items():
            if not points:
                continue
            card = self.partner_id._member_card(program)
            act = Act(
                "earn" if points > 0 else "spend",
                key=earn_key(self.id, card.id),
                document=(self._name, self.id),
                store_id=self.config_id.giftcard_store_id.id or None,
            )
            if card._booked(act):
                continue
            if points > 0:
                self.env["giftcard.earning"]._grant(act, card, points)
            elif card.state == "active" and (back := min(-points, decimal(card.points))) > 0:
                self.env["giftcard.ledger"]._spend(act, card, back)

    def _spend_points(self):
        """Take what rewards cost in points. Where they do not suffice, the till's confirmation is refused."""
        for card, cost in sorted(self._point_costs().items(), key=lambda item: item[0].id):
            act = Act(
                "spend",
                key=capture_key(self.id, card.id),
                document=(self._name, self.id),
                store_id=self.config_id.giftcard_store_id.id or None,
            )
            try:
                with self.env.cr.savepoint():
                    self.env["giftcard.ledger"]._spend(act, card, cost)
            except LedgerError as refusal:
                _logger.warning("Order %s: its rewards cost %s points: %s", self.pos_reference, cost, refusal)

    def _give_back_points(self):
        """Give back what the rewards have cost in points that this order refunds."""
        ledger = self.env["giftcard.ledger"]
        refunded = self.lines.refunded_orderline_id.filtered(lambda line: line.is_reward_line and line.points_cost > 0)
        for sale, lines in refunded.grouped("order_id").items():
            for card in sale._point_costs():
                # The till's own spend, which cashiers do not read.
                spent = card._booked(Act("spend", key=capture_key(sale.id, card.id)))
                back = sum(
                    (
                        decimal(line.points_cost) * decimal(line._giftcard_refunded()) / decimal(line.qty)
                        for line in lines
                        if line.reward_id.program_id == card.program_id and line.qty
                    ),
                    Decimal(0),
                ).quantize(self.env["giftcard.earning"]._unit(), ROUND_HALF_UP)
                back -= spent._refunded()
                if spent and back > 0:
                    act = Act(
                        "refund",
                        key=f"pos.order/{self.id}/{card.id}/points",
                        document=(self._name, self.id),
                        store_id=self.config_id.giftcard_store_id.id or None,
                    )
                    ledger._refund(act, spent.with_env(self.env), back)

    def _take_back_points(self):
        """Take back what the lines have earned that this order refunds."""
        for sale in self.lines.refunded_orderline_id.order_id.sorted("id"):
            lines = [
                Sold(line.product_id, line.qty, line.giftcard_amount, line._giftcard_refunded())
                for line in sale.lines
                if not line.is_reward_line and not line.refunded_orderline_id
            ]
            self.env["giftcard.earning"]._take_back(sale, lines, self, self.config_id.giftcard_store_id)

    def _point_costs(self):
        """:return: {card: Decimal} of the points that this order's rewards cost"""
        costs = defaultdict(Decimal)
        for line in self.lines.filtered(
            lambda line: line.is_reward_line and line.points_cost > 0 and not line._brings_back()
        ):
            program = line.reward_id.program_id
            if program.program_type == "loyalty":
                # A card that the till did not know yet is the customer's.
                card = line.coupon_id or self.partner_id._member_cards(program).get(self.partner_id.id)
                if card and card.program_id == program:
                    costs[card] += decimal(line.points_cost)
        unit = self.env["giftcard.earning"]._unit()
        return {card: cost.quantize(unit, ROUND_HALF_UP) for card, cost in costs.items()}

    def _points_earned(self):
        """What this order earns: multiplied and capped; below zero for goods brought back without receipt.

        :return: {points program: Decimal}
        """
        self.ensure_one()
        earned = {}
        if not self.partner_id:
            return earned
        earning = self.env["giftcard.earning"]
        when = min(self.date_order, fields.Datetime.now())
        store = self.config_id.giftcard_store_id
        for program in self._points_programs(earning._day(self, when)).sorted("id"):
            base, free = self._points_by_rules(program)
            points = earning._earned(base, program, self.partner_id, store, when)
            multiplier = earning._multiplier(program, self.partner_id, store, when)
            # What was given away for points earns none.
            earned[program] = points - earning._scale(free, multiplier)
        return earned

    def _points_programs(self, day):
        """:return: ``loyalty.program``: the points programmes that count for this order"""
        config = self.config_id
        programs = self.env["loyalty.program"].search(
            Domain("pos_ok", "=", True)
            & Domain("program_type", "=", "loyalty")
            & Domain("currency_id", "=", config.currency_id.id)
            & Domain("company_id", "in", [False, *config.company_id.parent_ids.ids])
            & (Domain("pos_config_ids", "=", False) | Domain("pos_config_ids", "=", config.id))
            & (Domain("date_from", "=", False) | Domain("date_from", "<=", day))
            & (Domain("date_to", "=", False) | Domain("date_to", ">=", day))
            & (Domain("pricelist_ids", "=", False) | Domain("pricelist_ids", "in", self.pricelist_id.ids))
        )
        return programs.filtered(
            lambda program: not program.limit_usage or program.sudo().total_order_count < program.max_usage
        )

    def _points_by_rules(self, program):
        """The calculation of ``pointsForPrograms`` and ``_getPointsCorrection`` in the till's client.

        :return: (Decimal of points, Decimal of points that free products would have earned)
        """
        points, free = Decimal(0), Decimal(0)
        store = self.config_id.giftcard_store_id
        lines = self.lines.filtered(lambda line: not line.combo_parent_id and not line.refunded_orderline_id)
        if not lines - lines.filtered("is_reward_line"):
            return points, free
        rules = program.rule_ids.filtered(lambda rule: rule.mode != "with_code" and rule._counts_at(store))
        for rule in rules:
            matching = lines.filtered(
                lambda line, rule=rule: rule.any_product or line.product_id in rule.valid_product_ids
            )
            counted = matching.filtered(
                lambda line: (
                    not (
                        line.reward_id.reward_type == "discount"
                        and (line.reward_id.program_id.trigger == "auto" or line.reward_id.program_id == program)
                    )
                )
            )
            with_tax = sum(line._giftcard_amount("giftcard_amount") for line in counted)
            without_tax = sum(line._giftcard_amount("giftcard_amount_untaxed") for line in counted)
            # As the client has it: no amount with tax is checked as an amount without.
            amount = (rule.minimum_amount_tax_mode == "incl" and with_tax) or without_tax
            paid = matching.filtered(
                lambda line: (
                    not line.is_reward_line
                    or (line.reward_id.program_id != program and line.reward_id.program_id.program_type not in MONEY)
                )
            )
            quantity = sum(decimal(line.qty) for line in paid if not line.is_reward_line)
            if decimal(rule.minimum_amount) > amount or quantity < rule.minimum_qty:
                continue
            rate = decimal(rule.reward_point_amount)
            if rule.reward_point_mode == "order":
                points += rate
            elif rule.reward_point_mode == "unit":
                points += rate * quantity
            else:
                points += self._round_price(rate * sum(line._giftcard_amount("giftcard_amount") for line in paid))
        if self._may_give_rewards(rules):
            free = self._points_of_free_products(program, rules)
        return points, free

    def _points_of_free_products(self, program, rules):
        points = Decimal(0)
        for line in self.lines.filtered(
            lambda line: (
                line.is_reward_line and line.reward_id.reward_type == "product" and line.reward_id.program_id == program
            )
        ):
            for rule in rules:
                if rule.any_product or line.reward_id.reward_product_ids & rule.valid_product_ids:
                    rate = decimal(rule.reward_point_amount)
                    if rule.reward_point_mode == "money":
                        points -= self._round_price(rate * decimal(line.giftcard_amount))
                    elif rule.reward_point_mode == "unit":
                        points += rate * decimal(line.qty)
        return points

    def _may_give_rewards(self, rules):
        lines = self.lines.filtered(lambda line: not line.is_reward_line and not line.refunded_orderline_id)
        for rule in rules:
            total = self.amount_total if rule.minimum_amount_tax_mode == "incl" else self.amount_total - self.amount_tax
            count = sum(line.qty for line in lines if rule.any_product or line.product_id in rule.valid_product_ids)
            if rule.minimum_amount > total or rule.minimum_qty > count:
                return False
        return True

    def _round_price(self, value):
        digits = self.env["decimal.precision"].precision_get("Product Price")
        return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)

    def _state_points(self, coupon_data):
        """Put what was booked in the place of what the till states for points cards."""
        programs = self.env["loyalty.program"].browse({values["program_id"] for values in coupon_data.values()})
        points_programs = programs.exists().filtered(lambda program: program.program_type == "loyalty")
        for card_id, values in coupon_data.items():
            program = points_programs.filtered(lambda program, values=values: program.id == values["program_id"])
            if not program:
                continue
            codes = values.get("line_codes") or []
            cost = sum(
                decimal(line.points_cost)
                for line in self.lines
                if line.is_reward_line
                and not line._brings_back()
                and line.reward_id.program_id == program
                and (line.coupon_id.id == card_id or line.reward_identifier_code in codes or not line.coupon_id)
            )
            won = self._points_won(program)
            stated = decimal(values["points"]) + cost
            if abs(stated - won) >= self.env["giftcard.earning"]._unit():
                _logger.warning(
                    "Order %s earns %s points of %s; the till said %s", self.pos_reference, won, program.id, stated
                )
            values["points"] = float(won - cost)

    def _points_won(self, program):
        """:return: Decimal of what storing this order has booked as earned, whatever it took back of other orders"""
        # The till's own operation, which cashiers do not read.
        operations = self.env["giftcard.operation"].sudo()
        entries = operations.search(
            [
                ("res_model", "=", self._name),
                ("res_id", "=", self.id),
                ("idempotency_key", "=like", f"pos.order/{self.id}/%/earn"),
            ]
        ).entry_ids.filtered(lambda entry: entry.card_id.program_id == program)
        return sum((decimal(entry.amount) for entry in entries), Decimal(0))

    def _is_settled(self):
        """:return: whether this order is stored, and paid for all that its lines are worth

        Cashiers may write orders; neither the state nor the total that an order states makes it paid.
        """
        if self.state not in ("paid", "done"):
            return False
        return self._is_covered(sum(self.payment_ids.mapped("amount")))

    def _is_covered(self, amount):
        """:return: whether the lines are worth no more than ``amount``, but for rounding"""
        slack = self.currency_id.rounding * len(self.lines)
        if self.config_id.cash_rounding:
            slack += self.config_id.rounding_method.rounding
        return self.currency_id.compare_amounts(sum(self.lines.mapped("giftcard_amount")), amount + slack) <= 0

    def _refuse_by_hand(self):
        """An order that no till has stored sells nothing yet; what it moves is what a manager says.

        :raise AccessError: when somebody else says so
        """
        if not self.env["loyalty.card"]._may_by_hand("giftcard_points.group_manager"):
            raise AccessError(self.env._("Only managers move value for an order that is not paid."))

    def _limit_money(self, coupon_data):
        """Of gift cards and eWallets no more is loaded than was sold: with each, and with all together."""
        programs = self.env["loyalty.program"].browse({values["program_id"] for values in coupon_data.values()})
        # The eWallets that lines name were loaded when the order was stored, with their bonus.
        programs = programs.exists().filtered(lambda program: program.program_type in MONEY)
        programs -= self.lines.giftcard_program_id.filtered(lambda program: program.program_type == "ewallet")
        room = {program: self._money_sold(program) for program in programs}
        room[None] = self._money_sold(programs)
        for card_id, values in coupon_data.items():
            program = programs.filtered(lambda program, values=values: program.id == values["program_id"])
            if not program:
                continue
            cost = sum(
                decimal(line.points_cost)
                for line in self.lines
                if line.is_reward_line and line.reward_id.program_id == program and line.coupon_id.id == card_id
            )
            loaded = decimal(values["points"]) + cost
            allowed = min(loaded, room[program], room[None])
            if loaded > 0 and allowed < loaded:
                _logger.warning(
                    "Order %s sold %s of program %s; the till said %s", self.pos_reference, allowed, program.id, loaded
                )
                values["points"] = float(allowed - cost)
            if loaded > 0:
                room[program] -= max(allowed, 0)
                room[None] -= max(allowed, 0)

    def _money_sold(self, programs):
        """:return: Decimal of what these gift card and eWallet programmes give for the lines of this order"""
        sold = Decimal(0)
        for line in self.lines.filtered(lambda line: not line.is_reward_line and line.qty > 0):
            rates = [
                decimal(rule.reward_point_amount)
                * (decimal(line.giftcard_amount) if rule.reward_point_mode == "money" else decimal(line.qty))
                for rule in programs.rule_ids
                if rule.any_product or line.product_id in rule.valid_product_ids
            ]
            sold += max(rates, default=Decimal(0))
        # The client splits a line's amount by unit and rounds each.
        return self._round_price(sold) + self._round_price(Decimal("0.01")) * len(self.lines) if sold else sold


class PosOrderLine(models.Model):
    _inherit = "pos.order.line"

    def _giftcard_amount(self, name):
        """:return: Decimal of the line, of a combo with its parts"""
        return sum(decimal(line[name]) for line in self | self.combo_line_ids)

    def _giftcard_refunded(self):
        """:return: the quantity of this line that stored orders have refunded"""
        refunds = self.refund_orderline_ids.filtered(
            lambda line: line.order_id.state not in ("draft", "cancel") and line._brings_back()
        )
        return -sum(refunds.mapped("qty"))
