"""A load of client processes on a server of this machine, for a bounded time."""

import multiprocessing
import time

import requests

CLIENTS = 8


def rate(seconds, requests_of):
    """:param requests_of: client number -> iterator of (method, url, keyword arguments of ``requests.request``)

    :return: (answers a second, {status: count})
    """
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    clients = [context.Process(target=_client, args=(queue, seconds, requests_of(n))) for n in range(CLIENTS)]
    for client in clients:
        client.start()
    counts = {}
    for __ in clients:
        for status, count in queue.get().items():
            counts[status] = counts.get(status, 0) + count
    for client in clients:
        client.join()
    return sum(counts.values()) / seconds, counts


def _client(queue, seconds, calls):
    counts = {}
    session = requests.Session()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        method, url, options = next(calls)
        status = session.request(method, url, timeout=60, **options).status_code
        counts[status] = counts.get(status, 0) + 1
    queue.put(counts)
