from freezegun import freeze_time

from odoo import Command

from odoo.addons.giftcard_points.models.ledger.act import Act

from .common_accounting import DAY, NEXT_NOON, NOON, AccountingCase

NEXT_DAY = DAY.replace(day=DAY.day + 1)


class TestPayoutAccounts(AccountingCase):
    """Bonuses are a cost, money paid back goes by the clearing account, gifts change nothing that is owed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.wallets.write(
            {"refund_days": 7, "payout_allowed": True, "top_up_tier_ids": [Command.create({"paid": 500, "bonus": 50})]}
        )
        cls.member = cls.env["res.partner"].create({"name": "Member"})
        cls.member._join("backoffice")
        cls.wallet = cls.member._member_card(cls.wallets)

    def load(self, amount):
        with freeze_time(NOON):
            return self.ledger._grant(Act("load"), self.wallet, amount)

    def test_top_up_and_its_refund(self):
        load = self.load(500)
        self.post()
        self.assertBalances(liability=550, clearing=-500, bonus=-50)
        with freeze_time(NEXT_NOON):
            self.ledger._refund_load(Act("payout"), load)
        self.post(NEXT_DAY)
        self.assertBalances(liability=0, clearing=0, bonus=0)
        self.assertEven(NEXT_DAY, 0, self.wallets)

    def test_part_and_its_bonus(self):
        load = self.load(500)
        with freeze_time(NEXT_NOON):
            self.ledger._refund_load(Act("payout"), load, 120)
        self.post()
        self.post(NEXT_DAY)
        self.assertBalances(liability=380, clearing=-380, bonus=0)

    def test_pay_out_and_its_reversal(self):
        self.load(100)
        with freeze_time(NEXT_NOON):
            payout = self.ledger._pay_out(Act("payout"), self.wallet, 60)
        self.post()
        self.post(NEXT_DAY)
        self.assertBalances(liability=40, clearing=-40)
        with freeze_time("2026-03-04 04:00:00"):
            self.ledger._reverse(Act("reverse"), payout)
        self.post(DAY.replace(day=DAY.day + 2))
        self.assertBalances(liability=100, clearing=-100)

    def test_undone_bonus_of_a_refund(self):
        load = self.load(500)
        with freeze_time(NEXT_NOON):
            payout = self.ledger._refund_load(Act("payout"), load)
            clawback = self.env["giftcard.operation"].search(
                [("refund_of_id", "=", load.id), ("kind", "=", "clawback")]
            )
            self.ledger._reverse(Act("reverse"), clawback)
            self.ledger._reverse(Act("reverse"), payout)
        self.post()
        self.post(NEXT_DAY)
        self.assertBalances(liability=550, clearing=-500, bonus=-50)

    def test_gift(self):
        self.load(100)
        friend = self.env["res.partner"].create({"name": "Friend"})
        friend._join("backoffice")
        with freeze_time(NOON):
            __, token = self.env["giftcard.gift"]._offer(Act("gift"), self.wallet, 40)
            self.post()
        with freeze_time(NEXT_NOON):
            self.env["giftcard.gift"]._claim(token, friend)
        self.post(NEXT_DAY)
        self.assertBalances(liability=100, clearing=-100)
        self.assertEven(NEXT_DAY, 100, self.wallets)
