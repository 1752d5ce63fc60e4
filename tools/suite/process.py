"""Child processes, and failures told in one line."""

import errno
import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from . import paths

NO_NETWORK = re.compile(
    r"name resolution|Temporary failure resolving|Could not (resolve|connect)|Network is unreachable"
    r"|NewConnectionError|dns error"
)
NO_SPACE = os.strerror(errno.ENOSPC)


class SuiteError(Exception):
    """What the user is told in one line; never a traceback."""


def tool(name: str, package: str | None = None) -> str:
    """Path of a program of the system; raises SuiteError naming the Debian package that has it."""
    found = shutil.which(name)
    if not found:
        raise SuiteError(f"'{name}' is not on PATH; install Debian's package '{package or name}'")
    return found


def environment(extra: Mapping[str, object] | None = None) -> dict[str, str]:
    """The environment of children: ours plus `extra`; a value of None removes the variable."""
    env = dict(os.environ)
    # Odoo's modules are compiled once, by their first import.
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    for name, value in (extra or {}).items():
        if value is None:
            env.pop(name, None)
        else:
            env[name] = str(value)
    return env


def run(
    command: Sequence[object],
    *,
    what: str,
    env: Mapping[str, object] | None = None,
    cwd: Path | None = None,
    stdin: str | None = None,
) -> str:
    """Run `command` quietly and return its standard output.

    Both streams are kept in `.suite/log/<what>.log`. Raises SuiteError with the last telling line and that path.
    """
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    log = paths.LOGS / (re.sub(r"\W+", "-", what.lower()).strip("-") + ".log")
    with log.open("w") as stderr:
        try:
            done = subprocess.run(
                [str(part) for part in command],
                cwd=cwd or paths.ROOT,
                env=environment(env),
                input=stdin,
                stdin=None if stdin is not None else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                check=False,
            )
        except FileNotFoundError as error:
            raise SuiteError(f"{what}: program {error.filename} is missing") from error
        if done.stdout:
            stderr.write("\n--- standard output\n" + done.stdout)
    if done.returncode:
        raise SuiteError(f"{what} failed: {_telling_line(log)} (log: {_short(log)})")
    return done.stdout


def _telling_line(log: Path) -> str:
    text = log.read_text(errors="replace")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    # On a full disk the log itself may be empty.
    if NO_SPACE in text or shutil.disk_usage(log.parent).free < 2**20:
        return "the disk is full"
    if NO_NETWORK.search(text):
        return "the network does not answer"
    errors = [line for line in lines if re.match(r"(E:|error|fatal|ERROR|psycopg2\.|odoo\.exceptions)", line)]
    return ((errors or lines or ["no output"])[-1])[:300]


def _short(path: Path) -> str:
    return str(path.relative_to(paths.ROOT)) if path.is_relative_to(paths.ROOT) else str(path)
