"""Template databases, one a layer, named by the hash of what went into them.

`stock-<hash>` holds the Odoo modules that our addons depend on, `suite-<hash>` our addons on top with their demo data
and the asset bundles. A change of an addon remakes the second alone; cloning takes a second or two.
"""

import ast
from collections.abc import Mapping
from pathlib import Path

from . import assets, locking, paths, postgres, progress
from .environment import Environment
from .postgres import Cluster
from .process import run

#: A Chinese chart of accounts, which no addon of ours insists on.
LOCALISATION = ("l10n_cn",)
#: What Odoo would install beside them by itself, as far as it bears on our addons or on a look at the back office.
#: The rest (mail gateways, snail mail, e-invoices, spreadsheets) would make a cold start a fourth longer.
BESIDE = (
    "auth_signup",
    "auth_totp",
    "base_import",
    "pos_online_payment",
    "rpc",
    "sale_stock",
    "stock_account",
    "stock_sms",
    "web_tour",
)
#: Our demo data alone: the stock modules' own (furniture, five companies) would double the time of a cold start.
_STOCK_OPTIONS = ("--without-demo", "--skip-auto-install")
_SUITE_OPTIONS = ("--with-demo", "--skip-auto-install")
#: Odoo loads a module's demo data only where its dependencies have theirs.
_ALLOW_OUR_DEMO = "UPDATE ir_module_module SET demo = true WHERE state = 'installed'"
#: Files of an addon that never reach the database.
_IGNORED = {".md", ".rst", ".pyc", ".pot"}


def our_modules() -> list[str]:
    return sorted(manifest.parent.name for manifest in paths.ADDONS.glob("*/__manifest__.py"))


def stock_modules() -> list[str]:
    """What the manifests of our addons depend on, so that nothing is listed twice."""
    ours = set(our_modules())
    depends = {
        name
        for module in ours
        for name in ast.literal_eval((paths.ADDONS / module / "__manifest__.py").read_text()).get("depends", [])
    }
    return sorted(depends - ours | {*LOCALISATION, *BESIDE})


class Templates:
    """The layers of template databases in a cluster."""

    def __init__(self, env: Environment, cluster: Cluster) -> None:
        self._env = env
        self._cluster = cluster
        requirements = [paths.REQUIREMENTS / f"{name}.txt" for name in ("odoo", "addons")]
        self.stock = "stock-" + paths.digest(stock_modules(), env.odoo_version, *requirements, _STOCK_OPTIONS)
        self.suite = "suite-" + paths.digest(self.stock, *_content())

    def ensure(self) -> str:
        """Make the layers that are missing; return the name of the topmost."""
        with locking.exclusive("template", wait=True):
            present = self._cluster.databases()
            if {self.suite, self.stock} <= set(present):
                return self.suite
            if self.stock not in present:
                with progress.step(f"Odoo's own modules: {len(stock_modules())} and what they need"):
                    self._build(None, self.stock, stock_modules(), _STOCK_OPTIONS)
            with progress.step(f"Our addons: {', '.join(our_modules()) or 'none yet'}"):
                self._build(self.stock, self.suite, our_modules(), _SUITE_OPTIONS)
        return self.suite

    def clone(self, target: str) -> None:
        """A fresh copy of the topmost layer under the name `target`."""
        self._cluster.clone(self.ensure(), target)

    def _build(self, base: str | None, name: str, modules: list[str], options: tuple[str, ...]) -> None:
        layer = name.split("-")[0]
        draft = f"draft-{layer}"
        self._cluster.drop(draft)
        if base:
            self._cluster.clone(base, draft)
        if modules:
            try:
                self._odoo(draft, "-i", ",".join(modules), *options, "--stop-after-init")
            finally:
                # Odoo makes the first of them.
                if draft in self._cluster.databases(draft):
                    self._cluster.mark(draft)
        if base:
            self.compile_assets(draft)
        else:
            self._cluster.query(_ALLOW_OUR_DEMO, draft)
        self.publish(draft, name)

    def compile_assets(self, database: str) -> None:
        """Make the asset bundles of a database, so that no page waits for them."""
        options = ["-c", config_file(), "-d", database, "--no-http", "--log-level=error"]
        with progress.step("Asset bundles"):
            assets.generate([*self._env.odoo_command, "shell", *options], self._cluster.variables())

    def publish(self, draft: str, name: str) -> None:
        """Make a finished database the template of its layer, `<layer>-<hash>`; the layer's old ones are dropped."""
        for old in self._cluster.databases(f"{name.split('-')[0]}-"):
            self._cluster.drop(old)
        self._cluster.rename_to_template(draft, name)

    def _odoo(self, database: str, *options: str) -> None:
        """Run the server program once, on a database that can be made again."""
        command = [*self._env.odoo_command, "-c", config_file(), "-d", database, "--no-http", "--log-level=warn"]
        with self._cluster.on_one_core():
            run([*command, *options], what=f"Odoo on {database}", env=self._cluster.variables() | postgres.THROWAWAY)


def config_file(name: str = "odoo", options: Mapping[str, object] | None = None) -> Path:
    """Write and return a configuration for this checkout; the database server comes from libpq's variables."""
    shared = {
        "data_dir": paths.DATA,
        "addons_path": paths.ADDONS,
        "http_interface": "127.0.0.1",
        "list_db": False,
        "max_cron_threads": 0,
        "screenshots": paths.STATE / "screenshots",
    }
    for folder in (paths.DATA, paths.RUN):
        folder.mkdir(parents=True, exist_ok=True)
    conf = paths.RUN / f"{name}.conf"
    lines = (f"{option} = {value}\n" for option, value in {**shared, **(options or {})}.items())
    conf.write_text("[options]\n" + "".join(lines))
    return conf


def _content() -> list[object]:
    """Names and contents of the addons' files that decide what a database holds."""
    files = sorted(
        path
        for path in paths.ADDONS.rglob("*")
        if path.is_file()
        and path.suffix not in _IGNORED
        and "__pycache__" not in path.parts
        # Python tests are read by the test runner; JavaScript ones are part of the bundles.
        and not ("tests" in path.parts and path.suffix == ".py")
    )
    return [part for path in files for part in (str(path.relative_to(paths.ADDONS)), path)]
