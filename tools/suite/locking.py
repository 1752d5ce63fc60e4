"""One `make` of a kind at a time in a checkout."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from . import paths, progress
from .process import SuiteError


@contextmanager
def exclusive(name: str, *, wait: bool = False) -> Iterator[None]:
    """Hold the lock `name`. Where another process holds it: wait for it, or raise SuiteError naming it."""
    paths.RUN.mkdir(parents=True, exist_ok=True)
    with (paths.RUN / f"{name}.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            if not wait:
                raise SuiteError(f"'make {name}' is already running in this checkout (process {holder})") from None
            with progress.step(f"Waiting for process {holder}, which prepares the {name}"):
                fcntl.flock(lock, fcntl.LOCK_EX)
        lock.seek(0)
        lock.truncate()
        lock.write(str(os.getpid()))
        lock.flush()
        yield
