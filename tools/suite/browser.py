"""A Chromium for Odoo's browser tests, with glyphs for Chinese.

The one on PATH is used; else Debian's is installed by apt where we are root; else it is unpacked into `.suite/` with
the libraries that the system lacks, and a wrapper of the same name goes on the tests' PATH.
"""

import os
import shutil
import subprocess
from pathlib import Path

from . import fetch, locking, paths, progress
from .process import SuiteError, environment, run, tool

#: The names Odoo looks for, in its order.
NAMES = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
FONTS = "fonts-noto-cjk"
_UNPACKED = paths.STATE / "chromium"
_WRAPPER = paths.STATE / "bin" / "chromium"
_PAGE = "data:text/html,<title>ok</title><p>%E7%A4%BC%E5%93%81%E5%8D%A1"


def ensure() -> None:
    """Make sure that a browser renders a page headless; raises SuiteError otherwise."""
    with locking.exclusive("browser", wait=True):
        wanted = [*([] if _found() else ["chromium"]), *([] if _has_chinese_font() else [FONTS])]
        if wanted:
            with progress.step(f"Browser: {', '.join(wanted)}"):
                if os.getuid() == 0:
                    _install(wanted)
                else:
                    _unpack(wanted)
        _verify()


def _found() -> str | None:
    """The browser that the tests will find, on their PATH."""
    search = f"{_WRAPPER.parent}:{os.environ.get('PATH', '')}"
    return next(filter(None, (shutil.which(name, path=search) for name in NAMES)), None)


def _has_chinese_font() -> bool:
    folders = [
        Path("/usr/share/fonts"),
        Path.home() / ".fonts",
        Path.home() / ".local/share/fonts",
        _UNPACKED / "usr/share/fonts",
    ]
    return any(next(folder.rglob("*CJK*"), None) for folder in folders if folder.is_dir())


def _install(packages: list[str]) -> None:
    apt = [tool("apt-get", "apt"), "-qq", "-o", "DPkg::Lock::Timeout=600"]
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    run([*apt, "update"], what="Package lists of this system", env=quiet)
    run([*apt, "install", "-y", "--no-install-recommends", *packages], what="Installation of the browser", env=quiet)


def _unpack(packages: list[str]) -> None:
    apt = fetch.Apt()
    apt.update()
    fetch.unpack(apt.download(apt.closure(packages)), _UNPACKED)
    libraries = sorted({str(file.parent) for file in (_UNPACKED / "usr/lib").rglob("*.so*")} | {str(_UNPACKED / "lib")})
    fonts = _UNPACKED / "fonts.conf"
    fonts.write_text(
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>\n'
        '  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>\n'
        f"  <dir>{_UNPACKED / 'usr/share/fonts'}</dir>\n"
        f"  <cachedir>{_UNPACKED / 'cache'}</cachedir>\n</fontconfig>\n"
    )
    program = _UNPACKED / "usr/lib/chromium/chromium"
    if not program.exists():
        # Only the font was missing: hand it to the browser of the system.
        program = Path(_found() or "chromium")
    _WRAPPER.parent.mkdir(parents=True, exist_ok=True)
    _WRAPPER.write_text(
        f'#!/bin/sh\nexport FONTCONFIG_FILE="{fonts}"\n'
        f'export LD_LIBRARY_PATH="{":".join(libraries)}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}"\n'
        f'exec "{program}" "$@"\n'
    )
    _WRAPPER.chmod(0o755)


def _verify() -> None:
    """Odoo skips browser tests in silence where the browser is missing: look at one page now."""
    browser = _found()
    if not browser:
        raise SuiteError("no Chromium on PATH after its installation")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--dump-dom"]
    profile = paths.RUN / "browser-profile"
    command = [browser, *options, f"--user-data-dir={profile}", _PAGE]
    try:
        done = subprocess.run(command, capture_output=True, text=True, env=environment(), timeout=60, check=False)
    except subprocess.TimeoutExpired:
        raise SuiteError(f"{browser} did not render a page within 60 s") from None
    finally:
        shutil.rmtree(profile, ignore_errors=True)
    if "<title>ok</title>" not in done.stdout:
        reason = (done.stderr.strip().splitlines() or ["no output"])[-1]
        raise SuiteError(f"{browser} does not render a page: {reason[:200]}")
