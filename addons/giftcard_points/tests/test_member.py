from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.giftcard_points.exceptions import CardFrozen, CardNotUsable, MemberClosed
from odoo.addons.giftcard_points.models.ledger.act import Act

from .common import LedgerCase


@tagged("post_install", "-at_install")
class TestMember(LedgerCase):
    def change(self, kind, members=None):
        wizard = self.env["giftcard.member.change"].create(
            {"partner_ids": (members or self.alice).ids, "kind": kind, "reason": "Asked on the phone"}
        )
        wizard.action_apply()

    def merge(self, *sources, into=None):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge([partner.id for partner in (*sources, into or self.alice)], into or self.alice)

    def test_qr_finds_the_member_and_cannot_be_made_up(self):
        text = self.alice.member_qr
        self.assertEqual(self.env["res.partner"]._member_of_qr(text), self.alice)
        self.assertTrue(self.alice.member_qr_image)
        number = self.bob.member_number
        for forged in (number, text.replace(self.alice.member_number, number), text[:-1] + "7", "", None, "GCM.."):
            if forged != text:
                self.assertFalse(self.env["res.partner"]._member_of_qr(forged), forged)

    def test_member_card_is_printed(self):
        html = self.env["ir.actions.report"]._render_qweb_html("giftcard_points.member_card", self.alice.ids)[0]
        self.assertIn(self.alice.member_number, html.decode())

    def test_frozen_member_cannot_spend_until_unfrozen(self):
        self.grant(self.card, 10)
        wallet = self.alice._member_card(self._make_program("ewallet", "Wallet"))
        wallet.action_freeze("Lost")
        self.change("freeze")
        self.assertEqual(self.alice.member_state, "frozen")
        with self.assertRaises(CardNotUsable), self.env.cr.savepoint():
            self.ledger._spend(Act("spend"), self.card, 1)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.change("freeze")
        self.change("unfreeze")
        self.ledger._spend(Act("spend"), self.card, 1)
        self.assertEqual(wallet.state, "frozen")
        self.assertIn("Asked on the phone", self.alice.message_ids.mapped("body")[0])

    def test_member_card_is_the_one_that_took_over(self):
        self.grant(self.card, 10)
        successor = self.card._replace(Act("replace"))
        self.assertEqual(self.alice._member_card(self.points_program), successor)
        # Native code takes whichever card it finds.
        mine = [("partner_id", "=", self.alice.id), ("program_id", "=", self.points_program.id)]
        self.assertEqual(self.env["loyalty.card"].search(mine), successor)
        successor.action_freeze("Lost")
        self.assertEqual(self.alice._member_card(self.points_program), successor)
        second = self.env["loyalty.card"].create(
            {"partner_id": self.alice.id, "program_id": self.points_program.id, "code": "SECOND"}
        )
        self.assertEqual(self.alice._member_card(self.points_program), second, "it can be used")
        for card in successor | second:
            self.ledger._end(Act("expire"), card)
        fresh = self.alice._member_card(self.points_program)
        self.assertEqual(fresh.state, "active")
        self.assertNotIn(fresh, self.card | successor | second)

    def test_who_has_left_gets_no_new_card(self):
        self.change("close")
        with self.assertRaises(MemberClosed):
            self.alice._member_card(self.points_program)

    def test_closing_is_refused_while_something_is_held_or_owed(self):
        wallet = self.alice._member_card(self._make_program("ewallet", "Wallet"))
        load = self.ledger._grant(Act("load"), wallet, 5)
        self.ledger._hold(Act("spend"), wallet, 5)
        with self.assertRaises(CardNotUsable), self.env.cr.savepoint():
            self.change("close")
        self.ledger._release(wallet.sudo().hold_ids)
        wallet.program_id.debt_allowed = True
        self.ledger._spend(Act("spend"), wallet, 3)
        self.ledger._reverse(Act("reverse"), load)
        self.assertCard(wallet, -3, debt=3)
        with self.assertRaises(CardNotUsable), self.env.cr.savepoint():
            self.change("close")
        self.ledger._grant(Act("load"), wallet, 3)
        self.change("close")
        self.assertEqual((self.alice.member_state, wallet.state), ("closed", "expired"))

    def test_what_belongs_to_members_of_other_companies_is_out_of_reach(self):
        ours, theirs = self.env.company, self.env["res.company"].create({"name": "Theirs"})
        auditor = self._make_user("member_auditor", "giftcard_points.group_auditor")
        tier = self.env["giftcard.tier"].create({"name": "Theirs", "threshold": 99999})
        message = {"partner_id": self.bob.id, "kind": "rules", "key": "theirs", "title": "Theirs", "body": ""}
        records = [
            self.env["giftcard.message"]._post([message]),
            self.env["giftcard.tier.change"].create(
                {"partner_id": self.bob.id, "to_tier_id": tier.id, "reason": "rise", "date": fields.Datetime.now()}
            ),
            self.env["giftcard.member.alias"].create({"partner_id": self.bob.id, "number": "THEIRS"}),
        ]
        for company, reachable in ((False, True), (ours, True), (theirs, False)):
            self.bob.company_id = company
            for record in records:
                found = record.with_user(auditor).search([("id", "=", record.id)])
                self.assertEqual(bool(found), reachable, record)

    def test_a_membership_is_not_written_by_hand(self):
        user = self._make_user("contacts", "base.group_user,base.group_partner_manager,giftcard_points.group_officer")
        alice, Partner = self.alice.with_user(user), self.env["res.partner"].with_user(user)
        stranger = Partner.create({"name": "Stranger"})
        tier = self.env["giftcard.tier"].create({"name": "Best", "threshold": 999999})
        forged = {
            "member_number": "M1",
            "member_state": "closed",
            "member_since": "2020-01-01 00:00:00",
            "member_channel": "pos",
            "member_store_id": self.env["giftcard.store"].create({"name": "Shop", "code": "SHOP"}).id,
            "member_tier_id": tier.id,
            "member_tier_ends_on": "2030-01-01",
            "real_name_verified": True,
            "real_name_verified_by_id": self.env.uid,
        }
        for name, value in forged.items():
            with self.subTest(name), self.assertRaises(AccessError):
                alice.write({name: value})
            with self.subTest(name), self.assertRaises(AccessError):
                Partner.create({"name": "Forged", name: value})
            with self.subTest(name), self.assertRaises(AccessError):
                Partner.with_context(**{f"default_{name}": value}).create({"name": "Forged"})
        stranger.action_join()
        self.assertEqual((stranger.member_state, stranger.member_channel), ("active", "backoffice"))

    def test_closing_ends_the_points_but_not_the_money(self):
        self.grant(self.card, 10)
        wallet = self.alice._member_card(self._make_program("ewallet", "Wallet"))
        self.ledger._grant(Act("load"), wallet, 5)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.change("close")
        self.ledger._spend(Act("spend"), wallet, 5)
        self.change("close")
        self.assertEqual((self.alice.member_state, self.card.state, self.card.balance), ("closed", "expired", 0))
        self.assertFalse(self.env["res.partner"]._member_of_qr(self.alice.member_qr))
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.change("unfreeze")

    def test_merged_contacts_have_one_card_and_both_numbers(self):
        self.grant(self.card, 10, fields.Date.to_date("2030-01-01"))
        self.grant(self.other, 5, fields.Date.to_date("2029-01-01"))
        bobs = self.bob.member_number, self.bob.member_qr
        self.merge(self.bob)
        self.assertFalse(self.bob.exists())
        self.assertCard(self.card, 15)
        self.assertEqual(self.card.lot_ids.mapped("expires_on")[0], fields.Date.to_date("2029-01-01"))
        self.assertEqual(
            (self.other.state, self.other.successor_id, self.other.partner_id), ("closed", self.card, self.alice)
        )
        merged = self.other.entry_ids.sorted("version")[-1].operation_id
        self.assertEqual((merged.kind, merged.create_uid), ("merge", self.env.user))
        Partner = self.env["res.partner"]
        self.assertEqual(Partner._member_of_number(bobs[0]), self.alice)
        self.assertEqual(Partner._member_of_qr(bobs[1]), self.alice)
        self.assertEqual(Partner._member_of_number(self.alice.member_number), self.alice)

    def test_members_with_payment_codes_are_merged(self):
        for member in self.alice | self.bob:
            self.env["giftcard.payment.code"]._issue(member)
        self.merge(self.bob)
        self.assertFalse(self.bob.exists())
        codes = self.env["giftcard.payment.code"].search([("partner_id", "=", self.alice.id)])
        self.assertEqual(sorted(codes.mapped("state")), ["issued", "void"])

    def test_merge_into_a_contact_who_is_no_member_makes_him_one(self):
        stranger = self.env["res.partner"].create({"name": "Alice again"})
        self.grant(self.card, 10)
        number = self.alice.member_number
        self.merge(self.alice, into=stranger)
        self.assertEqual((stranger.member_number, stranger.member_state), (number, "active"))
        self.assertEqual(stranger._member_card(self.points_program), self.card)
        self.assertFalse(stranger.member_alias_ids)

    def test_who_manages_contacts_merges_members_and_takes_no_verified_name_along(self):
        user = self._make_user("merger", "base.group_user,base.group_partner_manager")
        officer = self._make_user("verifier", "giftcard_points.group_officer,base.group_partner_manager")
        store = self.env["giftcard.store"].create({"name": "Shop", "code": "SHOP"})
        self.bob.member_store_id = store
        self.bob.with_user(officer).action_verify_name()
        self.grant(self.other, 5)
        since = self.alice.member_since
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(user).create({})
        wizard._merge((self.alice | self.bob).ids, self.alice.with_user(user))
        self.alice.invalidate_recordset()
        self.assertFalse(self.bob.exists())
        self.assertEqual((self.alice.member_state, self.alice.member_since), ("active", since))
        self.assertFalse(self.alice.member_store_id)
        self.assertFalse(self.alice.real_name_verified)
        self.assertCard(self.card, 5)

    def test_merge_keeps_the_higher_tier_and_all_history(self):
        self.env["giftcard.tier"].search([]).active = False
        self.env.flush_all()
        low, high = self.env["giftcard.tier"].create(
            [{"name": "Low", "threshold": 0}, {"name": "High", "threshold": 9}]
        )
        self.alice.member_tier_id = low
        self.grant(self.other, 9)
        self.assertEqual(self.bob.member_tier_id, high)
        self.merge(self.bob)
        self.assertEqual(self.alice.member_tier_id, high)
        self.assertEqual(self.alice.member_tier_change_ids[:2].mapped("reason"), ["merge", "rise"])
        self.assertEqual(self.alice.member_growth, 9)

    def test_blocked_value_is_not_unblocked_by_a_merge(self):
        self.grant(self.other, 10)
        self.other.action_freeze("Suspected fraud")
        with self.assertRaises(CardFrozen), self.env.cr.savepoint():
            self.merge(self.bob)
        self.assertCard(self.other, 10)
        self.assertEqual((self.other.state, self.other.partner_id), ("frozen", self.bob))
        self.card.unlink()
        self.merge(self.bob)
        self.assertEqual((self.other.state, self.other.partner_id), ("frozen", self.alice))

    def test_what_is_held_stops_the_merge(self):
        self.grant(self.other, 10)
        self.ledger._hold(Act("spend"), self.other, 3)
        with self.assertRaises(CardNotUsable), self.env.cr.savepoint():
            self.merge(self.bob)
        self.assertTrue(self.bob.exists())
        self.assertCard(self.other, 10, held=3)

    def test_a_number_of_another_member_says_nothing_without_its_signature(self):
        Partner = self.env["res.partner"]
        number, signature = self.alice.member_qr.removeprefix("GCM.").rsplit(".", 1)
        self.assertEqual(Partner._member_of_qr(f"GCM.{number}.{signature}"), self.alice)
        self.assertFalse(Partner._member_of_qr(f"GCM.{self.bob.member_number}.{signature}"))

    def test_scanned_text_of_any_script_is_no_member(self):
        signature = self.alice.member_qr[-16:]
        for number in ("会员一号", "M\u0301", "M 1", "M\x7f", "M.1"):
            self.assertFalse(self.env["res.partner"]._member_of_qr(f"GCM.{number}.{signature}"), number)
