from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.http import Request
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.giftcard_points.exceptions import (
    CardFrozen,
    CardNotUsable,
    GiftClaimed,
    GiftExpired,
    GiftNotFound,
    GiftRecalled,
    GiftToSelf,
    IdempotencyConflict,
    InsufficientBalance,
    InvalidAmount,
    MemberClosed,
    MemberFrozen,
    NoMember,
)
from odoo.addons.giftcard_points.models.ledger.act import Act

from .common import LedgerCase


class GiftCase(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Gift = cls.env["giftcard.gift"]
        cls.wallet_program = cls._make_program("ewallet", "Wallet")
        cls.wallet = cls.alice._member_card(cls.wallet_program)
        cls.gift.partner_id = cls.alice
        cls.today = fields.Date.context_today(cls.wallet)
        cls.carol = cls.env["res.partner"].create({"name": "Carol"})
        cls.carol._join("backoffice")
        cls.ledger._grant(Act("issue"), cls.gift, 100, expires_on=cls.today + timedelta(days=40))
        cls.ledger._grant(Act("load"), cls.wallet, 200)

    def offer(self, card=None, amount=None, **values):
        card = card or self.gift
        return self.Gift._offer(Act("gift", member_id=card.partner_id.id), card, amount, **values)

    def end_card(self, days):
        """A card with a last day of its own, whose value has none."""
        card = self.env["loyalty.card"].create(
            {
                "program_id": self.gift_program.id,
                "partner_id": self.alice.id,
                "expiration_date": self.today + timedelta(days=days),
            }
        )
        self.ledger._grant(Act("issue"), card, 50)
        return card

    def end_time(self, gift):
        self.env.cr.execute("UPDATE giftcard_gift SET expires_at = now() - interval '1 hour' WHERE id = %s", [gift.id])
        gift.invalidate_recordset()

    def return_due(self, limit=200):
        """:return: the number of gifts in each chunk"""
        chunks = []
        commit = patch.object(
            type(self.env["ir.cron"]), "_commit_progress", lambda cron, done=0, **kw: chunks.append(done) or 1
        )
        with commit:
            self.Gift._return_due(limit)
        return chunks


class TestGift(GiftCase):
    """Value given by a link is out of the giver's reach, and goes to exactly one."""

    def test_whole_card_is_claimed_once(self):
        gift, token = self.offer(greeting="Happy birthday")
        self.assertCard(self.gift, 0)
        self.assertEqual((gift.amount, gift.transit_id.state, gift.transit_id.balance), (100, "transit", 100))
        self.assertEqual(self.Gift._claim(token, self.bob), gift)
        card = gift.target_id
        self.assertEqual((card.partner_id, card.program_id, card.state), (self.bob, self.gift_program, "active"))
        self.assertNotEqual(card.code, self.gift.code)
        self.assertCard(card, 100)
        lot = card.lot_ids
        self.assertEqual((lot.origin, lot.expires_on), ("paid", self.today + timedelta(days=40)))
        # The same member again, after a lost reply, gets the same; anyone else is late.
        self.assertEqual(self.Gift._claim(token, self.bob), gift)
        with self.assertRaises(GiftClaimed):
            self.Gift._claim(token, self.carol)
        self.assertCard(card, 100)
        self.assertEqual((gift.state, gift.recipient_id, gift.giver_id), ("claimed", self.bob, self.alice))
        self.assertEqual((self.alice.gift_sent_ids, self.bob.gift_received_ids), (gift, gift))

    def test_amount_of_a_wallet_lands_in_the_wallet(self):
        gift, token = self.offer(self.wallet, 30)
        self.assertCard(self.wallet, 170)
        mine = self.bob._member_card(self.wallet_program)
        self.Gift._claim(token, self.bob)
        self.assertEqual(gift.target_id, mine)
        self.assertCard(mine, 30)

    def test_offered_value_cannot_be_spent(self):
        gift, __ = self.offer(self.wallet, 150)
        with self.assertRaises(InsufficientBalance):
            self.ledger._spend(Act("spend"), self.wallet, 60)
        for move in (
            lambda card: self.ledger._spend(Act("spend"), card, 1),
            lambda card: self.ledger._hold(Act("spend"), card, 1),
            lambda card: self.ledger._grant(Act("load"), card, 1),
            lambda card: self.ledger._transfer(Act("transfer"), card, self.wallet, 1),
            lambda card: card.action_freeze("stolen"),
        ):
            with self.assertRaises(CardNotUsable):
                move(gift.transit_id)

    def test_only_the_hash_of_the_token_is_stored(self):
        gift, token = self.offer()
        self.assertGreaterEqual(len(token), 22)
        self.env.flush_all()
        self.env.cr.execute("SELECT gift::text FROM giftcard_gift gift WHERE id = %s", [gift.id])
        self.assertNotIn(token, self.env.cr.fetchone()[0])
        for wrong in ("", token[:-1], token + "x", None, gift.sudo().token_digest):
            with self.assertRaises(GiftNotFound):
                self.Gift._claim(wrong, self.bob)
        with self.assertRaises(AccessError):
            gift.with_user(self._make_user("gift_auditor", "giftcard_points.group_auditor")).read(["token_digest"])

    def test_new_link_kills_the_old(self):
        gift, token = self.offer()
        with self.assertRaises(GiftNotFound):
            gift._reissue(self.bob)
        new = gift._reissue(self.alice)
        with self.assertRaises(GiftNotFound):
            self.Gift._claim(token, self.bob)
        self.Gift._claim(new, self.bob)
        with self.assertRaises(GiftClaimed):
            gift._reissue(self.alice)

    def test_repeated_offer_is_one_gift(self):
        act = Act("gift", key="once", member_id=self.alice.id)
        gift, lost = self.Gift._offer(act, self.wallet, 30, "Hi")
        again, token = self.Gift._offer(act, self.wallet, 30.0, "Hi")
        self.assertEqual(again, gift)
        self.assertCard(self.wallet, 170)
        with self.assertRaises(GiftNotFound):
            self.Gift._claim(lost, self.bob)
        self.Gift._claim(token, self.bob)
        self.assertEqual(self.Gift._offer(act, self.wallet, 30, "Hi"), (gift, None))
        with self.assertRaises(IdempotencyConflict):
            self.Gift._offer(act, self.wallet, 31, "Hi")

    def test_recall(self):
        gift, token = self.offer(self.wallet, 30)
        with self.assertRaises(GiftNotFound):
            gift._recall(self.bob)
        gift._recall(self.alice)
        gift._recall(self.alice)
        self.assertCard(self.wallet, 200)
        self.assertEqual((gift.state, gift.recipient_id.id, gift.target_id), ("recalled", False, self.wallet))
        with self.assertRaises(GiftRecalled):
            self.Gift._claim(token, self.bob)

    def test_claimed_gift_is_not_recalled(self):
        gift, token = self.offer()
        self.Gift._claim(token, self.bob)
        with self.assertRaises(GiftClaimed):
            gift._recall(self.alice)

    def test_unclaimed_gifts_return(self):
        gifts = [self.offer(self.wallet, amount) for amount in (10, 20, 30)]
        __, token = self.offer(self.wallet, 40)
        for gift, __ in gifts:
            self.end_time(gift)
        with self.assertRaises(GiftExpired):
            self.Gift._claim(gifts[0][1], self.bob)
        with self.assertRaises(GiftExpired):
            gifts[0][0]._reissue(self.alice)
        # In chunks; what has returned does not return again.
        self.assertEqual(self.return_due(limit=2), [2, 1])
        self.assertEqual(self.return_due(limit=2), [])
        self.assertCard(self.wallet, 160)
        self.assertEqual({gift.state for gift, __ in gifts}, {"returned"})
        with self.assertRaises(GiftExpired):
            self.Gift._claim(gifts[0][1], self.bob)
        self.Gift._claim(token, self.bob)

    def test_time_is_the_companys(self):
        self.env.company.giftcard_gift_days = 3
        gift, __ = self.offer()
        self.assertAlmostEqual(gift.expires_at, fields.Datetime.now() + timedelta(days=3), delta=timedelta(minutes=5))

    def test_gift_comes_home_wherever_the_card_went(self):
        gift, __ = self.offer(self.gift, 40)
        new = self.gift._replace(self.gift._act("replace", "lost"))
        gift._recall(self.alice)
        self.assertCard(new, 100)
        gift, __ = self.offer(new, 40)
        new.action_freeze("found")
        gift._recall(self.alice)
        self.assertCard(new, 100)
        self.assertEqual(new.state, "frozen")
        new.action_unfreeze("checked")
        gift, __ = self.offer(new, 40)
        self.ledger._end(new._act("expire", "season over"), new)
        gift._recall(self.alice)
        self.assertEqual((gift.target_id.partner_id, gift.target_id.state), (self.alice, "active"))
        self.assertCard(gift.target_id, 40)

    def test_one_bad_gift_stops_no_other(self):
        bad, good = (self.offer(self.wallet, amount)[0] for amount in (10, 20))
        self.end_time(bad)
        self.end_time(good)
        home = type(self.Gift)._home

        def broken(gift):
            if gift == bad:
                raise CardNotUsable("no home")
            return home(gift)

        with patch.object(type(self.Gift), "_home", broken), self.assertLogs("odoo.addons.giftcard_points"):
            self.return_due(limit=1)
        self.assertEqual((bad.state, good.state), ("offered", "returned"))

    def test_refusals(self):
        with self.assertRaises(GiftNotFound):
            self.Gift._offer(Act("gift", member_id=self.bob.id), self.gift, 10)
        with self.assertRaises(CardNotUsable):
            self.Gift._offer(Act("gift"), self.card, 10)
        with self.assertRaises(InvalidAmount):
            self.offer(self.wallet, -5)
        with self.assertRaises(InsufficientBalance):
            self.offer(self.wallet, 201)
        self.gift.action_freeze("lost")
        with self.assertRaises(CardFrozen):
            self.offer()
        gift, token = self.offer(self.wallet, 10)
        with self.assertRaises(GiftToSelf):
            self.Gift._claim(token, self.alice)
        with self.assertRaises(NoMember):
            self.Gift._claim(token, self.env["res.partner"].create({"name": "Nobody"}))
        self.bob.member_state = "frozen"
        with self.assertRaises(MemberFrozen):
            self.Gift._claim(token, self.bob)
        self.bob.member_state = "closed"
        with self.assertRaises(MemberClosed):
            self.Gift._claim(token, self.bob)
        self.carol._member_card(self.wallet_program).action_freeze("lost")
        with self.assertRaises(CardFrozen):
            self.Gift._claim(token, self.carol)
        self.alice.member_state = "closed"
        with self.assertRaises(MemberClosed):
            self.offer(self.wallet, 10)
        self.assertEqual(gift.state, "offered")

    def test_cards_taken_as_a_whole_are_given_as_a_whole(self):
        self.gift_program.whole_value = True
        with self.assertRaises(InvalidAmount):
            self.offer(self.gift, 40)
        gift, __ = self.offer(self.gift)
        self.assertEqual(self.gift.state, "used")
        gift._recall(self.alice)
        self.assertEqual(self.gift.state, "active")
        self.assertCard(self.gift, 100)

    def test_value_that_expires_on_its_way_reaches_nobody(self):
        gift, token = self.offer()
        self.env.cr.execute(
            "UPDATE giftcard_lot SET expires_on = %s WHERE card_id = %s",
            [self.today - timedelta(days=1), gift.transit_id.id],
        )
        self.env.cr.execute(
            "UPDATE loyalty_card SET next_expiry_on = %s WHERE id = %s",
            [self.today - timedelta(days=1), gift.transit_id.id],
        )
        self.env.invalidate_all()
        with self.assertRaises(GiftExpired):
            self.Gift._claim(token, self.bob)
        self.end_time(gift)
        self.return_due()
        self.assertEqual((gift.state, gift.transit_id.state), ("returned", "closed"))
        self.assertCard(self.gift, 0)

    def test_a_card_whose_last_day_comes_on_the_way_keeps_no_value_there(self):
        self.env.company.giftcard_gift_days = 30
        card, other = self.end_card(3), self.end_card(3)
        gift, token = self.offer(card)
        __, second = self.offer(other)
        taken = self.Gift._claim(second, self.bob).target_id
        self.assertEqual((taken.balance, taken.expiration_date), (50, other.expiration_date))
        with freeze_time(fields.Datetime.now() + timedelta(days=5)):
            with self.assertRaises(GiftExpired), self.env.cr.savepoint():
                self.Gift._claim(token, self.bob)
            gift._recall()
        self.assertEqual((gift.state, gift.target_id, gift.transit_id.balance), ("recalled", card, 0))
        self.assertCard(card, 50)

    def test_the_invariants_know_a_lost_gift(self):
        gift, __ = self.offer()
        self.env.cr.execute("UPDATE giftcard_gift SET state = 'recalled' WHERE id = %s", [gift.id])
        names = [violation["invariant"] for violation in self.ledger._check_invariants()]
        self.assertEqual(names, ["a waiting gift is on its way, a resolved one has arrived"])
        self.env.cr.execute("UPDATE giftcard_gift SET state = 'offered' WHERE id = %s", [gift.id])

    def test_officers_act_on_gifts_of_their_companies_alone(self):
        theirs = self.env["res.company"].create({"name": "Theirs"})
        officer = new_test_user(
            self.env,
            "their_officer",
            "base.group_user,giftcard_points.group_officer",
            company_id=theirs.id,
            company_ids=theirs.ids,
        )
        gift, __ = self.offer()
        for action in ("action_recall", "action_new_link"):
            with self.assertRaises(AccessError):
                getattr(gift.with_user(officer), action)()
        self.assertEqual(gift.state, "offered")

    def test_officers_act_for_members(self):
        officer = self._make_user("gift_officer", "giftcard_points.group_officer")
        auditor = self._make_user("gift_auditor", "giftcard_points.group_auditor")
        wizard = self.env["giftcard.gift.offer"].with_user(officer).create({"card_id": self.wallet.id, "amount": 15})
        shown = wizard.action_offer()["context"]["default_link"]
        gift = self.alice.gift_sent_ids
        self.assertEqual((gift.amount, gift.operation_id.create_uid), (15, officer))
        with self.assertRaises(AccessError):
            gift.with_user(auditor).action_new_link()
        with self.assertRaises(AccessError):
            gift.with_user(auditor).action_recall()
        link = gift.with_user(officer).action_new_link()["context"]["default_link"]
        self.assertNotEqual(link, shown)
        gift.with_user(officer).action_recall()
        self.assertCard(self.wallet, 200)
        self.assertEqual(self.alice.with_user(auditor).gift_count, 1)


@tagged("post_install", "-at_install")
class TestGiftPage(GiftCase, HttpCase):
    """The link of a gift opens a page where a member claims it."""

    def test_claim(self):
        user = new_test_user(self.env, "gift_portal", groups="base.group_portal")
        user.partner_id._join("backoffice")
        gift, token = self.offer(greeting="Happy birthday")
        url = gift._link(token).removeprefix(self.base_url())
        self.assertIn("/web/login", self.url_open(url).url)
        self.authenticate("gift_portal", "gift_portal")
        page = self.url_open(url)
        self.assertIn("Happy birthday", page.text)
        self.assertEqual((page.headers["Referrer-Policy"], page.headers["Cache-Control"]), ("no-referrer", "no-store"))
        token_field = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        self.assertEqual(self.url_open(url, data={"csrf_token": token_field}).status_code, 200)
        gift.invalidate_recordset()
        self.assertEqual((gift.state, gift.recipient_id), ("claimed", user.partner_id))
        self.assertIn("claimed already", self._late_page(url))
        self.assertIn("no such gift", self.url_open(url + "x").text)

    def _late_page(self, url):
        new_test_user(self.env, "gift_late", groups="base.group_portal").partner_id._join("backoffice")
        self.authenticate("gift_late", "gift_late")
        return self.url_open(url, data={"csrf_token": Request.csrf_token(self)}).text
