"""The demo's story, told to a fresh database, and told again."""

import os
import subprocess
import sys
from pathlib import Path

from suite import harness

ROOT = Path(__file__).parent.parent


def tell(server):
    return subprocess.run(
        [sys.executable, "-m", "demo", "--url", server.url, "--database", server.database, "--customers", "20"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tools'}"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def test_the_story_holds_and_can_be_told_again():
    with harness.fresh_database("story") as database, harness.server(database) as server:
        first = tell(server)
        assert first.returncode == 0, first.stdout + first.stderr
        assert "The books are right" in first.stdout
        again = tell(server)
        assert again.returncode == 0, again.stdout + again.stderr
        assert "0 of them new" in again.stdout
