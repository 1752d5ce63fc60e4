"""Debian packages through the system's own mirror, without touching the system and without root.

An apt of our own (sources, lists and cache under SUITE_CACHE) verifies the archive's signatures with Debian's keyring.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from . import paths
from .process import SuiteError, run, tool

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
#: Odoo's package is in unstable alone; what its symlinks point to is taken from the release after bookworm.
ODOO_SUITES = ("unstable", "trixie")
#: Targets of the package's symlinks into other packages; without them every page answers 500.
ODOO_COMPANIONS = (
    "fonts-font-awesome",
    "fonts-inconsolata",
    "fonts-montserrat",
    "fonts-ocr-b",
    "fonts-roboto-unhinted",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
)
#: Translations into languages that sort before Chinese: a third of Odoo's files and two thirds of its size.
OTHER_LANGUAGES = "*/i18n*/[a-y]*.po"
DEPLOYMENT_PACKAGES = (
    "docker-compose",
    "nginx",
    "libc6",
    "libcrypt1",
    "libpcre2-8-0",
    "libssl3t64",
    "libzstd1",
    "zlib1g",
)


class Apt:
    """An isolated apt over `suites` of Debian, or over the system's own sources if none are given."""

    def __init__(self, *suites: str) -> None:
        self.suites = suites
        self.home = paths.CACHE / "apt" / ("-".join(suites) or "system")
        tool("apt-get", "apt")
        tool("dpkg-deb", "dpkg")

    def update(self) -> None:
        """Fetch the package lists; raises SuiteError where no mirror answers."""
        for folder in ("lists/partial", "cache/archives/partial"):
            (self.home / folder).mkdir(parents=True, exist_ok=True)
        if not self.suites:
            self._update()
            return
        failures = []
        for mirror in self._mirrors():
            lines = (f"deb [signed-by={self._keyring()}] {mirror} {suite} main\n" for suite in self.suites)
            (self.home / "sources.list").write_text("".join(lines))
            try:
                self._update()
            except SuiteError as error:
                failures.append(str(error))
            else:
                return
        raise SuiteError(
            f"no mirror of this system's apt carries Debian {' and '.join(self.suites)};"
            f" set DEBIAN_MIRROR= or ODOO_SRC=. {failures[-1] if failures else ''}".strip()
        )

    def download(self, packages: Iterable[str]) -> list[Path]:
        """The packages' archives, downloaded and verified; `name` or `name/suite`."""
        folder = self.home / "deb"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        run([*self._command(), "download", *packages], what="Download of Debian packages", cwd=folder)
        return sorted(folder.glob("*.deb"))

    def closure(self, packages: Sequence[str]) -> list[str]:
        """`packages` and what they need that this system lacks, as `name=version`."""
        out = run(
            [*self._command(), "install", "--no-install-recommends", "--simulate", *packages],
            what="Resolution of Debian packages",
        )
        return [f"{name}={version}" for name, version in re.findall(r"^Inst (\S+) (?:\[\S+\] )?\((\S+)", out, re.M)]

    def _update(self) -> None:
        run([*self._command(), "update"], what=f"Package lists of Debian {' '.join(self.suites)}".strip())

    def _command(self) -> list[object]:
        options = {
            "Dir::State": self.home,
            "Dir::State::Lists": self.home / "lists",
            "Dir::Cache": self.home / "cache",
            "Acquire::Languages": "none",
            "Acquire::PDiffs": "false",
            "Acquire::Retries": 2,
            "Acquire::http::Timeout": 20,
            "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled": "false",
            # Without it an unreachable mirror is only a warning.
            "APT::Update::Error-Mode": "any",
            "APT::Sandbox::User": "",
            "Debug::NoLocking": 1,
        }
        if self.suites:
            options |= {
                "Dir::Etc::SourceList": self.home / "sources.list",
                "Dir::Etc::SourceParts": "/dev/null",
                "Dir::Etc::Preferences": "/dev/null",
                "Dir::Etc::PreferencesParts": "/dev/null",
                "Dir::State::status": "/dev/null",
            }
        else:
            options["Dir::State::status"] = "/var/lib/dpkg/status"
        return ["apt-get", "-qq", *(part for name, value in options.items() for part in ("-o", f"{name}={value}"))]

    @staticmethod
    def _mirrors() -> list[str]:
        """The mirrors this system's apt uses, security archives aside."""
        if named := os.environ.get("DEBIAN_MIRROR"):
            return named.split()
        out = subprocess.run(["apt-get", "--print-uris", "update"], capture_output=True, text=True, check=False).stdout
        found = re.findall(r"^'(\S+)/dists/[^']*/InRelease'", out, re.M)
        return list(dict.fromkeys(mirror for mirror in found if "security" not in mirror))

    def _keyring(self) -> Path:
        if KEYRING.is_file():
            return KEYRING
        raise SuiteError(f"{KEYRING} is missing; install Debian's package 'debian-archive-keyring'")


