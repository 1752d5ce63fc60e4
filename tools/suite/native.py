"""`make native-tests`: Odoo's own tests with the suite installed, beside the same tests without it."""

from . import progress, testing
from .testing import Tally

#: Module -> whether its browser tours are run too.
MODULES = {
    "loyalty": True,
    "sale_loyalty": True,
    "pos_loyalty": True,
    "point_of_sale": False,
    "stock": False,
    "delivery": False,
    "stock_delivery": False,
}
#: Tests that state what the suite is there to change, or that its demo data are not there.
MEANT = {
    "test_refund_does_not_decrease_points": "refunded goods take their points back (odoo#257854)",
    "test_lot_search_partner_ids": "counts all lots of the database, and the suite's demo data have some",
}


def main(arguments: list[str]) -> int:
    """Run each module's tests on both databases. Returns 1 if a test fails with the suite alone."""
    modules = [name for name in MODULES if name in arguments] or list(MODULES)
    options = [argument for argument in arguments if argument not in MODULES]
    env, cluster, templates = testing.ready()
    stock = "native-stock"
    cluster.clone(templates.stock, stock)
    rows, broken = [], []
    try:
        templates.compile_assets(stock)
        for module in modules:
            group = testing.native(module, [module], env, tours=MODULES[module])
            tallies = []
            for label, template in (("with the suite", templates.suite), ("without", stock)):
                with progress.step(f"Tests: {module} {label}", quiet=True):
                    tallies.append(testing.run_group(group, options, env, cluster, template)[0])
            rows.append((module, *tallies))
            broken += [(module, name) for name in _only_in_first(*tallies)]
    finally:
        cluster.drop(stock)
    _show(rows)
    for module, name in broken:
        print(f"{module}: {name} fails with the suite alone: {MEANT.get(name, 'not meant')}", flush=True)
    return any(name not in MEANT for __, name in broken) or not all(ours.total for __, ours, __ in rows)


def _only_in_first(ours: Tally, reference: Tally) -> list[str]:
    return sorted(set(ours.failures) - set(reference.failures))


def _show(rows: list[tuple[str, Tally, Tally]]) -> None:
    print(f"{'module':16}{'with the suite':>32}{'without':>32}")
    for module, *tallies in rows:
        counts = (f"{tally.passed} passed, {tally.failed} failed" for tally in tallies)
        print(f"{module:16}" + "".join(f"{count:>32}" for count in counts), flush=True)
