"""The commands of `make`."""

import argparse
import errno
from collections.abc import Callable, Sequence

from . import environment, linting, progress
from .database import Templates
from .postgres import Cluster
from .process import SuiteError


def setup(_arguments: list[str]) -> int:
    env = environment.ensure()
    cluster = Cluster(env)
    cluster.start()
    Templates(env, cluster).ensure()
    return 0


def lint(arguments: list[str]) -> int:
    return linting.main(arguments, fix=False)


def reformat(arguments: list[str]) -> int:
    return linting.main(arguments, fix=True)


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "format": reformat,
    "lint": lint,
    "setup": setup,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; every expected failure is one line on standard error and exit code 1."""
    parser = argparse.ArgumentParser(prog="tools/suite", description=__doc__)
    parser.add_argument("command", choices=sorted(COMMANDS))
    options, rest = parser.parse_known_args(arguments)
    try:
        return COMMANDS[options.command](rest)
    except SuiteError as error:
        progress.note(f"error: {error}")
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        progress.note("error: the disk is full")
    except KeyboardInterrupt:
        progress.note("interrupted")
    return 1
