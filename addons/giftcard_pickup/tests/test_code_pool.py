import base64
import io
from datetime import date, timedelta

import xlsxwriter
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import config, file_open

from .common_virtual import VirtualCase


@tagged("post_install", "-at_install")
class TestCodePool(VirtualCase):
    def wizard(self, content, user=None, **values):
        pool = self.pool.with_user(user or self.manager)
        wizard = pool.env["giftcard.pool.import"].browse(pool.action_import()["res_id"])
        wizard.write(values)
        if isinstance(content, str):
            content = content.encode()
        return wizard.with_context(content=base64.b64encode(content).decode())

    def test_import_csv(self):
        self.wizard("Code,Until\nAAAA-BBBB-0001,2099-12-31\nAAAA-BBBB-0002,\n\nAAAA-BBBB-0002,\n").action_import()
        self.assertEqual(self.pool.free_count, 5)
        new = self.pool.code_ids.filtered(lambda code: code.hint == "0001" and code.valid_until)
        self.assertEqual(new.valid_until, date(2099, 12, 31))

    def test_import_gb18030_without_titles(self):
        self.wizard("会员卡密一二三四五六\n".encode("gb18030"), has_titles=False).action_import()
        self.assertEqual(self.pool.free_count, 4)

    def test_import_xlsx(self):
        file = io.BytesIO()
        with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, ["Code", "Until"])
            sheet.write_string(1, 0, "000123456789")
            sheet.write_datetime(1, 1, date(2099, 1, 2), book.add_format({"num_format": "yyyy-mm-dd"}))
        self.wizard(file.getvalue()).action_import()
        self.assertIn(date(2099, 1, 2), self.pool.code_ids.mapped("valid_until"))

    def test_a_number_is_no_code(self):
        file = io.BytesIO()
        with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
            book.add_worksheet().write_number(0, 0, 123456789)
        with self.assertRaises(UserError):
            self.wizard(file.getvalue(), has_titles=False).action_import()

    def test_bad_files_add_nothing(self):
        for content in (
            b"",
            b"\xff\xfe\x00\x01\x80",
            b"PK\x03\x04rubbish",
            "Code\n",
            "Code,Until\nA,tomorrow\n",
            "Code\nA\n" + "x" * 501,
            "Code,Until\n ,2099-01-01\n",
        ):
            with self.subTest(content=content[:20]), self.assertRaises(UserError):
                self.wizard(content).action_import()
        self.assertEqual(self.pool._free(), {self.pool.id: 3})

    def test_a_code_is_once_in_a_company(self):
        other = self.pool.copy({"name": "Other"})
        self.assertEqual(other._import([("FILM-0000-0001", None), ("NEW", None)]), (1, 1))

    def test_nothing_of_the_file_is_stored(self):
        wizard = self.wizard("Code\nSECRET-CODE-1234\n")
        wizard.write({"content": "SECRET-CODE-1234"})
        wizard.action_import()
        self.env.flush_all()
        self.cr.execute("SELECT to_jsonb(w)::text FROM giftcard_pool_import w WHERE id = %s", [wizard.id])
        self.assertNotIn("SECRET", self.cr.fetchone()[0])

    def test_at_rest_it_is_encrypted_by_the_pepper(self):
        self.cr.execute("SELECT to_jsonb(code)::text FROM giftcard_pool_code code WHERE pool_id = %s", [self.pool.id])
        self.assertFalse([row for (row,) in self.cr.fetchall() if "FILM" in row])
        code = self.redeem(self.code).fulfilment_ids.code_id
        self.patch(config, "options", {**config.options, "giftcard_pepper": "another"})
        with self.assertRaises(UserError):
            code._reveal(member=self.alice)

    def test_a_copy_gives_no_code_away(self):
        code = self.redeem(self.code).fulfilment_ids.code_id
        with file_open("giftcard_pickup/data/neutralize.sql") as script:
            self.cr.execute(script.read())
        self.env.invalidate_all()
        with self.assertRaises(UserError):
            code._reveal(member=self.alice)

    def test_low_stock_is_told_once_and_taken_back(self):
        def warnings():
            return self.env["mail.activity"].search(
                [("res_model", "=", "giftcard.code.pool"), ("res_id", "=", self.pool.id)]
            )

        self.redeem(self.code)
        self.env["giftcard.code.pool"]._warn_low()
        self.assertFalse(warnings())
        self.redeem(self.code, key="w")
        for __ in range(2):
            self.env["giftcard.code.pool"]._warn_low()
        self.assertEqual(warnings().user_id, self.manager)
        self.assertEqual(len(warnings()), 1)
        self.pool._import([("MORE-1", None), ("MORE-2", None)])
        self.assertFalse(warnings())

    def test_soonest_ending_first(self):
        soon, past = fields.Date.today() + timedelta(days=3), fields.Date.today() - timedelta(days=1)
        self.pool._import([("SOON-SOON-SOON", soon), ("PAST-PAST-PAST", past)])
        self.assertEqual(self.redeem(self.code).fulfilment_ids.code_id._reveal(member=self.alice), "SOON-SOON-SOON")
        self.assertEqual(self.pool._free(), {self.pool.id: 3})

    def test_last_day_is_the_company_s(self):
        """At half past midnight in China it is yesterday in UTC, where jobs run."""
        pools = self.pool | self.pool.copy(
            {"name": "Elsewhere", "company_id": self.env["res.company"].create({"name": "Other"}).id}
        )
        self.company.partner_id.tz = "Asia/Shanghai"
        pools[1].company_id.partner_id.tz = "UTC"
        for pool in pools:
            pool.sudo()._import([("LAST-DAY-IS-PAST", date(2030, 5, 1))])
        with freeze_time("2030-05-01 16:30:00"):
            self.assertEqual(list(pools.sudo()._free().values()), [3, 1])
            pools.invalidate_recordset()
            self.assertEqual(pools.sudo().mapped("outdated_count"), [1, 0])
            code = self.redeem(self.code).fulfilment_ids.code_id
            self.assertFalse(code.valid_until)
            coupon = self.redeem(self.coupon, key="c").fulfilment_ids.card_id
            self.assertEqual(coupon.expiration_date, date(2030, 5, 12))

    def test_set_aside_until_the_company_s_day_is_over(self):
        self.company.partner_id.tz = "Asia/Shanghai"
        self.pool._import([("LAST-DAY-IS-PAST", date(2030, 5, 1))])
        with freeze_time("2030-05-01 15:30:00"):
            redemption = self.redemptions._submit(self.alice, None, [(self.code, 1)], "v")
        with freeze_time("2030-05-01 16:30:00"):
            redemption._approve()
            self.assertFalse(redemption.fulfilment_ids.code_id.valid_until)

    def test_roles(self):
        auditor = self._make_user("virtual_auditor", "giftcard_points.group_auditor")
        fulfilment = self.redeem(self.code).fulfilment_ids
        fulfilment.code_id._reveal("Audit", None)
        reveal = self.env["giftcard.code.reveal"].search([("code_id", "=", fulfilment.code_id.id)])
        records = {
            "giftcard.code.pool": self.pool,
            "giftcard.pool.code": self.pool.code_ids,
            "giftcard.fulfilment": fulfilment,
            "giftcard.code.reveal": reveal,
        }
        readers = {
            "giftcard.code.pool": (self.reviewer, self.manager, auditor),
            "giftcard.pool.code": (self.reviewer, self.manager, auditor),
            "giftcard.fulfilment": (self.reviewer, self.manager, auditor),
            "giftcard.code.reveal": (self.manager, auditor),
        }
        storeman = self._make_user("virtual_storeman", "stock.group_stock_user")
        company = self.env["res.company"].create({"name": "Other"})
        foreign = self._make_user("virtual_foreign", "giftcard_pickup.group_manager,giftcard_points.group_auditor")
        foreign.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        for model, users in readers.items():
            for user in users:
                records[model].with_user(user).read(["display_name"])
            self.assertFalse(self.env[model].with_user(foreign).search([]), model)
            for user in (self.clerk, storeman):
                with self.assertRaises(AccessError):
                    self.env[model].with_user(user).search([])
            for user in (self.clerk, self.reviewer, auditor, storeman):
                with self.assertRaises(AccessError):
                    records[model][:1].with_user(user).write({"company_id": company.id})
        for model in ("giftcard.pool.code", "giftcard.fulfilment", "giftcard.code.reveal"):
            for change in (lambda one: one.write({"company_id": 1}), lambda one: one.unlink()):
                with self.assertRaises(AccessError):
                    change(records[model][:1].with_user(self.manager))
        for field in ("ciphertext", "digest"):
            for user in (self.manager, self.env.ref("base.user_admin"), auditor):
                with self.assertRaises(AccessError):
                    self.pool.code_ids.with_user(user).read([field])

    def test_import_is_for_managers(self):
        with self.assertRaises(AccessError):
            self.pool.with_user(self.reviewer).action_import()
        with self.assertRaises(AccessError):
            self.pool.with_user(self.reviewer)._import([("X", None)])
