"""Processes that act on one database through the ORM at the same moment, each with a transaction of its own."""

import multiprocessing
import time
import traceback
from functools import partial
from uuid import uuid4

from benchmarks.session import environment

READ_COMMITTED, REPEATABLE_READ = "READ COMMITTED", "REPEATABLE READ"


class Book:
    """A database with the suite.

    :param name: of the database
    """

    def __init__(self, name):
        self.name = name

    def write(self, function, *arguments):
        """Commit ``function(env, *arguments)``. :return: what it returns"""
        with environment(self.name) as env:
            result = function(env, *arguments)
            env.cr.commit()
            return result

    read = write

    def race(self, *acts, isolation=REPEATABLE_READ):
        """Run each act in a process of its own; all start together.

        :param acts: ``function(env)``; refusals of the ledger are answers
        :param isolation: of the transactions; Odoo retries what fails to serialize in the stricter one
        :return: for each act "done" or the code of the refusal
        """
        # Loads the registry, which the processes inherit; connections cannot be shared.
        self.read(lambda env: env["loyalty.card"].search_count([]))
        import odoo.sql_db

        odoo.sql_db.close_all()
        context = multiprocessing.get_context("fork")
        barrier, answers = context.Barrier(len(acts)), context.Queue()
        processes = [
            context.Process(target=self._act, args=(number, act, isolation, barrier, answers))
            for number, act in enumerate(acts)
        ]
        for process in processes:
            process.start()
        found = dict(answers.get(timeout=120) for __ in processes)
        for process in processes:
            process.join()
        assert self.read(lambda env: env["giftcard.ledger"]._check_invariants()) == []
        return [found[number] for number in range(len(acts))]

    def _act(self, number, act, isolation, barrier, answers):
        from odoo.service.model import retrying

        from odoo.addons.giftcard_points.exceptions import LedgerError

        def run(env):
            if isolation == READ_COMMITTED:
                env.cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            else:
                # The snapshot is taken before the others commit, as it is when requests overlap.
                env.cr.execute("SELECT 1 FROM giftcard_operation LIMIT 1")
                time.sleep(0.05)
            return act(env)

        answer = "crash"
        try:
            with environment(self.name) as env:
                barrier.wait(timeout=60)
                retrying(partial(run, env), env)
                answer = "done"
        except LedgerError as refusal:
            answer = refusal.code
        except Exception:  # noqa: BLE001  told to the test, which fails on it
            answer = traceback.format_exc()
        finally:
            answers.put((number, answer))


def new_card(book, amount, partner_id=False, expires_on=None):
    """:return: id of a new gift card"""

    def make(env):
        program = env.ref("loyalty.gift_card_program")
        card = env["loyalty.card"].create({"program_id": program.id, "partner_id": partner_id})
        if amount:
            env["giftcard.ledger"]._grant(act("issue"), card, amount, expires_on=expires_on)
        return card.id

    return book.write(make)


def new_member(book):
    def make(env):
        partner = env["res.partner"].create({"name": f"Member {uuid4().hex[:6]}"})
        partner._join("backoffice")
        return partner.id

    return book.write(make)


def card_of(book, card_id):
    """:return: (balance, held, state)"""
    return book.read(
        lambda env: env["loyalty.card"].browse(card_id).mapped(lambda card: (card.balance, card.held, card.state))[0]
    )


def act(kind, **values):
    from odoo.addons.giftcard_points.models.ledger.act import Act

    return Act(kind, **values)
