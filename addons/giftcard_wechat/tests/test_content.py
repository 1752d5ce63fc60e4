from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import ApiCase

PIXEL = b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


class ContentCase(ApiCase):
    """Only the content of the test is published."""

    MODELS = ("giftcard.article", "giftcard.faq", "giftcard.banner", "giftcard.announcement")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in cls.MODELS:
            cls.env[name].search([]).published = False
        cls.gold = cls.env["giftcard.tier"].create({"name": "Test gold", "threshold": 987654321})
        cls.topic = cls.env["giftcard.topic"].create({"name": "Tea"})
        cls.article = cls.env["giftcard.article"].create(
            {
                "title": "Green tea",
                "summary": "How to choose it",
                "body": '<p>Look <img src="/web/image/7-abc/tea.png"></p><script>alert(1)</script>',
                "topic_id": cls.topic.id,
                "published": True,
            }
        )
        cls.faq = cls.env["giftcard.faq"].create(
            {"question": "When?", "answer": "<p>Soon.</p>", "topic_id": cls.topic.id, "published": True}
        )
        cls.banner = cls.env["giftcard.banner"].create(
            {
                "name": "Autumn",
                "image_1920": PIXEL,
                "target": "article",
                "article_id": cls.article.id,
                "published": True,
            }
        )
        cls.announcement = cls.env["giftcard.announcement"].create(
            {"title": "Closed on Monday", "body": "<p>Sorry.</p>", "important": True, "published": True}
        )
        cls.contents = {
            "/articles": cls.article,
            "/faqs": cls.faq,
            "/banners": cls.banner,
            "/announcements": cls.announcement,
        }

    def ids(self, path, token=None, **params):
        return [item["id"] for item in self.get(path, token, **params)["items"]]

    def assertShown(self, path, content, shown=True, token=None):
        """In the list and, where there is one, on its own page."""
        self.assertEqual(self.ids(path, token), content.ids if shown else [])
        if path != "/banners":
            response = self.api("GET", f"{path}/{content.id}", token or self.alice_token)
            if shown:
                self.assertEqual(response.status_code, 200, response.text)
            else:
                self.assertProblem(response, 404, "not_found")


