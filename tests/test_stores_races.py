"""Goods that come from another warehouse, asked for by many processes at the same moment, in both isolation levels."""

import pytest

from suite import harness
from tests.processes import READ_COMMITTED, REPEATABLE_READ, Book

HERE, CENTRAL, ORDERS = 2, 3, 8


@pytest.fixture(scope="module")
def book():
    with harness.fresh_database("stores") as database:
        yield Book(database)


@pytest.mark.parametrize("isolation", [READ_COMMITTED, REPEATABLE_READ])
def test_the_last_pieces_of_store_and_warehouse(book, isolation):
    store_id, reward_id, product_id, member_ids = book.write(_stage)

    def redeem(member_id):
        def act(env):
            env["giftcard.redemption"]._submit(
                env["res.partner"].browse(member_id),
                env["giftcard.store"].browse(store_id),
                [(env["giftcard.reward"].browse(reward_id), 1)],
                "race",
            )

        return act

    answers = book.race(*(redeem(member_id) for member_id in member_ids), isolation=isolation)
    assert sorted(answers) == ["done"] * (HERE + CENTRAL) + ["out_of_stock"] * (ORDERS - HERE - CENTRAL), answers
    assert book.read(_reserved, product_id) == HERE + CENTRAL


@pytest.mark.parametrize("isolation", [READ_COMMITTED, REPEATABLE_READ])
def test_a_request_is_sent_once(book, isolation):
    request_id = book.write(_request)

    def send(env):
        from odoo.exceptions import UserError

        try:
            env["giftcard.store.request"].browse(request_id).action_send()
        except UserError:
            env.cr.rollback()

    book.race(*([send] * 4), isolation=isolation)
    assert book.read(_moves, request_id) == 2


def _stage(env):
    from odoo.addons.giftcard_points.models.ledger.act import Act

    central = env["stock.warehouse"].search([], limit=1)
    number = env["stock.warehouse"].search_count([])
    warehouse = env["stock.warehouse"].create(
        {"name": f"Race {number}", "code": f"R{number}", "resupply_wh_ids": [(6, 0, central.ids)]}
    )
    store = env["giftcard.store"].create({"name": f"Race {number}", "code": f"R{number}", "warehouse_id": warehouse.id})
    product = env["product.product"].create({"name": "Cup", "type": "consu", "is_storable": True})
    for place, pieces in ((warehouse, HERE), (central, CENTRAL)):
        env["stock.quant"]._update_available_quantity(product, place.lot_stock_id, pieces)
    program = env.ref("giftcard_points.demo_points_program")
    reward = env["giftcard.reward"].create(
        {"product_id": product.id, "program_id": program.id, "points_price": 1, "published": True}
    )
    members = env["res.partner"].create([{"name": f"Racer {number}/{n}"} for n in range(ORDERS)])
    for member in members:
        member._join("backoffice")
        card = env["loyalty.card"].create({"program_id": program.id, "partner_id": member.id})
        env["giftcard.ledger"]._grant(Act("earn"), card, 10)
    return store.id, reward.id, product.id, members.ids


def _reserved(env, product_id):
    return sum(env["stock.quant"].search([("product_id", "=", product_id)]).mapped("reserved_quantity"))


def _request(env):
    request = env.ref("giftcard_pickup.demo_store_request_xujiahui").copy()
    return request.id


def _moves(env, request_id):
    request = env["giftcard.store.request"].browse(request_id)
    return len(request.reference_id.move_ids) // len(request.line_ids)
