"""Random operations on several cards, beside a plain model of what each has to do: same answers, same balances."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from unittest.mock import patch

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from odoo.tests import tagged

from odoo.addons.giftcard_points.exceptions import (
    AlreadyResolved,
    CardNotUsable,
    IdempotencyConflict,
    InsufficientBalance,
    InvalidAmount,
    LedgerError,
)
from odoo.addons.giftcard_points.models.ledger.act import Act

from .common import LedgerCase

CARDS = 2
NEVER = date.max
# Grants are larger than what is spent, so that debits are often of several lots and often accepted.
granted = st.integers(2000, 9000).map(lambda cents: Decimal(cents) / 100)
amounts = st.one_of(st.integers(1, 2500), st.integers(2500, 9000)).map(lambda cents: Decimal(cents) / 100)
shares = st.sampled_from([20, 50, 80, 100, 120])
cards = st.integers(0, CARDS - 1)


class Lot:
    """What is left of one grant, and which entry granted it."""

    def __init__(self, grant, amount, expires):
        self.grant, self.remaining, self.held, self.expires = grant, amount, Decimal(0), expires

    @property
    def free(self):
        return self.remaining - self.held


class Card:
    """The account as a list of lots. Refusals are the ledger's exceptions; a refused call changes nothing."""

    def __init__(self, debt_allowed):
        self.lots, self.debt, self.active, self.debt_allowed = [], Decimal(0), True, debt_allowed

    @property
    def balance(self):
        return sum(lot.remaining for lot in self.lots) - self.debt

    @property
    def held(self):
        return sum(lot.held for lot in self.lots)

    def need_active(self):
        if not self.active:
            raise CardNotUsable("frozen")

    def grant(self, grant, amount, expires):
        self.need_active()
        covered = min(self.debt, amount)
        self.debt -= covered
        self.lots.append(Lot(grant, amount - covered, expires))

    def choose(self, amount, today):
        """:return: {lot: amount} that a debit takes. Overdue value is not to be had"""
        self.need_active()
        usable = [lot for lot in self.lots if lot.free and lot.expires >= today]
        if sum(lot.free for lot in usable) - self.debt < amount:
            raise InsufficientBalance("too little")
        return self.fill(amount, sorted(usable, key=lambda lot: lot.expires), "free")

    def expire(self, today):
        for lot in self.lots:
            if lot.expires < today:
                lot.remaining = lot.held

    def take(self, amount, today):
        parts = self.choose(amount, today)
        self.expire(today)
        for lot, part in parts.items():
            lot.remaining -= part
        return parts

    def take_back(self, grant, amount):
        """Undo a grant: from its own lots first, then the others; the rest is owed, where that is allowed."""
        free = [lot for lot in self.lots if lot.free]
        free.sort(key=lambda lot: (lot.grant is not grant, lot.expires))
        parts = self.fill(amount, free, "free", lenient=True)
        owed = amount - sum(parts.values())
        if owed and not self.debt_allowed:
            raise InsufficientBalance("spent")
        for lot, part in parts.items():
            lot.remaining -= part
        self.debt += owed

    @staticmethod
    def fill(amount, lots, measure, lenient=False):
        parts = {}
        for lot in lots:
            part = min(amount, getattr(lot, measure))
            if part:
                parts[lot] = part
                amount -= part
        assert lenient or not amount
        return parts


class Taken:
    """A debit, with what of it has been given back."""

    def __init__(self, card, parts):
        self.card, self.parts, self.reversed, self.refunded = card, dict(parts), False, Decimal(0)

    def give_back(self, amount):
        if not 0 < amount <= sum(self.parts.values()):
            raise AlreadyResolved("nothing left")
        self.refunded += amount
        for lot in sorted(self.parts, key=lambda lot: (lot.expires, self.card.lots.index(lot)), reverse=True):
            part = min(amount, self.parts[lot])
            self.parts[lot] -= part
            lot.remaining += part
            amount -= part


