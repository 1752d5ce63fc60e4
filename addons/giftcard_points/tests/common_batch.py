import base64
import csv
import io
from datetime import timedelta

import pyzipper

from odoo import fields

from odoo.addons.giftcard_points.models.ledger.act import Act

from .common import LedgerCase


class BatchCase(LedgerCase):
    """Paper cards of 50 in a gift card program, and their secrets."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.service = cls.env["giftcard.code"]
        cls.store = cls.env["giftcard.store"].create({"name": "East", "code": "E"})
        cls.wallet_program = cls._make_program("ewallet", "Stored value")

    def make_batch(self, **values):
        return self.env["giftcard.batch"].create(
            {
                "name": "Vouchers",
                "program_id": self.gift_program.id,
                "value": 50,
                "quantity": 5,
                "expiration_date": fields.Date.today() + timedelta(days=365),
                **values,
            }
        )

    def run_jobs(self):
        with self.enter_registry_test_mode():
            self.env.ref("giftcard_points.ir_cron_batches").method_direct_trigger()

    def generate(self, batch):
        """:return: the password"""
        password = batch.action_generate()["context"]["default_password"]
        self.run_jobs()
        return password

    def activate(self, batch, first, last):
        return self.env["giftcard.batch.activation"]._start(batch, first, last, "Sold")

    def cards(self, batch):
        return self.env["loyalty.card"].search([("batch_id", "=", batch.id)], order="batch_serial")

    def export(self, batch, password, file_format="csv", sheets=None):
        """:return: the archive, opened"""
        batch._export(password, file_format, sheets)
        archive = pyzipper.AESZipFile(io.BytesIO(base64.b64decode(batch.archive)))
        archive.setpassword(password.encode())
        return archive

    def codes(self, batch, password):
        """:return: what the QR codes of the cards say, by serial"""
        file = self.export(batch, password).read(f"{batch.prefix}.csv").decode("utf-8-sig")
        return [row["QR Code"] for row in csv.DictReader(io.StringIO(file))]

    def issue(self, **values):
        """:return: (active cards, their codes)"""
        batch = self.make_batch(**values)
        codes = self.codes(batch, self.generate(batch))
        self.activate(batch, 1, batch.quantity)
        return self.cards(batch), codes

    def redeem(self, code, amount=None, user=None, **kwargs):
        service = self.service.with_user(user) if user else self.service
        act = kwargs.pop("act", None) or Act("spend", store_id=self.store.id)
        with self.enter_registry_test_mode():
            return service._redeem_secret(code, act, amount, **kwargs)
