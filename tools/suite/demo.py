"""The demo database and its server: `make demo`, `run`, `stop`, and what works on the database."""

import json
import os
import subprocess
import sys
from pathlib import Path

from . import environment, i18n, paths, postgres, progress
from .database import Templates, config_file
from .environment import Environment
from .postgres import Cluster
from .process import SuiteError, run
from .process import environment as child_environment
from .server import Server, command_line, free_port, port_is_free, stop_group

DATABASE = "demo"
PORT = 8069
STORY = paths.ROOT / "demo"
_STATE = paths.RUN / "demo.json"
_CHECK = """
import json
print("\\n" + json.dumps(env["giftcard.ledger"]._check_invariants(), default=str))
"""


def demo(_arguments: list[str]) -> int:
    """A fresh demo database, its server, and the story told over HTTP; the server stays up."""
    port = _port()
    if not port_is_free(port) and _running().get("port") != port:
        raise SuiteError(f"port {port} on 127.0.0.1 is taken; name another with HTTP_PORT=")
    env, cluster = _ready()
    template = _prepared(env, cluster)
    _stop_server()
    with progress.step("Fresh demo database"):
        cluster.clone(template, DATABASE)
    server = _start(env, cluster, port)
    return _tell("demo", server, cluster)


def start(_arguments: list[str]) -> int:
    """The server on the demo database as it is."""
    port = _port()
    if running := _running():
        print(f"The server is already up: http://127.0.0.1:{running['port']}", flush=True)
        return 0
    env, cluster = _ready()
    _require(cluster, DATABASE)
    print(f"The server is up: {_start(env, cluster, port).url}", flush=True)
    return 0


def stop(_arguments: list[str]) -> int:
    """Stop the server and PostgreSQL."""
    server = _stop_server()
    env = environment.existing()
    database = Cluster(env).stop() if env else False
    stopped = [name for name, was in (("the server", server), ("PostgreSQL", database)) if was]
    print(f"Stopped {' and '.join(stopped)}." if stopped else "Nothing was running.", flush=True)
    return 0


def shell(arguments: list[str]) -> int:
    """Odoo's shell on the demo database; a script may come on standard input."""
    env, cluster = _ready()
    name = _database()
    _require(cluster, name)
    command = [*env.odoo_command, "shell", "-c", config_file(), "-d", name, "--no-http", "--log-level=warn", *arguments]
    return _interact(command, cluster)


def psql(arguments: list[str]) -> int:
    """psql on the demo database; a script may come on standard input."""
    env, cluster = _ready()
    name = _database()
    _require(cluster, name)
    command = [env.postgres_bin / "psql", "-X", "-v", "ON_ERROR_STOP=1", "-d", name]
    return _interact([*command, *([] if sys.stdin.isatty() else ["-q"]), *arguments], cluster)


def check(_arguments: list[str]) -> int:
    """The ledger's invariants over a whole database: each violation is printed; 1 if there is any."""
    env, cluster = _ready()
    name = _database()
    _require(cluster, name)
    command = [*env.odoo_command, "shell", "-c", config_file(), "-d", name, "--no-http", "--log-level=critical"]
    with progress.step(f"Invariants of the ledger in {name}"):
        out = run(command, what="Check of the ledger", env=cluster.variables(), stdin=_CHECK)
    violations = json.loads(out.strip().splitlines()[-1])
    for violation in violations:
        print(
            f"violated: {violation['invariant']}: {len(violation['rows'])} rows, first {violation['rows'][0]}",
            flush=True,
        )
    if not violations:
        print("no violation", flush=True)
    return bool(violations)


def bench(arguments: list[str]) -> int:
    """The benchmarks, which make the databases they need."""
    if not (paths.ROOT / "benchmarks" / "__main__.py").exists():
        raise SuiteError("there is no package benchmarks/ in this checkout")
    env, cluster = _ready()
    Templates(env, cluster).ensure()
    variables = cluster.variables() | {"PYTHONPATH": f"{paths.ROOT}:{paths.ROOT / 'tools'}"}
    command = [str(env.python), "-m", "benchmarks", *arguments]
    return subprocess.run(command, cwd=paths.ROOT, env=child_environment(variables), check=False).returncode


def translate(_arguments: list[str]) -> int:
    """Export the addons' terms and merge them into their translations."""
    env, cluster = _ready()
    name = "i18n"
    Templates(env, cluster).clone(name)
    try:
        with progress.step("Terms of the addons"):
            i18n.update(env, cluster, name)
    finally:
        cluster.drop(name)
    return 0


def _ready() -> tuple[Environment, Cluster]:
    env = environment.ensure()
    cluster = Cluster(env)
    cluster.start()
    return env, cluster


def _prepared(env: Environment, cluster: Cluster) -> str:
    """The template that the demo starts from: the suite and what `demo/prepare.py`, if any, put into it over HTTP."""
    templates = Templates(env, cluster)
    suite = templates.ensure()
    if not (STORY / "prepare.py").exists():
        return suite
    name = "story-" + paths.digest(suite, *sorted(STORY.glob("*.py")))
    if name in cluster.databases("story-"):
        return name
    draft = "draft-story"
    cluster.clone(suite, draft)
    variables = cluster.variables() | postgres.THROWAWAY
    server = Server(env, draft, port=free_port(), variables=variables, log=paths.LOGS / "story-server.log")
    server.start()
    try:
        code = _tell("demo.prepare", server, cluster)
    finally:
        server.stop()
    if code:
        raise SuiteError(f"the demo could not be prepared (server's log: {server.log})")
    templates.publish(draft, name)
    return name


def _tell(module: str, server: Server, cluster: Cluster) -> int:
    """Run a program of `demo/` against a server; its output is the user's."""
    command = [paths.venv_python(), "-m", module, "--url", server.url, "--database", server.database]
    variables = cluster.variables() | {"PYTHONPATH": f"{paths.ROOT}:{paths.ROOT / 'tools'}"}
    return subprocess.run(
        [str(part) for part in command],
        cwd=paths.ROOT,
        env=child_environment(variables),
        stdin=subprocess.DEVNULL,
        check=False,
    ).returncode


def _start(env: Environment, cluster: Cluster, port: int) -> Server:
    options = {"max_cron_threads": 1}
    log = paths.LOGS / "demo-server.log"
    server = Server(env, DATABASE, port=port, options=options, variables=cluster.variables(), log=log)
    with progress.step("Start of the server"):
        server.start()
    assert server.process is not None
    _STATE.write_text(json.dumps({"pid": server.process.pid, "port": port}))
    return server


def _running() -> dict[str, int]:
    """Process and port of the demo's server; empty if it is not up."""
    if not _STATE.exists():
        return {}
    state = json.loads(_STATE.read_text())
    return state if f"odoo-{DATABASE}-" in command_line(state["pid"]) else {}


def _stop_server() -> bool:
    running = _running()
    if running:
        stop_group(running["pid"])
    _STATE.unlink(missing_ok=True)
    return bool(running)


def _port() -> int:
    text = os.environ.get("HTTP_PORT") or str(PORT)
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise SuiteError(f"HTTP_PORT={text} is no port number")
    return int(text)


def _database() -> str:
    return os.environ.get("DB") or DATABASE


def _require(cluster: Cluster, name: str) -> None:
    if name not in cluster.databases(name):
        raise SuiteError(f"there is no database {name}; `make demo` makes the demo's")


def _interact(command: list[str | Path], cluster: Cluster) -> int:
    return subprocess.run(
        [str(part) for part in command], cwd=paths.ROOT, env=child_environment(cluster.variables()), check=False
    ).returncode
