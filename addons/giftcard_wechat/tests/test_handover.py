from odoo.tests import tagged

from odoo.addons.giftcard_pickup.tests.common_virtual import VirtualCase

from .common import ApiCase


@tagged("post_install", "-at_install")
class TestHandover(VirtualCase, ApiCase):
    def redeemed(self, reward):
        """:return: (path of its one handover, ``giftcard.fulfilment``)"""
        fulfilment = self.redeem(reward, key=reward.kind).fulfilment_ids
        return f"/redemptions/{fulfilment.redemption_id.id}/handovers/{fulfilment.id}", fulfilment

    def test_list(self):
        path, fulfilment = self.redeemed(self.topup)
        [item] = self.get(path.rsplit("/", 1)[0])["items"]
        self.assertEqual(
            (item["id"], item["name"], item["kind"], item["state"]), (fulfilment.id, "topup", "topup", "done")
        )

    def test_code(self):
        path, fulfilment = self.redeemed(self.code)
        for __ in range(2):
            response = self.api("POST", f"{path}/code", self.alice_token)
            self.assertEqual(response.json(), {"code": "FILM-0000-0001", "valid_until": None})
        reveal = self.env["giftcard.code.reveal"].search([("code_id", "=", fulfilment.code_id.id)])
        self.assertEqual(reveal.member_id, self.alice)
        # Nothing of it is kept in clear.
        self.env.cr.execute("SELECT COUNT(*) FROM giftcard_api_request r WHERE to_jsonb(r)::text LIKE '%FILM-0000%'")
        self.assertEqual(self.env.cr.fetchone()[0], 0)

    def test_file(self):
        path, __ = self.redeemed(self.book)
        url = self.api("POST", f"{path}/link", self.alice_token).json()["url"]
        response = self.url_open("/giftcard/file" + url.partition("/giftcard/file")[2])
        self.assertEqual((response.status_code, response.content), (200, b"The book"))

    def test_only_what_is_ones_own_and_handed_over(self):
        path, __ = self.redeemed(self.code)
        book_path, book = self.redeemed(self.book)
        self.assertNoRights("GET", path.rsplit("/", 1)[0])
        self.assertNoRights("POST", f"{path}/code")
        for wrong in (f"{path}/link", f"{book_path}/code", f"{path.rsplit('/', 1)[0]}/{book.id}/code"):
            self.assertProblem(self.api("POST", wrong, self.alice_token), 404, "not_found")
        self.assertProblem(self.api("GET", path.rsplit("/", 1)[0], self.bob_token), 404, "not_found")
        for action in (f"{path}/code", f"{book_path}/link"):
            self.assertProblem(self.api("POST", action, self.bob_token), 404, "not_found")
        book.redemption_id._cancel("Wrong")
        self.assertProblem(self.api("POST", f"{book_path}/link", self.alice_token), 404, "not_found")
