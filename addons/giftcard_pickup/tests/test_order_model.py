"""Random steps of several orders, beside a plain model of what each has to do to points, money, goods and quota."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from odoo.tests import tagged

from odoo.addons.giftcard_points.exceptions import InsufficientBalance, LedgerError

from ..exceptions import IllegalTransition, LimitReached, OutOfStock
from .common_cash import CashCase

POINTS, PIECES, QUOTA = 120, 9, 12
HELD = ("awaiting_payment", "to_review", "in_review")
GONE = ("rejected", "cancelled", "expired")


class Order:
    """What the model knows of a redemption."""

    def __init__(self, record, quantity, cash, delivery):
        self.record, self.quantity, self.delivery = record, quantity, delivery
        self.price, self.cash = (4, 6) if cash else (10, 0)
        self.state = "awaiting_payment" if cash else "to_review"
        self.came = self.owed = self.back = 0

    @property
    def points(self):
        return self.price * self.quantity

    def move(self, target, *sources):
        if self.state not in sources:
            raise IllegalTransition("not from here")
        self.state = target

    def undo(self, target, *sources):
        self.move(target, *sources)
        self.owed += self.came - self.owed


class Machine(RuleBasedStateMachine):
    """Each rule does the same to the order and to the model and compares how both answer."""

    case = None
    orders = Bundle("orders")

    @initialize()
    def open(self):
        self.env, self.all = self.case.env, []
        self.case.put(self.case.mug, PIECES)
        self.case.reward.quota = QUOTA
        self.on_hand = PIECES

    # The model's books

    @property
    def taken(self):
        return sum(order.points - order.price * order.back for order in self.all if order.state not in HELD + GONE)

    @property
    def held(self):
        return sum(order.points for order in self.all if order.state in HELD)

    @property
    def reserved(self):
        return sum(order.quantity for order in self.all if order.state in (*HELD, "approved", "picking", "ready"))

    @property
    def redeemed(self):
        return sum(order.quantity - order.back for order in self.all if order.state not in GONE)

    def both(self, real, model):
        try:
            expected, refusal = model(), None
        except LedgerError as error:
            expected, refusal = None, type(error)
        try:
            with self.env.cr.savepoint():
                done = real()
        except LedgerError as error:
            assert type(error) is refusal, (error, refusal)
            self.env.invalidate_all(flush=False)
            return None
        assert refusal is None, refusal
        return done, expected

    # Rules

    @rule(target=orders, quantity=st.integers(1, 4), cash=st.booleans(), delivery=st.booleans())
    def submit(self, quantity, cash, delivery):
        def model():
            order = Order(None, quantity, cash, delivery)
            if POINTS - self.taken - self.held < order.points:
                raise InsufficientBalance("too few")
            if self.redeemed + quantity > QUOTA:
                raise LimitReached("quota")
            if self.on_hand - self.reserved < quantity:
                raise OutOfStock("stock")
            return order

        key = f"order {len(self.all)} {quantity} {cash} {delivery}"
        send = self.case.send if delivery else self.case.order
        price = self.case.price if cash else None
        done = self.both(lambda: send(quantity, key, price=price), model)
        if not done:
            return multiple()
        record, order = done
        assert send(quantity, key, price=price) == record
        order.record = record
        self.all.append(order)
        return order

    @rule(order=orders)
    def pay(self, order):
        if order.state != "awaiting_payment":
            return
        transactions = [self.case.pay(order.record, done=False) for __ in range(2)]
        order.state = "to_review"
        order.came = 6 * order.quantity
        for transaction in transactions:
            transaction._set_done()
            transaction._set_done()
        # The second one is owed back at once.
        order.came += 6 * order.quantity
        order.owed += 6 * order.quantity

    @rule(order=orders)
    def pay_too_late(self, order):
        if order.state != "awaiting_payment":
            return
        transaction = self.case.pay(order.record, done=False)
        order.record._undo("expired", "Not paid in time")
        transaction._set_done()
        order.state = "expired"
        order.came = order.owed = 6 * order.quantity

    @rule(order=orders)
    def expire(self, order):
        # Only the job does this, to what is ready or unpaid; an unpaid order never owes anything.
        self.both(order.record._expire, lambda: order.undo("expired", "awaiting_payment", "ready"))

    @rule(order=orders)
    def claim(self, order):
        self.both(order.record._claim, lambda: order.move("in_review", "to_review"))

    @rule(order=orders, later=st.booleans())
    def approve(self, order, later):
        def model():
            order.move("approved", "to_review", "in_review")
            if not order.delivery:
                order.state = "ready"
            elif not later:
                order.state = "picking"

        self.both(order.record.with_context(giftcard_later=later)._approve, model)

    @rule(order=orders)
    def reject(self, order):
        self.both(lambda: order.record._reject("no"), lambda: order.undo("rejected", "to_review", "in_review"))

    @rule(order=orders)
    def cancel(self, order):
        self.both(
            lambda: order.record._cancel("no"),
            lambda: order.undo("cancelled", *HELD, "approved", "picking", "ready"),
        )

    @rule()
    def run_transfers(self):
        self.case.make_due_transfers()
        for order in self.all:
            if order.state == "approved":
                order.state = "picking"

    @rule(order=orders)
    def leave(self, order):
        """The goods leave: over the counter, or on their way."""
        if order.state == "ready":
            answer = self.case.hand_over(order.record.pickup_code_ids.digits)
            assert answer["result"] == "handed_over", answer
            order.state = "done"
        elif order.state == "picking":
            order.record.picking_ids.with_context(skip_sms=True).button_validate()
            order.state = "shipped"
        else:
            return
        self.on_hand -= order.quantity

    @rule(order=orders)
    def receive(self, order):
        self.both(order.record._receive, lambda: order.move("done", "shipped"))

    @rule(order=orders, quantity=st.integers(1, 3))
    def bring_back(self, order, quantity):
        if order.state not in ("shipped", "done", "returned"):
            return

        def model():
            if order.state == "returned" or order.back + quantity > order.quantity:
                raise IllegalTransition("too many")
            order.back += quantity
            self.on_hand += quantity
            if order.price == 4:
                order.owed += 6 * quantity
            if order.back == order.quantity:
                order.state = "returned"

        self.both(lambda: self.case.bring_back(order.record, quantity), model)

    # Invariants

    @invariant()
    def books_are_as_the_model_says(self):
        if not hasattr(self, "all"):
            return
        self.env.invalidate_all()
        case = self.case
        assert [order.record.state for order in self.all] == [order.state for order in self.all]
        assert (case.card.balance, case.card.held) == (POINTS - self.taken, self.held)
        assert case.stock() == (self.on_hand, self.reserved)
        assert case.reward.redeemed == self.redeemed
        assert [sum(order.record.refund_ids.mapped("amount")) for order in self.all] == [
            order.owed for order in self.all
        ]

    def teardown(self):
        assert self.case.ledger._check_invariants() == []


@tagged("post_install", "-at_install")
class TestOrderModel(CashCase):
    def test_random_orders(self):
        self.grant(self.card, POINTS - 100)
        case = self

        class Bound(Machine):
            pass

        def start():
            # Each example begins with the books of the class.
            machine = Bound()
            machine.savepoint = case.env.cr.savepoint(flush=False)
            return machine

        def teardown(machine):
            Machine.teardown(machine)
            machine.savepoint.close(rollback=True)
            case.env.invalidate_all(flush=False)

        Bound.case, Bound.teardown = case, teardown
        run_state_machine_as_test(
            start,
            settings=settings(
                max_examples=25,
                stateful_step_count=25,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )

    def make_due_transfers(self):
        self.env.flush_all()
        due = self.redemptions._due_for_transfer([], 50)
        due._make_transfers()
        due.filtered(lambda redemption: redemption.fulfilment == "delivery")._start_picking()

    def bring_back(self, redemption, quantity):
        picking = redemption.picking_ids.filtered(lambda picking: picking.state == "done")
        wizard = self.env["stock.return.picking"].create({"picking_id": picking.id})
        wizard.product_return_moves.quantity = quantity
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.move_ids.picked = True
        back.with_context(skip_sms=True, skip_backorder=True).button_validate()
