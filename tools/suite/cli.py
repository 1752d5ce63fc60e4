"""The commands of `make`."""

import argparse
import errno
import shutil
from collections.abc import Callable, Sequence

from . import demo, environment, linting, locking, native, paths, progress, testing
from .process import SuiteError


def clean(_arguments: list[str]) -> int:
    """Stop everything and remove what was made; downloads in a shared SUITE_CACHE stay."""
    demo.stop([])
    for folder in (paths.STATE, paths.ROOT / "node_modules"):
        shutil.rmtree(folder, ignore_errors=True)
    return 0


#: Command -> function and whether only one of its kind may run in a checkout.
COMMANDS: dict[str, tuple[Callable[[list[str]], int], bool]] = {
    "bench": (demo.bench, True),
    "check": (demo.check, False),
    "clean": (clean, False),
    "demo": (demo.demo, True),
    "format": (lambda arguments: linting.main(arguments, fix=True), True),
    "i18n": (demo.translate, True),
    "lint": (lambda arguments: linting.main(arguments, fix=False), True),
    "native-tests": (native.main, True),
    "pins": (lambda _arguments: environment.pin(), True),
    "psql": (demo.psql, False),
    "run": (demo.start, True),
    "shell": (demo.shell, False),
    "stop": (demo.stop, False),
    "test": (testing.main, True),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; every expected failure is one line on standard error and exit code 1."""
    parser = argparse.ArgumentParser(prog="tools/suite", description=__doc__)
    parser.add_argument("command", choices=sorted(COMMANDS))
    options, rest = parser.parse_known_args(arguments)
    function, alone = COMMANDS[options.command]
    try:
        if not alone:
            return int(function(rest))
        with locking.exclusive(options.command):
            return int(function(rest))
    except SuiteError as error:
        progress.note(f"error: {error}")
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES):
            raise
        progress.note(f"error: {error.strerror}: {error.filename or paths.STATE}")
    except KeyboardInterrupt:
        progress.note("interrupted")
    return 1
