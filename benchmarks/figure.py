import time
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """:param ours: and ``reference``, both per second; :param goal: the least ratio of them, None: only told"""

    name: str
    ours: float
    reference: float
    goal: float | None = None

    HEADER = f"{'figure':52} {'ours /s':>10} {'reference /s':>13} {'ratio':>7} {'goal':>6}"

    def __str__(self):
        ratio = self.ours / self.reference
        verdict = "" if self.goal is None else "met" if ratio >= self.goal else "short"
        goal = "" if self.goal is None else f"{self.goal:g}"
        return f"{self.name:52} {self.ours:10,.0f} {self.reference:13,.1f} {ratio:7.2f} {goal:>6} {verdict}"


class Clock:
    seconds = 0.0

    @contextmanager
    def running(self):
        start = time.monotonic()
        yield
        self.seconds += time.monotonic() - start
