"""An Odoo server process: start, wait until it answers, stop."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from . import database, paths
from .environment import Environment
from .process import SuiteError, environment

START_TIMEOUT = 120.0  # seconds


class Server:
    """One Odoo server on one database, bound to 127.0.0.1.

    Attributes: url, database, port, log (path), process (subprocess.Popen once started).
    """

    def __init__(
        self,
        env: Environment,
        database_name: str,
        *,
        port: int,
        workers: int = 0,
        options: Mapping[str, object] | None = None,
        variables: Mapping[str, object],
        log: Path,
    ) -> None:
        self.database = database_name
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.log = log
        self.workers = workers
        self.process: subprocess.Popen | None = None
        self._env = env
        self._variables = variables
        self._options: dict[str, object] = {
            "db_name": database_name,
            "dbfilter": f"^{database_name}$",
            "http_port": port,
            "gevent_port": free_port(),
            "workers": workers,
        } | dict(options or {})

    def start(self) -> None:
        """Start and wait until /web/health answers; raises SuiteError with the log's telling line otherwise."""
        if not port_is_free(self.port):
            raise SuiteError(f"port {self.port} on 127.0.0.1 is taken; name another with HTTP_PORT=")
        self.log.parent.mkdir(parents=True, exist_ok=True)
        conf = database.config_file(f"odoo-{self.database}-{self.port}", self._options)
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [*self._env.odoo_command, "-c", conf],
                cwd=paths.ROOT,
                env=environment(self._variables),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_TIMEOUT
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                tail = [line for line in self.log.read_text(errors="replace").splitlines() if line.strip()][-1:]
                raise SuiteError(f"Odoo did not start: {tail[0] if tail else 'no output'} (log: {self.log})")
            time.sleep(0.1)

    def answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/web/health")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def stop(self) -> None:
        """End the process and its workers."""
        if self.process is not None:
            stop_group(self.process.pid)
            self.process.wait()

    def worker_pids(self) -> list[int]:
        """The HTTP worker processes, oldest first (none with workers=0)."""
        if self.process is None or not self.workers:
            return []
        return [pid for pid in children(self.process.pid) if "gevent" not in command_line(pid)][: self.workers]

    def kill_worker(self) -> int:
        """SIGKILL one HTTP worker, as a crash would; with workers=0 the whole server. Returns its pid."""
        assert self.process is not None
        pid = (self.worker_pids() or [self.process.pid])[0]
        os.kill(pid, signal.SIGKILL)
        return pid


def free_port() -> int:
    """A TCP port of 127.0.0.1 that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in found.read_text().split()] if found.exists() else []


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except FileNotFoundError:
        return ""


def stop_group(pid: int) -> None:
    """SIGTERM to a process group, SIGKILL after ten seconds."""
    for number, patience in ((signal.SIGTERM, 10.0), (signal.SIGKILL, 2.0)):
        try:
            os.killpg(pid, number)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
            if not Path(f"/proc/{pid}").exists():
                break
            time.sleep(0.1)
