"""Calls by several processes at once on one database, each call a transaction of its own."""

import multiprocessing
import random
import time
from collections import Counter

from .session import environment

PROCESSES = 4
SECONDS = 10
#: Until a process that was given a number of calls must have finished, in seconds.
PATIENCE = 1_800


class Measured:
    """
    :param durations: seconds of each call, all processes together
    :param seconds: that all of them took
    :param answers: Counter of what the calls returned
    """

    def __init__(self, durations, seconds, answers=None):
        durations.sort()
        self.rate = len(durations) / seconds
        self.median = durations[len(durations) // 2]
        self.p99 = durations[len(durations) * 99 // 100]
        self.answers = answers


def committed(database, function, *arguments):
    """:return: what ``function(env, *arguments)`` returns, once it is committed"""
    with environment(database) as env:
        result = function(env, *arguments)
        env.cr.commit()
        return result


def rate(database, call, items):
    """Call with items of the list, at random, for some seconds. A call that fails is a failure of the benchmark.

    :param call: ``function(env, item)``
    :return: :class:`Measured`
    """
    results = _together(database, PROCESSES, _go_on, call, items)
    return Measured([duration for durations, *__ in results for duration in durations], SECONDS)


def drain(database, call, items, processes=PROCESSES):
    """Call once with each item; each process has every so-many-eth. Failures as in :func:`rate`.

    :return: :class:`Measured`, from the common start to the end of the last process
    """
    results = _together(database, processes, _work_off, call, items, processes)
    durations = [duration for durations, *__ in results for duration in durations]
    start, end = min(start for __, start, *__ in results), max(end for *__, end, __ in results)
    return Measured(durations, end - start, sum((answers for *__, answers in results), Counter()))


def _together(database, processes, work, *arguments):
    """:return: what ``work(env, number, *arguments)`` returns in each process; all start at the same moment"""
    import odoo.sql_db

    committed(database, lambda env: env["res.partner"].search_count([]))
    # The processes inherit the registry; connections cannot be shared.
    odoo.sql_db.close_all()
    context = multiprocessing.get_context("fork")
    queue, barrier = context.Queue(), context.Barrier(processes)
    workers = [
        context.Process(target=_process, args=(database, number, barrier, queue, work, arguments))
        for number in range(processes)
    ]
    for worker in workers:
        worker.start()
    results = [queue.get(timeout=PATIENCE) for __ in workers]
    for worker in workers:
        worker.join()
    assert all(results), "a process failed, as told above"
    return results


def _process(database, number, barrier, queue, work, arguments):
    result = None
    try:
        with environment(database) as env:
            barrier.wait(timeout=60)
            result = work(env, number, *arguments)
    finally:
        queue.put(result)


def _go_on(env, number, call, items):
    choose = random.Random(number).choice
    durations = []
    end = time.monotonic() + SECONDS
    while (start := time.monotonic()) < end:
        _commit(env, call, choose(items))
        durations.append(time.monotonic() - start)
    return (durations,)


def _work_off(env, number, call, items, processes):
    durations, answers = [], Counter()
    first = start = time.monotonic()
    for item in items[number::processes]:
        answers[_commit(env, call, item)] += 1
        end = time.monotonic()
        durations.append(end - start)
        start = end
    return durations, first, start, answers


def _commit(env, call, item):
    from odoo.service.model import retrying

    answer = retrying(lambda: call(env, item), env)
    env.transaction.clear()
    return answer
