"""pytest plugin (`-p suite.own_files`): each process of pytest-xdist keeps its own attachments.

pytest-odoo gives every process its own database, but lets all of them share one filestore. Odoo's tests clean it up
after each class by what their own database knows, and so remove files that another process has just written.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest_odoo

import odoo.tools


@contextmanager
def _own_filestore(original: str, own: str) -> Iterator[None]:
    if original == own:
        yield
        return
    files = Path(odoo.tools.config.filestore(own))
    shutil.rmtree(files, ignore_errors=True)
    shutil.copytree(odoo.tools.config.filestore(original), files, copy_function=os.link)
    try:
        yield
    finally:
        shutil.rmtree(files, ignore_errors=True)


pytest_odoo._shared_filestore = _own_filestore
