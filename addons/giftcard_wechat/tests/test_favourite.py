from unittest.mock import patch

from odoo.tests import tagged

from ..models.mall import giftcard_favourite
from .common import ApiCase


@tagged("post_install", "-at_install")
class TestFavourite(ApiCase):
    def keep(self, reward, token=None, method="PUT", key="favourite-key"):
        return self.api(method, f"/favourites/{reward.id}", token or self.alice_token, key=f"{key}-{reward.id}")

    def ids(self, token=None):
        return [item["id"] for item in self.get("/favourites", token)["items"]]

    def test_keep_and_drop(self):
        answer = self.keep(self.reward)
        self.assertEqual((answer.status_code, answer.json()["favourite"]), (200, True), answer.text)
        self.keep(self.service)
        self.keep(self.service, key="again-key")
        self.assertEqual(self.ids(), [self.service.id, self.reward.id])
        self.assertFalse(self.ids(self.bob_token))
        self.assertTrue(self.get(f"/rewards/{self.reward.id}")["favourite"])
        self.assertFalse(self.get(f"/rewards/{self.reward.id}", self.bob_token)["favourite"])
        for key in ("drop-key-1", "drop-key-2"):
            self.assertEqual(self.keep(self.reward, method="DELETE", key=key).status_code, 204)
        self.keep(self.service, self.bob_token, "DELETE")
        self.assertEqual(self.ids(), [self.service.id])
        self.service.published = False
        self.assertFalse(self.ids())

    def test_of_a_specification_the_reward_is_kept(self):
        self.service.main_id = self.reward
        self.assertEqual(self.keep(self.service).json()["id"], self.reward.id)

    def test_bounds(self):
        with patch.object(giftcard_favourite, "LIMIT", 1):
            self.keep(self.reward)
            self.assertProblem(self.keep(self.service), 409, "too_many_favourites")
            self.assertEqual(self.keep(self.reward, key="again-key").status_code, 200)
        self.reward.published = False
        self.assertProblem(self.keep(self.reward, key="third-key"), 404, "not_found")

    def test_no_rights(self):
        self.assertNoRights("GET", "/favourites")
        for method in ("PUT", "DELETE"):
            self.assertNoRights(method, f"/favourites/{self.reward.id}", key="favourite-key")
            problem = self.api(method, f"/favourites/{self.reward.id}", self.alice_token, key="")
            self.assertProblem(problem, 428, "idempotency_key_required")
