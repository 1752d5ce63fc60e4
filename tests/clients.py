"""Client processes of race tests: they share nothing with each other or with the server."""

import multiprocessing
import time

import requests

ATTEMPTS = 60


def post(url, token, path, body, key):
    """Send one write until it is answered, always with the same key, as a client does that lost the reply.

    :return: (status, answer), or (0, reason) when no answer came in time
    """
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    reason = ""
    for __ in range(ATTEMPTS):
        try:
            response = requests.post(f"{url}/giftcard/v1{path}", json=body, headers=headers, timeout=60)
        except requests.ConnectionError as error:
            reason = str(error)
            time.sleep(0.25)
            continue
        return response.status_code, response.json()
    return 0, reason


def _run(job):
    barrier, calls = job
    barrier.wait()
    return [post(*call) for call in calls]


def run(jobs):
    """Run each job, a list of calls of :func:`post`, in a process of its own; all start together.

    :return: for each job the list of its answers
    """
    context = multiprocessing.get_context("fork")
    with context.Manager() as manager:
        barrier = manager.Barrier(len(jobs))
        with context.Pool(len(jobs)) as pool:
            return pool.map(_run, [(barrier, calls) for calls in jobs], chunksize=1)