@tagged("post_install", "-at_install")
class TestContent(ContentCase):
    def test_articles(self):
        self.article.image_1920 = PIXEL
        [summary] = self.get("/articles")["items"]
        expected = {
            "id": self.article.id,
            "title": "Green tea",
            "summary": "How to choose it",
            "topic": {"id": self.topic.id, "name": "Tea"},
            "time": f"{self.article.shown_from:%Y-%m-%dT%H:%M:%SZ}",
            "image_url": f"/giftcard/v1/articles/{self.article.id}/image",
        }
        self.assertEqual(summary, expected)
        article = self.get(f"/articles/{self.article.id}")
        body = article.pop("body")
        self.assertEqual(article, expected)
        base = self.env["ir.config_parameter"].get_param("web.base.url")
        self.assertIn(f'src="{base}/web/image/7-abc/tea.png"', body)
        self.assertNotIn("script", body)
        self.assertEqual(self.ids("/articles", topic_id=self.topic.id), self.article.ids)
        self.assertFalse(self.ids("/articles", topic_id=2**31 - 1))

    def test_order_and_pages(self):
        first, last = self.article.copy({"published": True, "sequence": 1}), self.article.copy({"published": True})
        order = [first.id, last.id, self.article.id]
        self.assertEqual(self.ids("/articles"), order)
        page = self.get("/articles", limit=2)
        self.assertEqual([item["id"] for item in page["items"]], order[:2])
        page = self.get("/articles", limit=2, cursor=page["next_cursor"])
        self.assertEqual(([item["id"] for item in page["items"]], page["next_cursor"]), (order[2:], None))

    def test_an_empty_text_is_none(self):
        self.article.body = "<p><br></p>"
        self.assertIsNone(self.get(f"/articles/{self.article.id}")["body"])

    def test_window(self):
        now = fields.Datetime.now()
        for path, content in self.contents.items():
            with self.subTest(path=path):
                self.assertShown(path, content)
                content.published = False
                self.assertEqual(content.phase, "draft")
                self.assertShown(path, content, shown=False)
                content.write({"published": True, "shown_from": now + timedelta(hours=1)})
                self.assertEqual(content.phase, "scheduled")
                self.assertShown(path, content, shown=False)
                content.write({"shown_from": now - timedelta(hours=2), "shown_until": now - timedelta(hours=1)})
                self.assertEqual(content.phase, "over")
                self.assertShown(path, content, shown=False)
                content.shown_until = now + timedelta(hours=1)
                self.assertEqual(content.phase, "shown")
                content.active = False
                self.assertShown(path, content, shown=False)
                content.active = True
                with self.assertRaises(ValidationError):
                    content.shown_until = content.shown_from

    def test_audience(self):
        for path, content in self.contents.items():
            with self.subTest(path=path):
                content.tier_ids = self.gold
                self.alice.member_tier_id = False
                self.assertShown(path, content, shown=False)
                self.alice.member_tier_id = self.gold
                self.assertShown(path, content)
                content.tier_ids = False

    def test_another_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.banner.write({"target": "none", "article_id": False})
        for path, content in self.contents.items():
            with self.subTest(path=path):
                content.company_id = other
                self.assertShown(path, content, shown=False)
                content.company_id = False
                self.assertShown(path, content)

    def test_languages(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.article.with_context(lang="zh_CN").title = "绿茶"
        for language, title in (("zh-CN", "绿茶"), ("en", "Green tea")):
            answer = self.api("GET", "/articles", self.alice_token, headers={"Accept-Language": language}).json()
            self.assertEqual(answer["items"][0]["title"], title)

    def test_pictures(self):
        cover = f"/articles/{self.article.id}/image"
        self.assertProblem(self.api("GET", cover), 404, "not_found")
        self.article.image_1920 = PIXEL
        for record, path in ((self.article, cover), (self.banner, f"/banners/{self.banner.id}/image")):
            response = self.api("GET", path)
            self.assertEqual((response.status_code, response.headers["Content-Type"]), (200, "image/png"))
            record.published = False
            self.assertProblem(self.api("GET", path), 404, "not_found")

    def test_topics(self):
        self.assertIn({"id": self.topic.id, "name": "Tea"}, self.get("/topics", limit=100)["items"])
        self.topic.active = False
        self.assertNotIn({"id": self.topic.id, "name": "Tea"}, self.get("/topics", limit=100)["items"])

    def test_no_rights(self):
        for path, content in self.contents.items():
            self.assertNoRights("GET", path)
            if path != "/banners":
                self.assertNoRights("GET", f"{path}/{content.id}")
        self.assertNoRights("GET", "/topics")

    def test_only_managers_edit(self):
        officer = self._make_user("officer_content", "giftcard_points.group_officer")
        manager = self._make_user("manager_content", "giftcard_points.group_manager")
        for content in self.contents.values():
            with self.assertRaises(AccessError):
                content.with_user(officer).action_withdraw()
            content.with_user(manager).action_withdraw()
            self.assertFalse(content.published)
            content.with_user(manager).action_publish()


@tagged("post_install", "-at_install")
class TestBanner(ContentCase):
    def target(self):
        [banner] = self.get("/banners")["items"]
        self.assertEqual(banner["image_url"], f"/giftcard/v1/banners/{self.banner.id}/image")
        return {name: value for name, value in banner["target"].items() if value is not None}

    def test_targets(self):
        self.assertEqual(self.target(), {"kind": "article", "id": self.article.id})
        self.banner.write({"target": "reward", "reward_id": self.reward.id})
        self.assertEqual(self.target(), {"kind": "reward", "id": self.reward.id})
        self.banner.write({"target": "store", "store_id": self.store.id})
        self.assertEqual(self.target(), {"kind": "store", "id": self.store.id})
        self.banner.write({"target": "page", "page": "pages/tier/index"})
        self.assertEqual(self.target(), {"kind": "page", "path": "pages/tier/index"})
        self.banner.write({"target": "url", "url": "https://example.com/a"})
        self.assertEqual(self.target(), {"kind": "url", "url": "https://example.com/a"})
        self.banner.target = "none"
        self.assertEqual(self.target(), {"kind": "none"})

    def test_nonsense(self):
        for values in (
            {"target": "reward"},
            {"target": "url", "url": "javascript:alert(1)"},
            {"target": "url", "url": "http://example.com"},
            {"target": "page", "page": "/pages/x"},
            {"target": "page", "page": "https://x"},
        ):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                self.banner.write(values)

    def test_what_leads_nowhere_is_left_out(self):
        self.article.tier_ids = self.gold
        self.assertFalse(self.get("/banners")["items"])
        self.article.tier_ids = False
        self.assertTrue(self.get("/banners")["items"])
        self.banner.write({"target": "reward", "reward_id": self.reward.id})
        self.article.published = False
        self.assertTrue(self.get("/banners")["items"])
        self.reward.published = False
        self.assertFalse(self.get("/banners")["items"])

    def test_placements(self):
        self.assertFalse(self.get("/banners", placement="mall")["items"])
        self.banner.placement = "mall"
        self.assertTrue(self.get("/banners", placement="mall")["items"])
        response = self.api("GET", "/banners", self.alice_token, params={"placement": "moon"})
        self.assertProblem(response, 422, "validation_error")


@tagged("post_install", "-at_install")
class TestFaq(ContentCase):
    def vote(self, helpful, token=None, **kwargs):
        return self.api(
            "POST", f"/faqs/{self.faq.id}/vote", token or self.alice_token, json={"helpful": helpful}, **kwargs
        )

    def test_votes(self):
        self.assertIsNone(self.get(f"/faqs/{self.faq.id}")["helpful"])
        self.assertEqual(self.vote(True).json()["helpful"], True)
        self.vote(True)
        self.vote(False, self.bob_token)
        self.assertEqual((self.faq.helpful_count, self.faq.unhelpful_count), (1, 1))
        self.assertEqual([faq["helpful"] for faq in self.get("/faqs")["items"]], [True])
        self.assertEqual(self.get(f"/faqs/{self.faq.id}", self.bob_token)["helpful"], False)
        self.vote(False)
        self.assertEqual((self.faq.helpful_count, self.faq.unhelpful_count), (0, 2))
        self.assertEqual(len(self.faq.vote_ids), 2)

    def test_what_is_not_shown_is_not_voted_on(self):
        self.faq.published = False
        self.assertProblem(self.vote(True), 404, "not_found")
        self.assertFalse(self.faq.vote_ids)

    def test_vote_no_rights(self):
        self.assertNoRights("POST", f"/faqs/{self.faq.id}/vote", json={"helpful": True})


@tagged("post_install", "-at_install")
class TestPublicRules(ContentCase):
    def publish(self, html, days=0, **values):
        version = self.env["giftcard.rules.version"].create(
            {
                "program_id": self.points_program.id,
                "html": html,
                "effective_from": fields.Date.today() + timedelta(days=days),
                **values,
            }
        )
        version.action_publish()
        return version

    def test_rules(self):
        program = self.points_program
        path = f"/rules/{program.id}"
        draft = self.env["giftcard.rules.version"].create({"program_id": program.id, "html": "<p>Draft</p>"})
        self.assertProblem(self.api("GET", path, self.alice_token), 404, "not_found")
        draft.action_publish()
        self.publish("<p>Less</p>", days=9, summary="Fewer points")
        rules = self.get(path)
        self.assertEqual((rules["program_id"], rules["program"]), (program.id, program.name))
        self.assertEqual((rules["current"]["number"], rules["current"]["html"]), (1, "<p>Draft</p>"))
        self.assertEqual((rules["coming"]["number"], rules["coming"]["summary"]), (2, "Fewer points"))

    def test_a_later_version_settles_what_was_to_come(self):
        self.publish("<p>1</p>")
        self.publish("<p>2</p>", days=9)
        self.publish("<p>3</p>")
        rules = self.get(f"/rules/{self.points_program.id}")
        self.assertEqual((rules["current"]["number"], rules["coming"]), (3, None))

    def test_rules_before_the_first(self):
        self.publish("<p>1</p>", days=1)
        rules = self.get(f"/rules/{self.points_program.id}")
        self.assertEqual((rules["current"], rules["coming"]["number"]), (None, 1))

    def test_rules_no_rights(self):
        version = self.publish("<p>Mine</p>")
        self.assertNoRights("GET", f"/rules/{self.points_program.id}")
        company = self.env["res.company"].create({"name": "Other"})
        program = self.points_program.copy({"company_id": company.id})
        version.copy({"program_id": program.id}).action_publish()
        self.assertProblem(self.api("GET", f"/rules/{program.id}", self.alice_token), 404, "not_found")
