"""The story as it is told: one line a step, with its result and its time."""

import argparse
import sys
import time

import requests

from .member import Problem
from .odoo import OdooError

MARK = "\N{CHECK MARK}" if (sys.stdout.encoding or "").lower().startswith("utf") else "*"


def run(main, description):
    """Run a program that tells a story; where it does not hold, it ends in one line and exit code 1."""
    parser = argparse.ArgumentParser(prog="demo", description=description)
    parser.add_argument("--url", required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--customers", type=int, default=200, help="how many of the file's customers take part")
    start = time.monotonic()
    try:
        after = main(parser.parse_args())
    except (AssertionError, OdooError, Problem, requests.RequestException) as error:
        sys.exit(f"\nThe story stopped: {error}")
    print(f"\n  All of it in {time.monotonic() - start:.1f} s.\n")
    if after:
        print(after)


def tell(title, step, *args):
    """Run a step and print it. :return: what it returned beside its text"""
    start = time.monotonic()
    tty = sys.stdout.isatty()
    if tty:
        print(f"  … {title}", end="\r", flush=True)
    result, value = step(*args)
    seconds = f"{time.monotonic() - start:.1f} s"
    print(f"{chr(27) + '[2K' if tty else ''}  {MARK} {title}  ({seconds})")
    for line in result.splitlines():
        print(f"      {line}")
    sys.stdout.flush()
    return value


def progress(done, total, what):
    """A line that is written over on a terminal, and every quarter elsewhere."""
    if sys.stdout.isatty():
        print(f"  … {what}: {done}/{total}", end="\r", flush=True)
    elif done * 4 // total > (done - 1) * 4 // total:
        print(f"  … {what}: {done}/{total}", flush=True)
