"""Where things are. Everything made lives in `.suite/` of the checkout; nothing outside it is written."""

import hashlib
import os
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ADDONS = ROOT / "addons"
REQUIREMENTS = ROOT / "requirements"
STATE = ROOT / ".suite"
#: Downloads; SUITE_CACHE shares them between checkouts.
CACHE = Path(os.environ.get("SUITE_CACHE") or STATE / "cache").absolute()
VENV = STATE / "venv"
LINT_VENV = STATE / "lint-venv"
DATA = STATE / "data"
LOGS = STATE / "log"
RUN = STATE / "run"


def venv_python(venv: Path = VENV) -> Path:
    return venv / "bin" / "python"


def socket_folder() -> Path:
    """Folder of PostgreSQL's Unix socket; a socket's whole path must stay below 108 bytes."""
    folder = RUN / "pg"
    if len(str(folder)) < 88:
        return folder
    digest = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"suite-{os.getuid()}-{digest}"


def digest(*parts: object) -> str:
    """First 10 hex digits of the SHA-256 of `parts`; files and folders count with their names and contents."""
    sha = hashlib.sha256()
    for part in parts:
        if isinstance(part, Path):
            sha.update(part.name.encode() + b"\0" + part.read_bytes())
        else:
            sha.update(str(part).encode())
        sha.update(b"\0")
    return sha.hexdigest()[:10]
