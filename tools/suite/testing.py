"""`make test`: the addons' tests, the whole-suite tests and Odoo's own tests of what we extend, counted together."""

import subprocess
import xml.etree.ElementTree as ElementTree  # nosec: reads only what our own pytest wrote
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from . import browser, environment, paths, postgres, progress
from .database import Templates, config_file, our_modules
from .environment import Environment
from .postgres import Cluster
from .process import environment as child_environment

WORKERS = 2
DATABASE = "test"
#: Odoo's modules whose behaviour at the till and in sales our addons change.
NATIVE = ("loyalty", "sale_loyalty", "pos_loyalty")
#: Reasons that Odoo gives for leaving out a browser test.
_NO_BROWSER = ("chrome", "chromium", "websocket")


@dataclass
class Tally:
    """What one run of pytest counted."""

    passed: int = 0
    failures: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    @property
    def failed(self) -> int:
        return len(self.failures)

    @property
    def total(self) -> int:
        return self.passed + self.failed + len(self.skipped)


@dataclass(frozen=True)
class Group:
    """Tests run together by one pytest. `strict` groups may skip nothing."""

    name: str
    targets: list[str]
    odoo: bool
    strict: bool
    options: tuple[str, ...] = ()


def main(arguments: list[str]) -> int:
    """Run the groups, or what `arguments` (of pytest) narrow them to. Returns 1 unless all is well."""
    env, cluster, templates = ready()
    groups, options = _narrowed(_groups(env), arguments)
    total, problems = Tally(), []
    for group in groups:
        with progress.step(f"Tests: {group.name}", quiet=True):
            tally, code = run_group(group, options, env, cluster, templates.suite)
        problems += _problems(group, tally, code, narrowed=bool(arguments))
        total.passed += tally.passed
        total.failures += tally.failures
        total.skipped += tally.skipped
    if not total.total:
        problems.append("no test was run")
    for problem in problems:
        progress.note(f"error: {problem}")
    print(f"{total.passed} passed, {total.failed} failed, {len(total.skipped)} skipped", flush=True)
    return bool(problems)


def ready() -> tuple[Environment, Cluster, Templates]:
    """All that tests need: the environment, a running PostgreSQL, the templates and a browser."""
    env = environment.ensure()
    cluster = Cluster(env)
    cluster.start()
    templates = Templates(env, cluster)
    with ThreadPoolExecutor() as pool:
        browsing = pool.submit(browser.ensure)
        templates.ensure()
        browsing.result()
    return env, cluster, templates


def _groups(env: Environment) -> list[Group]:
    addons = [f"addons/{name}" for name in our_modules()]
    return [
        Group("our addons", addons, odoo=True, strict=True, options=("-n", str(WORKERS), "--dist=loadscope")),
        Group("the whole suite", ["tests"], odoo=False, strict=True),
        native("Odoo's own", NATIVE, env, tours=False),
    ]


def native(name: str, modules: Iterable[str], env: Environment, *, tours: bool) -> Group:
    """Odoo's own tests of some modules, with or without those that drive a browser."""
    targets = [str(env.odoo / "odoo" / "addons" / module / "tests") for module in modules]
    options = ("-n", str(WORKERS), "--dist=loadscope", *(() if tours else ("-p", "suite.no_tours")))
    return Group(name, targets, odoo=True, strict=False, options=options)


def _narrowed(groups: list[Group], arguments: list[str]) -> tuple[list[Group], list[str]]:
    """Paths choose their group and replace its targets; all else are options of pytest."""
    named = {
        group.name: [argument for argument in arguments if argument.startswith(_root_of(group))] for group in groups
    }
    options = [argument for argument in arguments if not any(argument in chosen for chosen in named.values())]
    if any(named.values()):
        groups = [
            Group(group.name, named[group.name], group.odoo, group.strict, group.options)
            for group in groups
            if named[group.name]
        ]
    return groups, options


def _root_of(group: Group) -> tuple[str, ...]:
    return tuple({target.split("/")[0] if not target.startswith("/") else target for target in group.targets}) or (
        "\0",
    )


def run_group(group: Group, options: list[str], env: Environment, cluster: Cluster, template: str) -> tuple[Tally, int]:
    """Run one pytest, for tests of Odoo on a fresh copy of a template. Returns what it counted and its exit code."""
    report = paths.LOGS / f"junit-{group.name.replace(' ', '-').lower()}.xml"
    report.unlink(missing_ok=True)
    command = [env.python, "-m", "pytest", "-q", "-rs", "--tb=short", "-p", "no:cacheprovider", f"--junitxml={report}"]
    command += [*group.options, *group.targets]
    variables = cluster.variables() | {"PYTHONPATH": f"{paths.ROOT}:{paths.ROOT / 'tools'}"}
    if group.odoo:
        cluster.clone(template, DATABASE)
        variables |= postgres.THROWAWAY
        command += [
            f"--odoo-config={config_file()}",
            f"--odoo-database={DATABASE}",
            f"--odoo-extra=db-filter=^{DATABASE}$",
            "--odoo-http",
            "-Wignore",
            "-p",
            "suite.own_files",
        ]
    else:
        # Without it every test outside Odoo would load a registry.
        command += ["-p", "no:odoo"]
    done = subprocess.run(
        [str(part) for part in [*command, *options]],
        cwd=paths.ROOT,
        env=child_environment(variables),
        stdin=subprocess.DEVNULL,
        check=False,
    )
    cluster.drop(DATABASE)
    return _tally(report), done.returncode


def _tally(report: Path) -> Tally:
    tally = Tally()
    if not report.exists():
        return tally
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314  (our own file)
        if case.find("failure") is not None or case.find("error") is not None:
            tally.failures.append(str(case.get("name")))
        elif (skipped := case.find("skipped")) is not None:
            tally.skipped.append(f"{case.get('name')}: {skipped.get('message')}")
        else:
            tally.passed += 1
    return tally


def _problems(group: Group, tally: Tally, code: int, *, narrowed: bool) -> list[str]:
    found = []
    if tally.failed or code not in (0, 5):
        found.append(
            f"{group.name}: {tally.failed} failed" if tally.failed else f"{group.name}: pytest ended with {code}"
        )
    if not tally.total and not narrowed:
        found.append(f"{group.name}: no test was run")
    forbidden = [skip for skip in tally.skipped if group.strict or any(word in skip.lower() for word in _NO_BROWSER)]
    return found + [f"{group.name}: skipped: {skip}" for skip in forbidden]
