from odoo.tests import tagged

from .common import ApiCase


@tagged("post_install", "-at_install")
class TestInbox(ApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        messages = cls.env["giftcard.message"]
        messages.search([("partner_id", "in", (cls.alice | cls.bob).ids)]).unlink()
        cls.tier, cls.rules, cls.pickup, cls.others = (
            messages._post(
                [{"partner_id": member.id, "kind": kind, "key": f"test/{number}", "title": kind, "body": "…"}]
            )
            for number, (member, kind) in enumerate(
                ((cls.alice, "tier"), (cls.alice, "rules"), (cls.alice, "tier"), (cls.bob, "tier"))
            )
        )

    def mark(self, token=None, **body):
        return self.api("POST", "/inbox/read", token or self.alice_token, json=body)

    def ids(self, **params):
        return [item["id"] for item in self.get("/inbox", **params)["items"]]

    def test_inbox(self):
        self.assertEqual(self.ids(), [self.pickup.id, self.rules.id, self.tier.id])
        self.assertEqual(self.ids(kind="rules"), self.rules.ids)
        page = self.get("/inbox", limit=2)
        self.assertEqual([item["id"] for item in page["items"]], [self.pickup.id, self.rules.id])
        self.assertEqual(self.ids(limit=2, cursor=page["next_cursor"]), self.tier.ids)
        self.assertEqual(
            page["items"][1],
            {
                "id": self.rules.id,
                "kind": "rules",
                "title": "rules",
                "body": "…",
                "time": f"{self.rules.date:%Y-%m-%dT%H:%M:%SZ}",
                "read_at": None,
            },
        )

    def test_read(self):
        self.assertEqual(self.get("/inbox/unread"), {"unread": 3, "by_kind": {"tier": 2, "rules": 1}})
        left = self.mark(ids=[self.rules.id, self.others.id, 2**31 - 1])
        self.assertEqual((left.status_code, left.json()), (200, {"unread": 2, "by_kind": {"tier": 2}}))
        self.assertFalse(self.others.read_at)
        first_read = self.rules.read_at
        self.assertTrue(first_read)
        self.assertEqual(self.ids(unread=True), [self.pickup.id, self.tier.id])
        self.assertEqual(self.mark(until=self.rules.id).json(), {"unread": 1, "by_kind": {"tier": 1}})
        self.assertFalse(self.pickup.read_at)
        self.assertEqual(self.rules.read_at, first_read)
        self.assertEqual(self.mark(until=2**31 - 1).json(), {"unread": 0, "by_kind": {}})
        self.assertFalse(self.others.read_at)

    def test_nonsense(self):
        for body in ({}, {"ids": []}, {"ids": [1], "until": 1}, {"ids": ["x"]}, {"until": 0}, {"ids": [1] * 101}):
            with self.subTest(body=body):
                self.assertProblem(self.mark(**body), 422, "validation_error")

    def test_no_rights(self):
        self.assertNoRights("GET", "/inbox")
        self.assertNoRights("GET", "/inbox/unread")
        self.assertNoRights("POST", "/inbox/read", json={"until": 1})