def unpack(archives: Iterable[Path], target: Path, *, but: str = "") -> None:
    """Unpack .deb files below `target`, all but the paths of a pattern of tar's."""
    target.mkdir(parents=True, exist_ok=True)
    script = 'set -o pipefail; dpkg-deb --fsys-tarfile "$1" | tar -x -C "$2" --exclude="$3"'
    for archive in archives:
        run(["bash", "-c", script, "unpack", archive, target, but], what="Unpacking of Debian packages")


def odoo() -> Path:
    """The folder that holds the `odoo` package: ODOO_SRC, or Debian's package unpacked into the cache."""
    if named := os.environ.get("ODOO_SRC"):
        return _checked_source(Path(named).expanduser().absolute())
    root = paths.CACHE / "odoo-19"
    packages = root / "usr/lib/python3/dist-packages"
    if is_complete():
        return packages
    apt = Apt(*ODOO_SUITES)
    apt.update()
    archives = apt.download(["odoo-19/unstable", *(f"{name}/trixie" for name in ODOO_COMPANIONS)])
    fresh = root.with_name("odoo-19.new")
    shutil.rmtree(fresh, ignore_errors=True)
    unpack(archives, fresh, but=OTHER_LANGUAGES)
    # Debian leaves this file out as non-free; its absence is a console error, which fails every browser test.
    missing = (
        fresh / "usr/lib/python3/dist-packages/odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
    )
    missing.parent.mkdir(parents=True, exist_ok=True)
    missing.write_text("/* not part of Debian's package */\n")
    broken = [path for path in fresh.rglob("*") if path.is_symlink() and not path.exists()]
    if broken:
        raise SuiteError(f"Debian's odoo-19 points to a file of a package we do not fetch: {broken[0]}")
    version = next(path.name.split("_")[1] for path in archives if path.name.startswith("odoo-19_"))
    (fresh / "complete").write_text(version + "\n")
    shutil.rmtree(root, ignore_errors=True)
    fresh.rename(root)
    shutil.rmtree(apt.home / "deb")
    return packages


def is_complete() -> bool:
    """Whether `odoo()` would fetch nothing."""
    return bool(os.environ.get("ODOO_SRC")) or (paths.CACHE / "odoo-19" / "complete").exists()


def deployment_programs() -> Path:
    """Root of trixie's docker-compose and nginx with their libraries: they check deploy/, and are never installed."""
    root = paths.CACHE / "deployment-programs"
    if not (root / "complete").exists():
        apt = Apt("trixie")
        apt.update()
        shutil.rmtree(root, ignore_errors=True)
        unpack(apt.download(DEPLOYMENT_PACKAGES), root)
        (root / "complete").touch()
    return root


def odoo_version(source: Path) -> str:
    """The Debian version, or for ODOO_SRC its path: part of the name of the template databases."""
    marker = paths.CACHE / "odoo-19" / "complete"
    return str(source) if os.environ.get("ODOO_SRC") else marker.read_text().strip()


def _checked_source(source: Path) -> Path:
    release = source / "odoo" / "release.py"
    if not release.is_file():
        raise SuiteError(f"ODOO_SRC={source} holds no odoo/release.py")
    if not re.search(r"^version_info = \(19, 0,", release.read_text(), re.M):
        raise SuiteError(f"ODOO_SRC={source} is not Odoo 19.0")
    return source
