"""Entry point of `python3 tools/suite COMMAND`."""

import os
import shutil
import sys

REQUIRED = (3, 11)  # requirements/*.txt hold wheels of this Python: gevent, lxml and reportlab have none for newer ones

if sys.version_info[:2] != REQUIRED:
    wanted = f"python{REQUIRED[0]}.{REQUIRED[1]}"
    found = shutil.which(wanted)
    if found and os.environ.get("SUITE_PYTHON") != found:
        os.environ["SUITE_PYTHON"] = found
        os.execv(found, [found, *sys.argv])
    sys.exit(
        f"error: {wanted} is needed, this is Python {sys.version_info[0]}.{sys.version_info[1]}:"
        " the pinned gevent, lxml, psycopg2-binary and reportlab have no wheels for others"
    )

if not __package__:
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from suite.cli import main  # noqa: E402  (the version check comes first)

sys.exit(main())
