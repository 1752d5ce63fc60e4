"""What whole-suite tests and benchmarks stand on: fresh databases, real servers on them, plain connections.

Put `tools` on `sys.path`, then `from suite import harness`. `make test` has made the environment before.

    with harness.fresh_database("overdraw") as database, harness.server(database, workers=2) as server:
        requests.get(server.url + "/web/health")
        with harness.connect(database) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT 1")
"""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from . import environment, fetch, i18n, locking, paths, progress
from .database import Templates
from .postgres import Cluster
from .server import Server, free_port

if TYPE_CHECKING:
    import psycopg2.extensions

ADDONS = paths.ADDONS


@functools.cache
def _cluster() -> tuple[environment.Environment, Cluster]:
    env = environment.ensure()
    cluster = Cluster(env)
    cluster.start()
    return env, cluster


@contextmanager
def fresh_database(name: str) -> Iterator[str]:
    """A database `test-<name>` with the suite and its demo data installed; dropped with its files at exit.

    Yields its full name. Takes about a second; processes of pytest-xdist get different names.
    """
    env, cluster = _cluster()
    templates = Templates(env, cluster)
    with _clone(cluster, templates.ensure(), name) as database:
        yield database


@contextmanager
def stock_database(name: str) -> Iterator[str]:
    """As `fresh_database`, but with Odoo's own modules alone: the reference that benchmarks compare with."""
    env, cluster = _cluster()
    templates = Templates(env, cluster)
    templates.ensure()
    with _clone(cluster, templates.stock, name) as database:
        yield database


@contextmanager
def _clone(cluster: Cluster, template: str, name: str) -> Iterator[str]:
    database = "-".join(filter(None, ("test", name, os.environ.get("PYTEST_XDIST_WORKER"))))
    cluster.clone(template, database)
    try:
        yield database
    finally:
        cluster.drop(database)


@contextmanager
def server(
    database: str,
    workers: int = 0,
    port: int | None = None,
    extra_conf: Mapping[str, object] | None = None,
    env: Mapping[str, object] | None = None,
) -> Iterator[Server]:
    """A running Odoo server on `database`, stopped at exit.

    The server has `.url`, `.database`, `.port`, `.process` (Popen), `.log` (path), `.worker_pids()` and
    `.kill_worker()`, which sends SIGKILL to one HTTP worker. `workers=0` is one threaded process, more is the prefork
    server of production.
    `extra_conf` adds options of odoo.conf, `env` environment variables. Raises SuiteError where it does not start.
    """
    ready, cluster = _cluster()
    port = port or free_port()
    running = Server(
        ready,
        database,
        port=port,
        workers=workers,
        options=extra_conf,
        variables=cluster.variables() | dict(env or {}),
        log=paths.LOGS / f"server-{database}-{port}.log",
    )
    running.start()
    try:
        yield running
    finally:
        running.stop()


def connect(database: str) -> psycopg2.extensions.connection:
    """A psycopg2 connection to `database` as its owner, outside Odoo; in READ COMMITTED, not autocommit."""
    import psycopg2

    _, cluster = _cluster()
    variables = cluster.variables()
    return psycopg2.connect(dbname=database, host=variables.get("PGHOST"), user=variables.get("PGUSER"))


def export_terms(database: str, target: Path) -> list[Path]:
    """Export the terms of our addons from `database` into `target`/<addon>/i18n/<addon>.pot; returns these files."""
    env, cluster = _cluster()
    return i18n.export(env, cluster, database, target)


def deployment_program(name: str) -> list[str]:
    """Command line of the real `docker-compose` or `nginx` (Debian trixie's, started with trixie's own libraries)."""
    with locking.exclusive("deployment-programs", wait=True):
        root = fetch.deployment_programs()
    program = next(path for path in (root / "usr/bin" / name, root / "usr/sbin" / name) if path.exists())
    loader = next(root.glob("usr/lib*/ld-linux-*.so.*"))
    libraries = next(root.glob("usr/lib/*-linux-gnu"))
    return [str(loader), "--library-path", str(libraries), str(program)]


def wait_until(condition: Callable[[], object], seconds: float) -> None:
    """Return once `condition()` holds; AssertionError if it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not so within {seconds} s"
        time.sleep(0.1)


def note(text: str) -> None:
    """One line of progress on standard error."""
    progress.note(text)
