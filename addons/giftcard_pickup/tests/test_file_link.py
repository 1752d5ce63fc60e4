import time
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from ..exceptions import IllegalTransition
from .common_virtual import VirtualCase


@tagged("post_install", "-at_install")
class TestFileLink(VirtualCase, HttpCase):
    def setUp(self):
        super().setUp()
        self.fulfilment = self.redeem(self.book).fulfilment_ids
        self.path = "/giftcard" + self.fulfilment._download_link().partition("/giftcard")[2]

    def test_download_is_counted_and_limited(self):
        for __ in range(2):
            response = self.url_open(self.path)
            self.assertEqual((response.status_code, response.content), (200, b"The book"))
            self.assertIn("book.txt", response.headers["Content-Disposition"])
            self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.assertEqual(self.url_open(self.path).status_code, 410)
        self.fulfilment.invalidate_recordset()
        self.assertEqual(self.fulfilment.download_count, 2)

    def test_wrong_links(self):
        base, until, mac = self.path.rsplit("/", 2)
        other = self.fulfilments._mac(self.fulfilment.id, int(until) + 1)
        for path in (
            f"{base}/{until}/{mac[:-1]}",
            f"{base}/{int(until) + 1}/{mac}",
            f"/giftcard/file/{self.fulfilment.id + 1}/{until}/{mac}",
            f"{base}/{until}/{other}",
        ):
            self.assertEqual(self.url_open(path).status_code, 410, path)
        self.fulfilment.invalidate_recordset()
        self.assertEqual(self.fulfilment.download_count, 0)

    def test_out_of_date(self):
        later = time.time() + 25 * 3600
        with patch("odoo.addons.giftcard_pickup.models.virtual.giftcard_fulfilment_file.time.time", lambda: later):
            self.assertEqual(self.url_open(self.path).status_code, 410)

    def test_taken_back(self):
        self.fulfilment.redemption_id._cancel("Wrong")
        self.assertEqual(self.url_open(self.path).status_code, 410)
        with self.assertRaises(IllegalTransition):
            self.fulfilment._download_link()

    def test_the_file_itself_is_the_managers(self):
        attachment = self.env["ir.attachment"].search(
            [("res_model", "=", "giftcard.reward"), ("res_field", "=", "file"), ("res_id", "=", self.book.id)]
        )
        self.assertTrue(attachment)
        for user in (self.clerk, self.reviewer):
            with self.assertRaises(AccessError):
                attachment.with_user(user).read(["datas"])
            with self.assertRaises(AccessError):
                self.book.with_user(user).read(["file"])
        attachment.with_user(self.manager).read(["datas"])
