from odoo import Command, fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.giftcard_points.exceptions import CardNotUsable
from odoo.addons.giftcard_points.models.ledger.act import Act

from .common_batch import BatchCase
from .common_till import TillCase


@tagged("post_install", "-at_install")
class TestTillSale(TillCase):
    """Top-ups and cards sold at the till, and what its screens ask for."""

    generate, activate, cards, codes, export, run_jobs = (
        BatchCase.generate,
        BatchCase.activate,
        BatchCase.cards,
        BatchCase.codes,
        BatchCase.export,
        BatchCase.run_jobs,
    )

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gift_card = cls.create_product("Gift Card", cls.categ_basic, 50)
        cls.program.rule_ids.product_ids = cls.gift_card
        cls.top_up = cls.create_product("Top-Up", cls.categ_basic, 100)
        cls.wallets = cls.env["loyalty.program"].browse(
            cls.env["loyalty.program"].create_from_template("ewallet")["res_id"]
        )
        cls.wallets.currency_id = cls.config.currency_id
        cls.wallets.rule_ids.product_ids = cls.top_up
        cls.member = cls.env["res.partner"].create({"name": "Alice"})
        cls.member._join("pos")
        cls.till = cls.env["giftcard.till"]

    def sale(self, product, price, **values):
        data = self.create_ui_order_data([(product, 1)], payments=[(self.cash_pm1, price)])
        data["lines"][0][2].update(price_unit=price, price_subtotal=price, price_subtotal_incl=price, **values)
        data["amount_total"] = data["amount_paid"] = price
        return data

    def topping_up(self, amount, member=None):
        data = self.sale(self.top_up, amount, giftcard_program_id=self.wallets.id)
        return {**data, "partner_id": (member or self.member).id}

    def wallet(self):
        return self.env["loyalty.card"].search([("partner_id", "=", self.member.id)])

    def batch(self, quantity=3):
        # The back office makes the batch; the rest is done as a cashier.
        batch = (
            self.env["giftcard.batch"]
            .sudo()
            .create(
                {
                    "name": "Gift cards",
                    "program_id": self.program.id,
                    "company_id": self.company.id,
                    "value": 50,
                    "quantity": quantity,
                    "expiration_date": fields.Date.add(fields.Date.today(), years=3),
                }
            )
        )
        codes = self.codes(batch, self.generate(batch))
        return batch, self.cards(batch).with_env(self.env), codes

    def ask(self, method, *args, **kwargs):
        with self.enter_registry_test_mode():
            return getattr(self.till, method)(self.pos_session.id, *args, **kwargs)

    # Top-up

    def test_top_up_is_booked_with_the_order(self):
        order = self.store(self.topping_up(80))
        wallet = self.wallet()
        self.assertEqual(wallet.balance, 80)
        operation = wallet.sudo().entry_ids.operation_id
        self.assertEqual((operation.kind, operation.res_model, operation.res_id), ("load", "pos.order", order.id))

    def test_confirmation_of_a_top_up_only_answers(self):
        data = self.topping_up(80)
        order = self.store(data)
        self.store(self.topping_up(80) | {"uuid": data["uuid"]})
        for number, stated in enumerate((80, 500, 0)):
            answer = order.confirm_coupon_programs(
                {"-1": {"points": stated, "program_id": self.wallets.id, "partner_id": self.member.id, "coupon_id": -1}}
            )
            if not number:
                [update] = answer["coupon_updates"]
                self.assertEqual((update["old_id"], update["id"], update["points"]), (-1, self.wallet().id, 80))
        self.assertEqual((len(self.wallet()), self.wallet().balance), (1, 80))

    def test_stated_amount_counts_for_nothing(self):
        for stated in (500, 0):
            order = self.store(self.topping_up(80))
            before = self.wallet().balance
            answer = order.confirm_coupon_programs(
                {
                    str(self.wallet().id): {
                        "points": stated,
                        "program_id": self.wallets.id,
                        "partner_id": self.member.id,
                        "coupon_id": self.wallet().id,
                    }
                }
            )
            self.assertEqual(self.wallet().balance, before)
            self.assertEqual(answer["coupon_updates"][0]["points"], before)

    def test_top_up_and_payment_in_one_order(self):
        self.store(self.topping_up(80))
        data, card = self.order(30), self.card
        data["lines"][-1][2].update(coupon_id=self.wallet().id, reward_id=self.wallets.reward_ids.id)
        data["lines"].append(self.topping_up(20)["lines"][0])
        data.update(partner_id=self.member.id, amount_total=20, amount_paid=20)
        data["payment_ids"] = self.topping_up(20)["payment_ids"]
        order = self.store(data)
        self.assertEqual(self.wallet().balance, 70)
        order.confirm_coupon_programs(
            {
                str(self.wallet().id): {
                    "points": -10,
                    "program_id": self.wallets.id,
                    "partner_id": self.member.id,
                    "coupon_id": self.wallet().id,
                }
            }
        )
        self.assertEqual((self.wallet().balance, card.balance), (70, 50))

    def test_top_up_of_another_till(self):
        self.wallets.sudo().pos_config_ids = self.config.copy()
        with self.assertRaises(ValidationError):
            self.store(self.topping_up(80))
        self.assertFalse(self.wallet())

    def test_top_up_needs_a_member_and_its_product(self):
        with self.assertRaises(ValidationError):
            self.store({**self.topping_up(80), "partner_id": False})
        data = self.sale(self.headphones, 30, giftcard_program_id=self.wallets.id) | {"partner_id": self.member.id}
        with self.assertRaises(ValidationError):
            self.store(data)
        self.assertFalse(self.wallet())

    def test_refunded_top_up_is_taken_back(self):
        order = self.store(self.topping_up(80))
        self.store(self.topping_up(80))
        data = self.sale(self.top_up, -80, qty=-1, refunded_orderline_id=order.lines.id)
        data["lines"][0][2]["price_unit"] = 80
        self.store({**data, "partner_id": self.member.id})
        self.assertEqual((self.wallet().balance, self.wallet().state), (80, "active"))

    def test_refunded_top_up_takes_its_bonus_along(self):
        self.wallets.sudo().top_up_tier_ids = [Command.create({"paid": 80, "bonus": 8})]
        order = self.store(self.topping_up(80))
        self.assertEqual(self.wallet().balance, 88)
        self.assertTrue(self.Order.giftcard_check_refund({str(order.lines.id): 80})["successful"])
        data = self.sale(self.top_up, -80, qty=-1, refunded_orderline_id=order.lines.id)
        data["lines"][0][2]["price_unit"] = 80
        self.store({**data, "partner_id": self.member.id})
        self.assertEqual(self.wallet().balance, 0)

    def test_top_up_of_several_is_refunded_in_parts(self):
        data = self.topping_up(80)
        data["lines"][0][2].update(qty=2)
        data = {**data, "amount_total": 160, "amount_paid": 160, "payment_ids": self.topping_up(160)["payment_ids"]}
        order = self.store(data)
        self.assertEqual(self.wallet().balance, 160)
        for left in (80, 0):
            data = self.sale(self.top_up, -80, qty=-1, refunded_orderline_id=order.lines.id)
            data["lines"][0][2]["price_unit"] = 80
            self.store({**data, "partner_id": self.member.id})
            self.assertEqual(self.wallet().balance, left)

    # Gift cards

    def test_confirmation_does_not_give_back_what_was_paid(self):
        order = self.store(self.order(30))
        with mute_logger("odoo.addons.giftcard_points.models.till.pos_order_sale"):
            self.confirm(order, 0)
        self.assertCard(20)

    def test_paper_card_is_activated_by_its_sale(self):
        batch, cards, __ = self.batch()
        card = cards[1]
        status = self.env["loyalty.card"].get_gift_card_status(card.code, self.config.id)
        self.assertEqual((status["status"], status["data"]["loyalty.card"][0]["points"]), (True, 50))
        data = self.sale(self.gift_card, 50, giftcard_card_id=card.id)
        order = self.store(data)
        self.assertEqual((card.state, card.balance), ("active", 50))
        order.confirm_coupon_programs(
            {"-1": {"points": 50, "code": card.code, "program_id": self.program.id, "coupon_id": -1}}
        )
        self.assertEqual((card.balance, self.program.coupon_ids - cards), (50, self.card))
        self.assertEqual((cards - card).mapped("state"), ["generated", "generated"])
        self.assertEqual(card.sudo().entry_ids.operation_id.res_id, order.id)
        self.assertEqual(batch.active_count, 1)
        self.assertFalse(self.env["loyalty.card"].get_gift_card_status(card.code, self.config.id)["status"])

    def test_paper_card_is_sold_once_and_for_its_value(self):
        __, cards, __ = self.batch()
        with self.assertRaises(ValidationError):
            self.store(self.sale(self.gift_card, 10, giftcard_card_id=cards[0].id))
        with self.assertRaises(CardNotUsable):
            self.store(self.sale(self.headphones, 50, giftcard_card_id=cards[0].id))
        with self.assertRaises(CardNotUsable):
            self.store(self.sale(self.gift_card, 50, giftcard_code=cards[0].code))
        self.store(self.sale(self.gift_card, 50, giftcard_card_id=cards[0].id))
        with self.assertRaises(CardNotUsable):
            self.store(self.sale(self.gift_card, 50, giftcard_card_id=cards[0].id))
        self.assertEqual(cards[0].balance, 50)

    def test_batch_activation_leaves_sold_cards_alone(self):
        batch, cards, __ = self.batch()
        self.store(self.sale(self.gift_card, 50, giftcard_card_id=cards[0].id))
        self.activate(batch, 1, 3)
        self.assertEqual(cards.mapped("balance"), [50, 50, 50])

    def test_secret_finds_the_paper_card_too(self):
        __, cards, codes = self.batch()
        Card = self.env["loyalty.card"]
        self.assertEqual(Card.giftcard_paper_card(codes[2]), [cards[2].id, cards[2].code])
        self.assertFalse(Card.giftcard_paper_card("044" + "0" * 17))

    def test_refund_of_a_paper_card_blocks_it(self):
        __, cards, __ = self.batch()
        order = self.store(self.sale(self.gift_card, 50, giftcard_card_id=cards[0].id))
        data = self.sale(self.gift_card, -50, qty=-1, refunded_orderline_id=order.lines.id)
        data["lines"][0][2]["price_unit"] = 50
        self.store(data)
        self.assertEqual((cards[0].state, cards[0].balance), ("frozen", 0))

    # Receipt

    def test_receipt_says_what_the_ledger_says(self):
        order = self.store(self.order(30))
        [line] = order.giftcard_balances
        self.assertEqual((line["amount"], line["balance"], line["name"]), (-30, 20, self.program.name))
        self.assertNotIn(self.card.code, str(line))
        self.assertTrue(line["code"].endswith(self.card.code[-4:]))

    # Enquiry

    def test_enquiry_by_code_shows_a_masked_card(self):
        self.env["giftcard.ledger"]._spend(Act("spend"), self.card, 10)
        answer = self.ask("enquire", self.card.code)
        [card] = answer["cards"]
        self.assertEqual((card["balance"], card["active"]), (40, True))
        self.assertEqual([move["amount"] for move in card["movements"]], [-10, 50])
        self.assertNotIn(self.card.code, str(answer))

    def test_enquiry_by_member(self):
        self.store(self.topping_up(80))
        for how in ({"partner_id": self.member.id}, {"text": self.member.sudo().member_qr}):
            answer = self.ask("enquire", **how)
            self.assertEqual(answer["title"], "Alice")
            self.assertEqual([card["balance"] for card in answer["cards"]], [80])
        code = self.member._payment_code()["code"]
        self.assertEqual(self.ask("enquire", code)["title"], "Alice")
        self.assertTrue(self.ask("scan", "uuid", code)["successful"], "an enquiry does not use a payment code up")

    def test_enquiries_are_counted(self):
        for number in range(10):
            self.assertFalse(self.ask("enquire", f"nonsense {number}")["successful"])
        self.assertIn("15", self.ask("enquire", self.card.code)["message"])

    def test_number_of_a_paper_card_tells_nothing(self):
        batch, cards, codes = self.batch()
        self.activate(batch, 1, 3)
        self.assertFalse(self.ask("enquire", cards[0].code)["successful"])
        self.assertTrue(self.ask("enquire", codes[0])["successful"])

    # Vouchers

    def test_voucher_is_taken_as_a_whole_and_once(self):
        self.program.whole_value = True
        batch, cards, codes = self.batch()
        self.assertFalse(self.ask("check_voucher", codes[0])["successful"], "not activated")
        self.activate(batch, 1, 3)
        self.assertEqual(self.ask("check_voucher", codes[0])["card"]["balance"], 50)
        self.assertEqual(cards[0].balance, 50)
        for __ in range(2):
            answer = self.ask("take_voucher", codes[0], "key")
            self.assertEqual((answer["successful"], answer["amount"], answer["card"]["balance"]), (True, 50, 0))
        self.assertFalse(self.ask("take_voucher", codes[0], "another")["successful"])
        self.assertEqual((cards[0].state, cards[0].balance), ("used", 0))
        operation = cards[0].sudo().entry_ids.sorted("version")[-1].operation_id
        self.assertEqual((operation.res_model, operation.res_id), ("pos.session", self.pos_session.id))

    def test_voucher_of_another_till_or_currency(self):
        self.program.whole_value = True
        batch, __, codes = self.batch()
        self.activate(batch, 1, 3)
        others = {
            "pos_config_ids": (self.config.copy().ids, False),
            "currency_id": (self.other_currency.id, self.config.currency_id.id),
        }
        for name, (other, own) in others.items():
            self.program.sudo()[name] = other
            for method, *args in (("check_voucher",), ("take_voucher", "key"), ("enquire",)):
                self.assertFalse(self.ask(method, codes[0], *args)["successful"], name)
            self.program.sudo()[name] = own
        answer = self.ask("take_voucher", codes[0], "key")
        self.assertEqual((answer["message"], answer["successful"]), ("", True))

    def test_cards_that_are_no_vouchers_are_not_taken(self):
        self.assertFalse(self.ask("check_voucher", self.card.code)["successful"])
        self.assertFalse(self.ask("take_voucher", self.card.code, "key")["successful"])
        self.assertCard(50)

    def test_screens_are_for_cashiers(self):
        stranger = self.env["res.users"].create({"name": "Stranger", "login": "stranger", "group_ids": []})
        till = self.till.with_user(stranger)
        for call in (till.enquire, till.check_voucher):
            with self.assertRaises(AccessError):
                call(self.pos_session.id, self.card.code)
        with self.assertRaises(AccessError):
            self.env["loyalty.card"].with_user(stranger).giftcard_paper_card("1")

    def test_closed_session_moves_nothing(self):
        self.pos_session.sudo().state = "closed"
        with self.assertRaises(AccessError):
            self.till.take_voucher(self.pos_session.id, self.card.code, "key")
