import base64
import csv
import io
from datetime import timedelta
from unittest.mock import patch

import pyzipper
from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.giftcard_points.codes import readable
from odoo.addons.giftcard_points.exceptions import CardNotUsable
from odoo.addons.giftcard_points.models.ledger.act import Act

from .common_batch import BatchCase


class Crash(Exception):
    """The process is gone in the middle of its work."""


@tagged("post_install", "-at_install")
class TestBatch(BatchCase):
    def test_generates_cards_that_are_worth_nothing(self):
        batch = self.make_batch(quantity=25)
        password = self.generate(batch)
        self.assertEqual((batch.state, batch.generated_count, batch.progress), ("generated", 25, 100))
        cards = self.cards(batch)
        self.assertEqual(cards.mapped("batch_serial"), list(range(1, 26)))
        self.assertEqual(set(cards.mapped("state")), {"generated"})
        self.assertEqual(set(cards.mapped("points")), {0.0})
        self.assertEqual(set(cards.mapped("expiration_date")), {batch.expiration_date})
        self.assertEqual(len(set(cards.mapped("code"))), 25)
        self.assertTrue(all(card.code.startswith(f"{batch.prefix}{card.batch_serial:07d}") for card in cards))
        self.assertEqual(len(self.codes(batch, password)), 25)
        with self.assertRaises(CardNotUsable):
            self.ledger._grant(Act("load"), cards[0], 5)

    def test_quantity_value_prefix_and_last_day_have_to_make_sense(self):
        for wrong in ({"quantity": 0}, {"quantity": 1_000_001}, {"value": 0}, {"prefix": "044X"}, {"prefix": "a b"}):
            with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.cr.savepoint():
                self.make_batch(**wrong).flush_recordset()
        with self.assertRaises(UserError):
            self.make_batch(expiration_date="2020-01-01").action_generate()

    def test_what_the_cards_say_is_fixed_by_the_generation(self):
        batch = self.make_batch()
        batch.value = 60
        self.generate(batch)
        for change in ({"value": 70}, {"quantity": 9}, {"expiration_date": "2099-01-01"}, {"prefix": "XX99"}):
            with self.assertRaises(UserError):
                batch.write(change)
        with self.assertRaises(UserError):
            batch.unlink()
        with self.assertRaises(UserError):
            batch.action_generate()

    def test_a_crash_in_the_middle_is_resumed_exactly(self):
        batch = self.make_batch(quantity=25)
        password = batch.action_generate()["context"]["default_password"]
        Batch = type(batch)
        generate, insert = Batch._generate_chunk, Batch._insert_cards

        def crash_in_the_third(records, serials, codes):
            insert(records, serials, codes)
            if serials[0] == 21:
                raise Crash

        def small(records):
            return generate(records, limit=10)

        with (
            patch.object(Batch, "_generate_chunk", small),
            patch.object(Batch, "_insert_cards", crash_in_the_third),
        ):
            self.assertEqual([batch._generate_chunk(), batch._generate_chunk()], [10, 10])
            with self.assertRaises(Crash), self.cr.savepoint():
                batch._generate_chunk()
        batch.invalidate_recordset()
        self.assertEqual((batch.state, batch.generated_count, len(self.cards(batch))), ("generating", 20, 20))
        before = self.cards(batch).mapped("code")
        self.run_jobs()
        self.assertEqual((batch.state, batch.generated_count), ("generated", 25))
        cards = self.cards(batch)
        self.assertEqual(cards.mapped("batch_serial"), list(range(1, 26)))
        self.assertEqual(cards.mapped("code")[:20], before)
        # The secrets sealed before the crash and those made after it are all there, and are the cards'.
        for card, code in zip(cards, self.codes(batch, password), strict=True):
            self.assertEqual(self.service.sudo()._find(code), card)

    def test_no_secret_stands_in_the_database(self):
        batch = self.make_batch(quantity=3)
        password = self.generate(batch)
        self.export(batch, password)
        secrets = [password, *self.codes(batch, password)]
        secrets += [readable(code) for code in secrets[1:]] + [code[3:19] for code in secrets[1:]]
        self.env.flush_all()
        self.cr.execute(
            """
            SELECT table_name, column_name, data_type FROM information_schema.columns
             WHERE table_schema = 'public' AND data_type IN ('character varying', 'text', 'jsonb', 'json', 'bytea')
               AND table_name IN (SELECT table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE')
            """
        )
        for table, column, kind in self.cr.fetchall():
            value = f'"{column}"' if kind != "bytea" else f"encode(\"{column}\", 'escape')"
            self.cr.execute(
                f'SELECT COUNT(*) FROM "{table}" WHERE {value}::text LIKE ANY(%s)',
                [[f"%{secret}%" for secret in secrets]],
            )
            self.assertEqual(self.cr.fetchone()[0], 0, f"{table}.{column}")

    def test_archive_is_encrypted_and_complete(self):
        batch = self.make_batch(quantity=12)
        password = self.generate(batch)
        with self.assertRaisesRegex(UserError, "not the password"):
            self.export(batch, password[:-1] + ("A" if password[-1] != "A" else "B"))
        self.assertFalse(batch.archive)
        archive = self.export(batch, password, sheets=(2, 12))
        names = archive.namelist()
        self.assertEqual(names, [f"{batch.prefix}.csv", f"{batch.prefix}-0000002-0000012.pdf"])
        self.assertTrue(all(info.flag_bits & 1 and info.wz_aes_strength == 3 for info in archive.infolist()))
        rows = list(csv.DictReader(io.StringIO(archive.read(names[0]).decode("utf-8-sig"))))
        self.assertEqual([row["Number"] for row in rows], self.cards(batch).mapped("code"))
        self.assertEqual({row["Value"] for row in rows}, {"50.0"})
        self.assertTrue(archive.read(names[1]).startswith(b"%PDF"))
        archive.setpassword(b"wrong")
        with self.assertRaises(RuntimeError):
            archive.read(names[0])

    def test_spreadsheet(self):
        batch = self.make_batch(quantity=3)
        archive = self.export(batch, self.generate(batch), "xlsx")
        content = archive.read(f"{batch.prefix}.xlsx")
        with pyzipper.ZipFile(io.BytesIO(content)) as book:
            text = book.read("xl/sharedStrings.xml").decode()
        for number in self.cards(batch).mapped("code"):
            self.assertIn(number, text)

    def test_secrets_are_gone_once_the_receipt_is_confirmed(self):
        batch = self.make_batch()
        password = self.generate(batch)
        self.export(batch, password)
        attachments = self.env["ir.attachment"].search(
            [("res_model", "=", "giftcard.batch"), ("res_id", "=", batch.id), ("res_field", "=", "archive")]
        )
        self.assertTrue(attachments)
        batch.action_destroy_secrets()
        self.assertFalse(attachments.exists())
        self.assertFalse(self.env["giftcard.batch.chunk"].search([("batch_id", "=", batch.id)]))
        self.assertEqual((batch.secrets_state, batch.private_key), ("destroyed", False))
        with self.assertRaises(UserError):
            self.export(batch, password)

    def test_wizard_exports_without_storing_the_password(self):
        batch = self.make_batch()
        password = self.generate(batch)
        wizard = self.env["giftcard.batch.export"].browse(batch.action_export()["res_id"])
        wizard.with_context(password=password).action_export()
        self.assertTrue(batch.archive)

    def test_activation_of_one_a_range_and_all(self):
        batch = self.make_batch(quantity=20)
        self.generate(batch)
        self.activate(batch, 3, 3)
        cards = self.cards(batch)
        self.assertEqual(cards.filtered(lambda card: card.state == "active").mapped("batch_serial"), [3])
        self.assertCard(cards[2], 50)
        operation = cards[2].entry_ids.operation_id
        self.assertEqual((operation.kind, operation.reason, operation.res_id), ("issue", "Sold", batch.id))
        self.assertEqual(cards[2].lot_ids.expires_on, batch.expiration_date)
        self.activate(batch, 2, 5)
        self.assertEqual((batch.active_count, batch.inactive_count), (4, 16))
        self.activate(batch, 1, 20)
        self.assertEqual((batch.active_count, batch.inactive_count), (20, 0))
        self.assertEqual(batch.activation_ids.mapped("activated_count"), [16, 3, 1])
        # Each card has been given its value once.
        self.assertEqual(set(self.cards(batch).mapped("balance")), {50.0})
        with self.assertRaises(UserError):
            self.activate(batch, 1, 21)

    def test_a_large_activation_goes_on_in_the_background(self):
        batch = self.make_batch(quantity=12)
        self.generate(batch)
        user = self._make_user("activator", "giftcard_points.group_manager")
        Activation = type(self.env["giftcard.batch.activation"])
        whole = Activation._activate_chunk
        with patch.object(Activation, "_activate_chunk", lambda records: whole(records, limit=5)):
            activation = (
                self.env["giftcard.batch.activation"].with_user(user)._start(batch.with_user(user), 1, 12, "Sold")
            )
            self.assertEqual((activation.state, activation.activated_count), ("running", 5))
            self.run_jobs()
        self.assertEqual((activation.state, activation.activated_count, batch.active_count), ("done", 12, 12))
        # Whoever asked for it is the actor, though a job did it.
        self.assertEqual(self.cards(batch).entry_ids.operation_id.create_uid, user)

    def test_blocked_before_activation_stays_worthless(self):
        batch = self.make_batch(quantity=3)
        self.generate(batch)
        stolen = self.cards(batch)[1]
        stolen.action_freeze("Stolen from the store room")
        self.activate(batch, 1, 3)
        self.assertEqual(stolen.state, "frozen")
        self.assertCard(stolen, 0)
        self.assertEqual(batch.blocked_count, 1)
        stolen.action_unfreeze("Found")
        self.assertEqual(stolen.state, "generated")

    def test_cancel_and_close(self):
        batch = self.make_batch(quantity=5)
        self.generate(batch)
        batch.action_cancel()
        self.assertEqual((batch.state, batch.secrets_state, batch.ended_count), ("cancelled", "destroyed", 5))
        with self.assertRaises(UserError):
            self.activate(batch, 1, 5)
        running = self.make_batch(quantity=5)
        running.action_generate()
        self.assertEqual(running._generate_chunk(limit=2), 2)
        running.action_cancel()
        self.run_jobs()
        self.assertEqual((running.state, running.ended_count), ("cancelled", 2))
        used = self.make_batch(quantity=5)
        self.generate(used)
        self.activate(used, 1, 2)
        with self.assertRaises(UserError):
            used.action_cancel()
        used.action_close()
        self.assertEqual((used.state, used.active_count, used.ended_count), ("closed", 2, 3))
        with self.assertRaises(UserError):
            self.activate(used, 3, 5)

    def test_a_batch_that_cannot_go_on_stops_no_other(self):
        broken, sound = self.make_batch(), self.make_batch()
        Batch = type(broken)
        whole = Batch._generate_chunk

        def chunk(batch):
            if batch == broken:
                batch.name = "Half done"
                raise UserError("No room")  # pylint: disable=translation-required
            return whole(batch)

        broken.action_generate()
        sound.action_generate()
        with (
            patch.object(Batch, "_generate_chunk", chunk),
            self.assertLogs("odoo.addons.giftcard_points.models.batch.giftcard_batch", "ERROR"),
        ):
            self.run_jobs()
        self.assertEqual((broken.state, sound.state), ("generating", "generated"))
        self.assertEqual(broken.name, "Vouchers")

    def test_value_leaves_and_cards_expire_after_the_last_day(self):
        batch = self.make_batch(quantity=3)
        self.generate(batch)
        self.activate(batch, 1, 2)
        with freeze_time(fields.Datetime.now() + timedelta(days=400)):
            with self.enter_registry_test_mode():
                self.env.ref("giftcard_points.ir_cron_expire_due_lots").method_direct_trigger()
            self.run_jobs()
        self.assertEqual(set(self.cards(batch).mapped("state")), {"expired"})
        self.assertEqual(self.cards(batch)[0].entry_ids.sorted("version")[-1].kind, "expire")

    def test_the_last_day_is_that_of_the_cards_company(self):
        late = self.env["res.company"].create({"name": "Far west"})
        self.env.company.partner_id.tz, late.partner_id.tz = "Pacific/Auckland", "Pacific/Honolulu"
        day = fields.Date.to_date("2030-06-15")
        theirs = self.make_batch(expiration_date=day, program_id=self.gift_program.copy({"company_id": late.id}).id)
        ours = self.make_batch(expiration_date=day)
        for batch in ours | theirs:
            self.generate(batch)
        # The 16th in Auckland, the 15th in Honolulu.
        with freeze_time("2030-06-15 14:00:00"):
            self.run_jobs()
        self.assertEqual(set(self.cards(ours).mapped("state")), {"expired"})
        self.assertEqual(set(self.cards(theirs).mapped("state")), {"generated"})

    def test_outdated_cards_are_found_by_their_index(self):
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        plan = self.env.execute_query(
            SQL(
                "EXPLAIN SELECT id FROM loyalty_card WHERE batch_id IS NOT NULL AND state IN ('generated', 'active')"
                " AND expiration_date < '2020-01-01' ORDER BY expiration_date LIMIT 10"
            )
        )
        self.assertIn("loyalty_card_outdated_index", str(plan))

    def test_rights(self):
        batch = self.make_batch()
        auditor = self._make_user("batch_auditor", "giftcard_points.group_auditor")
        officer = self._make_user("batch_officer", "giftcard_points.group_officer")
        manager = self._make_user("batch_manager", "giftcard_points.group_manager")
        password = batch.with_user(manager).action_generate()["context"]["default_password"]
        self.run_jobs()
        for user in (auditor, officer):
            as_user = batch.with_user(user)
            as_user.read(["name", "state"])
            for forbidden in (
                as_user.action_generate,
                as_user.action_close,
                as_user.action_destroy_secrets,
                lambda as_user=as_user: as_user._export(password, "csv"),
                lambda as_user=as_user: as_user.read(["archive"]),
                lambda as_user=as_user: as_user.read(["private_key"]),
                lambda as_user=as_user: as_user.env["giftcard.batch.activation"]._start(as_user, 1, 1, "Me"),
                lambda as_user=as_user: as_user.env["giftcard.batch.chunk"].search([]).read(["sealed"]),
                lambda as_user=as_user: as_user.env["giftcard.batch.export"].create({"batch_id": batch.id}),
                lambda as_user=as_user: self.cards(batch).with_env(as_user.env).read(["secret_digest"]),
            ):
                with mute_logger("odoo.models", "odoo.addons.base.models.ir_model"), self.assertRaises(AccessError):
                    forbidden()
        for name, value in (("state", "draft"), ("secrets_state", "none"), ("generated_count", 0)):
            with self.assertRaises(AccessError):
                batch.with_user(manager).write({name: value})
            with self.assertRaises(AccessError):
                batch.with_user(manager).create({"name": "Mine", "program_id": self.gift_program.id, name: value})
        with self.assertRaises(AccessError):
            self.cards(batch).with_user(manager).read(["secret_digest"])
        batch.with_user(manager)._export(password, "csv")
        self.assertTrue(base64.b64decode(batch.with_user(manager).archive))

    def test_batches_of_another_company_are_out_of_reach(self):
        batch = self.make_batch()
        other = self.env["res.company"].create({"name": "Other"})
        user = self._make_user("other_manager", "giftcard_points.group_manager")
        user.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        self.assertFalse(self.env["giftcard.batch"].with_user(user).search([("id", "=", batch.id)]))
