from contextlib import contextmanager

from psycopg2.extensions import TRANSACTION_STATUS_IDLE


def read_committed(cr):
    """Let the coming transaction wait for locks and then see what is committed, in place of failing.

    Only before its first statement; in a transaction that has begun (as in tests) nothing is changed.
    """
    if cr._cnx.info.transaction_status == TRANSACTION_STATUS_IDLE:
        cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")


@contextmanager
def separate_transaction(env):
    """A short transaction of its own that is committed whatever becomes of the request.

    The request must have written nothing yet: a read-only transaction is ended first.
    """
    if env.cr.readonly:
        env.cr.rollback()
    with env.registry.cursor() as cr:
        read_committed(cr)
        yield cr