class Machine(RuleBasedStateMachine):
    """Each rule does the same to the ledger and to the model and compares how both answer."""

    case = None
    holds = Bundle("holds")
    debits = Bundle("debits")
    grants = Bundle("grants")
    transfers = Bundle("transfers")

    def __init__(self):
        super().__init__()
        self.env = self.case.env
        self.ledger = self.case.ledger
        self.today = date(2030, 1, 1)
        clock = patch.object(type(self.ledger), "_today", lambda *args: self.today)
        clock.start()
        self.clock = clock

    @initialize(debt_allowed=st.booleans())
    def open_cards(self, debt_allowed):
        program = self.case._make_program("loyalty", "Model")
        program.debt_allowed = debt_allowed
        self.cards = self.env["loyalty.card"].create([{"program_id": program.id} for __ in range(CARDS)])
        self.model = [Card(debt_allowed) for __ in range(CARDS)]
        for index in range(CARDS):
            for days in (None, 5, 10):
                self.grant(index, Decimal(20), days)

    def teardown(self):
        self.clock.stop()

    def both(self, real, model):
        """Run both. :return: what they return, or None when both refuse, for the same reason"""
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

    @rule(target=grants, index=cards, amount=granted, days=st.one_of(st.none(), st.integers(0, 20)))
    def grant(self, index, amount, days):
        expires = None if days is None else self.today + timedelta(days)
        token = object()
        act = Act("earn")
        done = self.both(
            lambda: self.ledger._grant(act, self.cards[index], amount, "earned", expires),
            lambda: self.model[index].grant(token, amount, expires or NEVER),
        )
        return (done[0], index, token, amount, {"reversed": False}) if done else multiple()

    @rule(target=debits, index=cards, amount=amounts)
    def spend(self, index, amount):
        act = Act("spend")
        done = self.both(
            lambda: self.ledger._spend(act, self.cards[index], amount),
            lambda: self.model[index].take(amount, self.today),
        )
        if not done:
            return multiple()
        # The same again is answered as before; another request under the same key is refused.
        assert self.ledger._spend(act, self.cards[index], amount) == done[0]
        with self.case.assertRaises(IdempotencyConflict), self.env.cr.savepoint():
            self.ledger._spend(act, self.cards[index], amount + 1)
        return done[0], Taken(self.model[index], done[1])

    @rule(target=holds, index=cards, amount=amounts)
    def hold(self, index, amount):
        def model():
            card = self.model[index]
            parts = card.choose(amount, self.today)
            card.expire(self.today)
            for lot, part in parts.items():
                lot.held += part
            return parts

        done = self.both(lambda: self.ledger._hold(Act("spend"), self.cards[index], amount), model)
        return {"hold": done[0], "card": self.model[index], "parts": done[1], "open": True} if done else multiple()

    @rule(target=debits, hold=holds, share=shares)
    def capture(self, hold, share):
        held = sum(hold["parts"].values())
        amount = (held * share / 100).quantize(Decimal("0.01")) or held

        def model():
            if amount > held:
                raise InvalidAmount("more than held")
            if not hold["open"]:
                raise AlreadyResolved("resolved")
            hold["card"].need_active()
            hold["open"] = False
            left, parts = amount, {}
            for lot, part in sorted(hold["parts"].items(), key=lambda item: item[0].expires):
                lot.held -= part
                parts[lot] = min(part, left)
                lot.remaining -= parts[lot]
                left -= parts[lot]
            return parts

        done = self.both(lambda: self.ledger._capture(Act("spend"), hold["hold"], amount), model)
        return (done[0], Taken(hold["card"], done[1])) if done else multiple()

    @rule(hold=holds)
    def release(self, hold):
        def model():
            if not hold["open"]:
                raise AlreadyResolved("resolved")
            hold["open"] = False
            for lot, part in hold["parts"].items():
                lot.held -= part

        self.both(lambda: self.ledger._release(hold["hold"]), model)

    @rule(target=transfers, source=cards, target_index=cards, amount=amounts)
    def transfer(self, source, target_index, amount):
        token = object()

        def model():
            if source == target_index:
                raise CardNotUsable("to itself")
            giver, taker = self.model[source], self.model[target_index]
            parts = giver.choose(amount, self.today)
            taker.need_active()
            giver.take(amount, self.today)
            for lot, part in sorted(parts.items(), key=lambda item: item[0].expires):
                taker.lots.append(Lot(token, part, lot.expires))
            return parts

        done = self.both(
            lambda: self.ledger._transfer(Act("transfer"), self.cards[source], self.cards[target_index], amount),
            model,
        )
        return (done[0], target_index, token, amount, Taken(self.model[source], done[1])) if done else multiple()

    @rule(debit=debits, share=shares)
    def refund(self, debit, share):
        operation, taken = debit
        left = sum(taken.parts.values())
        amount = (left * share / 100).quantize(Decimal("0.01")) or Decimal(1)
        self.both(lambda: self.ledger._refund(Act("refund"), operation, amount), lambda: taken.give_back(amount))

    @rule(debit=debits)
    def reverse_debit(self, debit):
        operation, taken = debit

        def model():
            if taken.reversed or taken.refunded:
                raise AlreadyResolved("given back")
            taken.give_back(sum(taken.parts.values()))
            taken.reversed = True

        self.both(lambda: self.ledger._reverse(Act("reverse"), operation), model)

    @rule(grant=grants)
    def reverse_grant(self, grant):
        operation, index, token, amount, state = grant

        def model():
            if state["reversed"]:
                raise AlreadyResolved("reversed")
            self.model[index].take_back(token, amount)
            state["reversed"] = True

        self.both(lambda: self.ledger._reverse(Act("reverse"), operation), model)

    @rule(transfer=consumes(transfers))
    def reverse_transfer(self, transfer):
        operation, index, token, amount, taken = transfer

        def model():
            self.model[index].take_back(token, amount)
            taken.give_back(amount)

        self.both(lambda: self.ledger._reverse(Act("reverse"), operation), model)

    @rule(index=cards, freeze=st.sampled_from([True, False, False, False]))
    def freeze_or_unfreeze(self, index, freeze):
        def model():
            if self.model[index].active != freeze:
                raise CardNotUsable("frozen already, or not frozen")
            self.model[index].active = not freeze

        self.both(self.cards[index].action_freeze if freeze else self.cards[index].action_unfreeze, model)

    @rule(days=st.integers(1, 3))
    def pass_days(self, days):
        self.today += timedelta(days)

    @rule()
    def expire(self):
        self.ledger._expire_cards(self.cards, self.today)
        for card in self.model:
            card.expire(self.today)

    @invariant()
    def cards_are_as_the_model_says(self):
        if not hasattr(self, "cards"):
            return
        self.env.invalidate_all()
        for card, model in zip(self.cards, self.model, strict=True):
            assert (cents(card.balance), cents(card.held), cents(card.debt)) == (model.balance, model.held, model.debt)
            assert card.state == ("active" if model.active else "frozen")
            assert by_day((lot.expires_on or NEVER, cents(lot.remaining)) for lot in card.lot_ids) == by_day(
                (lot.expires, lot.remaining) for lot in model.lots
            )


def cents(value):
    return Decimal(repr(value)).quantize(Decimal("0.01"))


def by_day(lots):
    total = Counter()
    for day, remaining in lots:
        total[day] += remaining
    return {day: amount for day, amount in total.items() if amount}


@tagged("post_install", "-at_install")
class TestLedgerModel(LedgerCase):
    def test_random_operations(self):
        machine = type("BoundMachine", (Machine,), {"case": self})
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=100,
                stateful_step_count=40,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
