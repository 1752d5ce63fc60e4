"""What is going on, for how long: one live line on a terminal, plain lines elsewhere."""

import itertools
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_LIVE = sys.stderr.isatty() and not os.environ.get("CI")
_HEARTBEAT = 20.0  # seconds between signs of life where no line can be rewritten
_guard = threading.Lock()
_active: dict[str, float] = {}
_ticker: threading.Thread | None = None


@contextmanager
def step(what: str, *, minimum: float = 0.0, quiet: bool = False) -> Iterator[None]:
    """Show `what` while the block runs, then its elapsed seconds (nothing if under `minimum` seconds).

    Steps may run in several threads at once. `quiet` is for blocks whose programs print their own progress.
    """
    started = time.monotonic()
    with _guard:
        if not quiet:
            _active[what] = started
            _start_ticker()
    try:
        yield
    except BaseException:
        _finish(what, None)
        raise
    seconds = time.monotonic() - started
    _finish(what, seconds if seconds >= minimum else None)


def note(text: str) -> None:
    """Print one line without disturbing the live one."""
    with _guard:
        _clear()
        print(text, file=sys.stderr, flush=True)


def _finish(what: str, seconds: float | None) -> None:
    with _guard:
        _active.pop(what, None)
        _clear()
        if seconds is not None:
            print(f"{seconds:7.1f} s  {what}", file=sys.stderr, flush=True)


def _clear() -> None:
    if _LIVE:
        sys.stderr.write("\r\x1b[2K")


def _start_ticker() -> None:
    global _ticker
    if _ticker is None or not _ticker.is_alive():
        _ticker = threading.Thread(target=_tick, daemon=True)
        _ticker.start()


def _tick() -> None:
    last = time.monotonic()
    for frame in itertools.cycle("|/-\\"):
        time.sleep(0.2)
        with _guard:
            if not _active:
                return
            now = time.monotonic()
            text = ", ".join(f"{what} ({now - since:.0f} s)" for what, since in _active.items())
            if _LIVE:
                _clear()
                sys.stderr.write(f"{frame} {text}"[:160])
                sys.stderr.flush()
            elif now - last >= _HEARTBEAT:
                last = now
                print(f"      ...  {text}", file=sys.stderr, flush=True)
