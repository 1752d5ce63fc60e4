"""The purchases of 2,000 customers through the till's own calls."""

from demo.odoo import Odoo
from demo.story import Story
from suite import harness

from .figure import Clock, Figure

CUSTOMERS = 2_000
SAMPLE = 200


def measure(suite, stock):
    with harness.server(suite, workers=2) as server:
        ours = _sell(server, suite, CUSTOMERS, compare=True)
    with harness.server(stock, workers=2) as server:
        reference = _sell_on_stock(server, stock, SAMPLE)
    yield Figure("till: orders with points of 2,000 customers | stock", ours, reference, goal=0.8)


def _shop(server, database):
    """:return: the manager of a shop that, as the demo's, books its stock when a session closes"""
    admin = Odoo(server.url, database, "admin", "admin")
    companies = admin.call("res.company", "search", [])
    admin.call("res.company", "write", companies, {"point_of_sale_update_stock_quantities": "closing"})
    return admin


def _sell(server, database, customers, compare):
    admin = _shop(server, database)
    story = Story(server.url, admin, None, None, customers)
    story.open_till()
    story.enrol()
    clock = Clock()
    with clock.running():
        text, __ = story.sell_music()
    print(f"  {text}")
    print(f"  {story.compare_points()[0]}")
    return sum(map(len, story.customers.values())) / clock.seconds


def _sell_on_stock(server, database, customers):
    """The same calls without the suite: a till, a product and a programme made as a merchant makes them."""
    admin = _shop(server, database)
    story = StockStory(server.url, admin, customers)
    story.open_till()
    story.enrol()
    bought = [purchase for purchases in story.customers.values() for purchase in purchases]
    clock = Clock()
    with clock.running():
        story._sell(bought, story.partners)
    return len(bought) / clock.seconds


class StockStory(Story):
    def __init__(self, url, admin, customers):
        super().__init__(url, ByName(admin), None, None, customers)
        self.admin = admin

    def open_till(self):
        from demo.till import Till

        config = self.admin.call("pos.config", "load_onboarding_retail_scenario")
        self.till = Till(self.admin, config["config_id"])

    def enrol(self):
        created = self.admin.call("res.partner", "create", [{"name": f"Customer {name}"} for name in self.customers])
        self.partners = dict(zip(self.customers, created, strict=True))


class ByName:
    """What the story looks up by XML id, made in a database that has no demo data."""

    def __init__(self, admin):
        self._admin = admin

    def ref(self, xml_id):
        if xml_id.endswith("program"):
            return self._admin.call(
                "loyalty.program",
                "create",
                {
                    "name": "Points",
                    "program_type": "loyalty",
                    "applies_on": "both",
                    "trigger": "auto",
                    "rule_ids": [(0, 0, {"reward_point_amount": 100, "reward_point_mode": "money"})],
                    "reward_ids": [(0, 0, {"required_points": 50000, "discount": 5, "discount_mode": "per_order"})],
                },
            )
        product = {"name": "Music CD", "type": "consu", "taxes_id": [(5,)], "available_in_pos": True}
        return self._admin.call("product.product", "create", product)

    def call(self, *args, **kwargs):
        return self._admin.call(*args, **kwargs)
