from contextlib import contextmanager

import odoo  # noqa: F401  the namespace package has to be found before its parts
from odoo.api import SUPERUSER_ID, Environment
from odoo.modules.registry import Registry
from odoo.tools import config

from suite.database import config_file


@contextmanager
def environment(database):
    """An ORM environment of this process on a database; the caller commits."""
    config.parse_config(
        ["-c", str(config_file()), "-d", database, "--no-http", "--log-level=error"], setup_logging=True
    )
    with Registry(database).cursor() as cursor:
        yield Environment(cursor, SUPERUSER_ID, {})
