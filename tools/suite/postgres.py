"""The checkout's own PostgreSQL on a Unix socket, or the server that PGHOST names.

One cluster serves the demo and the tests with PostgreSQL's default durability, so that crash tests and benchmarks mean
something. Sessions whose databases can be made again (templates, tests) turn off `synchronous_commit` for themselves.
"""

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from . import paths
from .environment import Environment
from .process import SuiteError, environment, run

PGDATA = paths.STATE / "pg"
LOG = paths.LOGS / "postgresql.log"
USER = "odoo"
SETTINGS = {
    "listen_addresses": "''",
    "max_connections": 200,
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "jit": "off",
}
#: Comment on the databases that the suite makes: on a server that others use too, it drops no others.
MARK = "made by the gift card suite"
#: For sessions on databases that can be made again: commits do not wait for the disk.
THROWAWAY = {"PGOPTIONS": "-c synchronous_commit=off"}


class Cluster:
    """PostgreSQL for this checkout."""

    def __init__(self, env: Environment) -> None:
        self._env = env
        self.external = bool(os.environ.get("PGHOST"))

    def variables(self) -> dict[str, str]:
        """What libpq, and so Odoo and psql, need to find the server."""
        variables = self._env.variables()
        if not self.external:
            variables |= {"PGHOST": str(paths.socket_folder()), "PGUSER": USER}
        return variables

    def start(self) -> None:
        """Create the cluster if need be, start it if it is down, and see that it answers."""
        if not self.external and not self.is_running():
            if not (PGDATA / "PG_VERSION").exists():
                self._create()
            self._start()
        try:
            self.query("SELECT 1")
        except SuiteError as error:
            named = f"the server that PGHOST={os.environ['PGHOST']} names" if self.external else "PostgreSQL"
            raise SuiteError(f"{named} does not answer: {error}") from error

    def stop(self) -> bool:
        """Stop our cluster; False if there was none running."""
        if self.external or not self.is_running():
            return False
        run(
            [*_unprivileged(), self._program("pg_ctl"), "-D", PGDATA, "-m", "fast", "-w", "stop"],
            what="Stop of PostgreSQL",
        )
        return True

    def is_running(self) -> bool:
        command = [*_unprivileged(), self._program("pg_ctl"), "-D", PGDATA, "status"]
        return subprocess.run([str(part) for part in command], capture_output=True, check=False).returncode == 0

    @contextmanager
    def on_one_core(self) -> Iterator[None]:
        """Keep what this thread starts and its sessions on one core.

        A lone client and its backend work in turns; on two cores of a virtual machine each turn wakes a sleeping core,
        and the installation of Odoo's modules takes a sixth longer.
        """
        if self.external:
            yield
            return
        server = int((PGDATA / "postmaster.pid").read_text().split()[0])
        cores = os.sched_getaffinity(0)
        try:
            for process in (0, server):
                os.sched_setaffinity(process, {min(cores)})
            yield
        finally:
            for process in (0, server):
                os.sched_setaffinity(process, cores)

    def query(self, sql: str, database: str = "postgres") -> list[str]:
        """The rows of `sql`, columns joined by `|`. Only for statements of our own making."""
        command = [self._program("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-Atc", sql, "-d", database]
        return run(command, what="Query of PostgreSQL", env=self.variables()).splitlines()

    def databases(self, prefix: str = "") -> list[str]:
        return self.query(f"SELECT datname FROM pg_database WHERE starts_with(datname, '{prefix}') ORDER BY 1")

    def drop(self, name: str) -> None:
        """Drop a database, its sessions and its files, if it exists. On a server of others, only what is marked."""
        if name in self.databases(name):
            if self.external and not self._is_marked(name):
                raise SuiteError(
                    f"the database {name} on the server that PGHOST={os.environ['PGHOST']} names is not of our making;"
                    " rename it, or use another server"
                )
            self.query(f"UPDATE pg_database SET datistemplate = false WHERE datname = '{name}'")
            self.query(f'DROP DATABASE "{name}" WITH (FORCE)')
        shutil.rmtree(filestore(name), ignore_errors=True)

    def mark(self, name: str) -> None:
        """Say that a database is of our making, and may be dropped."""
        self.query(f"COMMENT ON DATABASE \"{name}\" IS '{MARK}'")

    def _is_marked(self, name: str) -> bool:
        return self.query(
            f"SELECT 1 FROM pg_database WHERE datname = '{name}' AND shobj_description(oid, 'pg_database') = '{MARK}'"
        ) == ["1"]

    def clone(self, source: str, target: str) -> None:
        """Copy database and files; the files are hard links, for Odoo replaces them and never writes into one."""
        self.drop(target)
        self.query(f'CREATE DATABASE "{target}" TEMPLATE "{source}" STRATEGY FILE_COPY')
        self.mark(target)
        if filestore(source).exists():
            shutil.copytree(filestore(source), filestore(target), copy_function=os.link)

    def rename_to_template(self, source: str, target: str) -> None:
        """Publish a finished database under its final name as a template."""
        self.drop(target)
        self.query(f'ALTER DATABASE "{source}" RENAME TO "{target}"')
        if filestore(source).exists():
            filestore(source).rename(filestore(target))
        self.query(f'ALTER DATABASE "{target}" IS_TEMPLATE true')

    def _create(self) -> None:
        _own([PGDATA])
        command = [
            self._program("initdb"),
            "-D",
            PGDATA,
            "-U",
            USER,
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        ]
        run([*_unprivileged(), *command, "--no-sync"], what="Creation of the PostgreSQL cluster")
        with (PGDATA / "postgresql.conf").open("a") as conf:
            conf.writelines(f"{name} = {value}\n" for name, value in SETTINGS.items())

    def _start(self) -> None:
        folder = paths.socket_folder()
        _own([folder])
        LOG.parent.mkdir(parents=True, exist_ok=True)
        LOG.touch()
        _own([LOG])
        command = [self._program("pg_ctl"), "-D", PGDATA, "-l", LOG, "-o", f"-k '{folder}'", "-w", "start"]
        run([*_unprivileged(), *command], what="Start of PostgreSQL")

    def _program(self, name: str) -> Path:
        return self._env.postgres_bin / name


def filestore(database: str) -> Path:
    """Where Odoo keeps the attachments of a database."""
    return paths.DATA / "filestore" / database


def _unprivileged() -> list[str]:
    """Prefix of PostgreSQL's programs, which refuse to run as root: a user namespace, else the user nobody."""
    if os.getuid():
        return []
    namespace = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
    if _works([*namespace, "true"]):
        return namespace
    nobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
    if _works([*nobody, "test", "-x", str(paths.VENV / "bin")]):
        return nobody
    raise SuiteError(
        f"PostgreSQL cannot run as root: user namespaces are barred and the user nobody cannot read {paths.ROOT};"
        " run make as an ordinary user, or set PGHOST="
    )


def _own(files: Iterable[Path]) -> None:
    """Make folders (and given files) private to the user that PostgreSQL runs as."""
    nobody = "setpriv" in _unprivileged()
    for path in files:
        if not path.exists():
            path.mkdir(parents=True)
        path.chmod(0o700 if path.is_dir() else 0o600)
        if nobody:
            shutil.chown(path, "nobody", "nogroup")


def _works(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, env=environment(), check=False).returncode == 0
    except FileNotFoundError:
        return False
