from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.giftcard_points.models.ledger.act import Act

from .common_wallet import WalletCase

PURCHASE = "odoo.addons.giftcard_wechat.models.wallet.payment_transaction_purchase"


@tagged("post_install", "-at_install")
class TestPurchase(WalletCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.theme = cls.env["giftcard.theme"].create(
            {
                "name": "Spring",
                "program_id": cls.gift_program.id,
                "value_ids": [Command.create({"amount": amount}) for amount in (100, 200)],
            }
        )
        cls.cover = cls.env["giftcard.theme"].create({"name": "Hearts"})

    def buy(self, key=None, who=None, **values):
        body = {"theme_id": self.theme.id, "amount": "200.00", "quantity": 2, **values}
        return self.api("POST", "/card-orders", who or self.alice_token, key, json=body)

    def top_up(self, **values):
        return self.api("POST", "/top-ups", self.alice_token, json={"amount": "500", **values})

    # === GIFT CARDS === #

    def test_buy_cards(self):
        response = self.buy()
        self.assertEqual(response.status_code, 201, response.text)
        order = response.json()
        self.assertMoney(order["total"], "400.00")
        self.assertEqual((order["state"], order["quantity"], order["cards"]), ("unpaid", 2, []))
        payment = order["payment"]
        self.assertEqual((payment["state"], payment["document"]["id"]), ("open", order["id"]))
        self.assertFalse(self.env["loyalty.card"].search([("partner_id", "=", self.alice.id), ("balance", "=", 200)]))

        self.pay(payment)
        order = self.get(f"/card-orders/{order['id']}")
        self.assertEqual((order["state"], order["payment"]["state"]), ("done", "paid"))
        self.assertEqual([card["balance"]["amount"] for card in order["cards"]], ["200.00", "200.00"])
        self.assertEqual([card["theme"]["name"] for card in order["cards"]], ["Spring", "Spring"])
        mine = [card["id"] for card in self.get("/cards", kind="gift_card")["items"]]
        self.assertEqual(sorted(mine), [card["id"] for card in order["cards"]])
        self.assertEqual(self.get("/card-orders")["items"], [order])

    def test_cards_are_issued_once(self):
        order = self.buy().json()
        tx = self.pay(order["payment"])
        tx._wechatpay_take(self.word(tx))
        for __ in range(2):
            tx._post_process()
        tx.is_post_processed = False
        tx._post_process()
        self.assertEqual(len(self.get(f"/card-orders/{order['id']}")["cards"]), 2)
        self.assertFalse(tx.child_transaction_ids)

    def test_ordering_again_orders_once(self):
        first, again = self.buy("order-12345"), self.buy("order-12345")
        self.assertEqual(first.json(), again.json())
        self.assertEqual(len(self.get("/card-orders")["items"]), 1)

    def test_what_is_not_paid_is_cancelled(self):
        order = self.buy().json()
        self.start(order["payment"])
        self.close(order["payment"])
        order = self.get(f"/card-orders/{order['id']}")
        self.assertEqual((order["state"], order["payment"]["state"], order["cards"]), ("cancelled", "closed", []))

    def test_money_that_comes_after_the_cancellation_goes_back(self):
        order = self.buy().json()
        self.start(order["payment"])
        self.close(order["payment"])
        tx = self.pay_late(order["payment"])
        self.assertEqual((tx.child_transaction_ids.amount, tx.child_transaction_ids.operation), (-400, "refund"))
        order = self.get(f"/card-orders/{order['id']}")
        self.assertEqual((order["state"], order["cards"]), ("cancelled", []))
        self.assertMoney(order["payment"]["refunded"], "400.00")
        self.pay_late(order["payment"])
        self.assertEqual(len(tx.child_transaction_ids), 1)

    def pay_late(self, payment):
        tx = self.tx(payment)
        tx._wechatpay_take(self.word(tx))
        tx._post_process()
        self.env.invalidate_all()
        return tx

    def test_money_for_what_is_refused_by_now_goes_back(self):
        order = self.buy().json()
        self.gift_program.max_load = 50
        with mute_logger(PURCHASE):
            tx = self.pay(order["payment"])
        self.assertEqual(tx.child_transaction_ids.amount, -400)
        self.assertEqual(self.get(f"/card-orders/{order['id']}")["state"], "cancelled")
        self.assertEqual(self.get("/cards", kind="gift_card")["items"], [])

    def test_refusals_before_anybody_pays(self):
        self.assertProblem(self.buy(amount="150"), 422, "amount_not_offered")
        self.assertProblem(self.buy(theme_id=self.cover.id), 409, "card_not_usable")
        self.assertProblem(self.buy(theme_id=2**31 - 1), 404, "not_found")
        for body in ({"quantity": 0}, {"quantity": 101}, {"amount": "0"}, {"amount": "-200"}, {"method": "cash"}):
            self.assertProblem(self.buy(**body), 422, "validation_error")
        self.gift_program.real_name_from = 300
        self.assertProblem(self.buy(), 403, "real_name_required")
        self.gift_program.write({"real_name_from": 0, "max_load": 150})
        self.assertProblem(self.buy(), 409, "limit_exceeded")
        self.gift_program.max_load = 0
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["product.pricelist"].search([("currency_id", "=", euro.id)]).active = False
        self.gift_program.currency_id = euro
        self.assertProblem(self.buy(), 409, "card_not_usable")
        self.env["product.pricelist"].create({"name": "Euro", "currency_id": euro.id})
        # WeChat Pay takes yuan only.
        self.assertProblem(self.buy(), 409, "payment_method_not_available")
        self.gift_program.currency_id = self.cny
        self.provider.state = "disabled"
        self.assertProblem(self.buy(), 409, "payment_method_not_available")
        self.assertFalse(self.env["sale.order"].search([("giftcard_buyer_id", "=", self.alice.id)]))

    # === STORED VALUE === #

    def test_programs(self):
        [program] = self.get("/top-up-programs")["items"]
        self.assertEqual((program["id"], program["highest_load"]), (self.wallet_program.id, None))
        self.assertMoney(program["tiers"][0]["bonus"], "50.00")

    def test_top_up(self):
        top_up = self.top_up().json()
        self.assertMoney(top_up["bonus"], "50.00")
        self.assertEqual((top_up["state"], top_up["beneficiary"]), ("unpaid", None))
        self.pay(top_up["payment"])
        self.assertEqual(self.get(f"/top-ups/{top_up['id']}")["state"], "done")
        self.assertCard(self.wallet, 550)
        [entry] = self.get(f"/cards/{self.wallet.id}/entries")["items"]
        self.assertEqual((entry["kind"], entry["document"]), ("load", top_up["number"]))

    def test_top_up_of_another_member(self):
        self.bob.write({"phone": "+86 138 0013 8001", "country_id": self.env.ref("base.cn").id})
        self.env.company.country_id = self.env.ref("base.cn")
        response = self.top_up(phone="138 0013 8001")
        self.assertEqual(response.status_code, 201, response.text)
        top_up = response.json()
        self.assertEqual(top_up["beneficiary"], "B**")
        self.pay(top_up["payment"])
        self.assertCard(self.bob._member_card(self.wallet_program), 550)
        self.assertCard(self.wallet, 0)
        self.assertEqual(len(self.get("/top-ups")["items"]), 1)
        self.assertEqual(self.get("/top-ups", self.bob_token)["items"], [], "it is the payer's order")
        for number in ("13800138009", "+1 13800138001", "3800138001"):
            self.assertProblem(self.top_up(phone=number), 404, "not_found")
        self.assertProblem(self.top_up(phone="138"), 422, "validation_error")
        self.bob.member_state = "closed"
        self.assertProblem(self.top_up(phone="13800138001"), 404, "not_found")

    def test_nobody_finds_out_who_is_a_member(self):
        """Refused calls leave nothing in a test, so the limit is shown by calls that are not."""
        self.env["ir.config_parameter"].set_param("giftcard_wechat.rate_phone", "3")
        self.bob.phone = "+86 13800138001"
        answers = [self.top_up(phone="+8613800138001").status_code for __ in range(5)]
        self.assertEqual(answers, [201, 201, 201, 429, 429])
        self.assertEqual(self.top_up().status_code, 201)

    def test_top_up_refusals(self):
        self.wallet_program.max_balance = 540
        self.assertProblem(self.top_up(), 409, "limit_exceeded")
        self.wallet_program.max_balance = 0
        self.assertProblem(self.top_up(program_id=2**31 - 1), 409, "card_not_usable")
        self.wallet.action_freeze("lost")
        self.assertProblem(self.top_up(), 409, "card_not_usable")

    def test_a_wallet_that_filled_meanwhile(self):
        self.wallet_program.max_balance = 1000
        top_up = self.top_up().json()
        self.ledger._grant(Act("load"), self.wallet, 600)
        with mute_logger(PURCHASE):
            tx = self.pay(top_up["payment"])
        self.assertEqual(tx.child_transaction_ids.amount, -500)
        self.assertCard(self.wallet, 650)

    def test_top_up_by_a_paper_card(self):
        paper = self.env["loyalty.card"].create({"program_id": self.gift_program.id, "points": 80})
        body = {"secret": paper.code}
        done = self.api("POST", "/top-ups/by-code", self.alice_token, "paper-card-1", json=body)
        self.assertEqual(done.status_code, 200, done.text)
        self.assertMoney(done.json()["amount"], "80.00")
        self.assertEqual(done.json()["card"]["id"], self.wallet.id)
        self.assertCard(self.wallet, 80)
        again = self.api("POST", "/top-ups/by-code", self.alice_token, "paper-card-1", json=body)
        self.assertEqual(again.json(), done.json())
        for secret in (paper.code, "WRONG-WRONG-WRONG"):
            response = self.api("POST", "/top-ups/by-code", self.alice_token, json={"secret": secret})
            self.assertProblem(response, 409, "code_not_accepted")
        self.assertCard(self.wallet, 80)

    # === RIGHTS === #

    def test_no_rights(self):
        order, top_up = self.buy().json(), self.top_up().json()
        for method, path, body in (
            ("POST", "/card-orders", {"theme_id": self.theme.id, "amount": "200"}),
            ("GET", "/card-orders", None),
            ("GET", f"/card-orders/{order['id']}", None),
            ("GET", "/top-up-programs", None),
            ("POST", "/top-ups", {"amount": "500"}),
            ("GET", "/top-ups", None),
            ("GET", f"/top-ups/{top_up['id']}", None),
            ("POST", "/top-ups/by-code", {"secret": "x"}),
        ):
            with self.subTest(method=method, path=path):
                self.assertNoRights(method, path, **({"json": body} if body else {}))
        for path in (f"/card-orders/{order['id']}", f"/top-ups/{top_up['id']}", f"/card-orders/{top_up['id']}"):
            token = self.alice_token if path.endswith(f"card-orders/{top_up['id']}") else self.bob_token
            self.assertProblem(self.api("GET", path, token), 404, "not_found")
        self.assertEqual(self.get("/card-orders", self.bob_token)["items"], [])

    def test_members_without_an_address_get_no_mail(self):
        order = self.buy().json()
        with patch.object(type(self.env["mail.template"]), "send_mail") as send:
            self.pay(order["payment"])
        send.assert_not_called()
