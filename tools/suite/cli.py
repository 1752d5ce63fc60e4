"""The commands of `make`."""

import argparse
import errno
import sys
from collections.abc import Callable, Sequence

from . import environment, progress
from .database import Templates
from .postgres import Cluster
from .process import NO_SPACE, SuiteError


def setup(_options: argparse.Namespace) -> int:
    env = environment.ensure()
    cluster = Cluster(env)
    cluster.start()
    Templates(env, cluster).ensure()
    return 0


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {"setup": setup}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; every expected failure is one line on standard error and exit code 1."""
    parser = argparse.ArgumentParser(prog="tools/suite", description=__doc__)
    parser.add_argument("command", choices=sorted(COMMANDS))
    options = parser.parse_args(arguments)
    try:
        return COMMANDS[options.command](options)
    except SuiteError as error:
        progress.note(f"error: {error}")
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        progress.note(f"error: the disk is full ({NO_SPACE})")
    except KeyboardInterrupt:
        progress.note("interrupted")
    return 1


if __name__ == "__main__":
    sys.exit(main())
