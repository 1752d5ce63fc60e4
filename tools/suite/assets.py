"""Asset bundles compiled ahead into the template, so that no page and no browser test waits for them."""

from concurrent.futures import ThreadPoolExecutor

from . import postgres
from .process import run

#: The bundles of the pages of the back office, the till, the portal and printed reports, and of the browser tests.
BUNDLES = (
    "web.assets_web",
    "web.assets_frontend",
    "web.assets_frontend_minimal",
    "web.assets_frontend_lazy",
    "web.report_assets_common",
    "web.assets_tests",
    "web.__assets_tests_call__",
    "point_of_sale.assets_prod",
)
_SCRIPT = """
bundles, (wanted_js, wanted_css) = {bundles!r}, env['ir.qweb']._get_bundles_to_pregenarate()
for bundle in bundles:
    if {css!r} and bundle in wanted_css:
        env['ir.qweb']._get_asset_bundle(bundle, css=True, js=False).css()
    elif not {css!r} and bundle in wanted_js:
        env['ir.qweb']._get_asset_bundle(bundle, css=False, js=True).js()
env.cr.commit()
"""


def generate(command: list[object], variables: dict[str, str]) -> None:
    """Compile style sheets and scripts in two processes; `command` starts an Odoo shell on the database."""

    def half(css: bool) -> None:
        run(
            command,
            what=f"Asset bundles ({'style sheets' if css else 'scripts'})",
            env=variables | postgres.THROWAWAY,
            stdin=_SCRIPT.format(bundles=BUNDLES, css=css),
        )

    with ThreadPoolExecutor() as pool:
        for done in [pool.submit(half, css) for css in (True, False)]:
            done.result()
