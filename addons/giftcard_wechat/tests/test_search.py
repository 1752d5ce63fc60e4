from odoo.tests import tagged

from .test_content import ContentCase


@tagged("post_install", "-at_install")
class TestSearch(ContentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_CN")
        cls.article.with_context(lang="zh_CN").title = "怎样挑选龙井茶叶"
        cls.article.with_context(lang="zh_CN").body = "<p>看外形,闻香气</p>"
        cls.faq.with_context(lang="zh_CN").question = "茶叶礼盒什么时候发货"
        cls.store.with_context(lang="zh_CN").name = "南京东路茶叶店"
        cls.tea = cls.env["product.product"].create({"name": "Longjing tea", "type": "consu"})
        cls.tea_reward = cls.reward.copy({"name": "Longjing tea", "product_id": cls.tea.id, "published": True})
        cls.tea_reward.with_context(lang="zh_CN").name = "明前龙井茶叶"

    def find(self, q, token=None, **params):
        """:return: dict of kind -> ids, of this test's records"""
        mine = {
            "reward": (self.reward | self.service | self.tea_reward).ids,
            "article": self.article.ids,
            "faq": self.faq.ids,
            "store": self.store.ids,
        }
        groups = self.get("/search", token, q=q, limit=100, **params)["groups"]
        found = {
            group["kind"]: [item["id"] for item in group["items"] if item["id"] in mine[group["kind"]]]
            for group in groups
        }
        return {kind: ids for kind, ids in found.items() if ids}

    def test_two_characters(self):
        everything = {
            "reward": self.tea_reward.ids,
            "article": self.article.ids,
            "faq": self.faq.ids,
            "store": self.store.ids,
        }
        self.assertEqual(self.find("茶叶"), everything)
        self.assertEqual(self.find("龙井"), {"reward": self.tea_reward.ids, "article": self.article.ids})
        self.assertEqual(self.find("香气"), {"article": self.article.ids})
        self.assertEqual(self.find("南京"), {"store": self.store.ids})
        self.assertEqual(self.find("longjing"), {"reward": self.tea_reward.ids})
        self.assertEqual(self.find("叶茶"), {})
        self.assertEqual(self.find("茶叶", kind="faq"), {"faq": self.faq.ids})

    def test_words_follow_changes(self):
        self.store.partner_id = self.env["res.partner"].create({"name": "X", "street": "漕溪北路88号", "city": "上海"})
        self.assertEqual(self.find("漕溪"), {"store": self.store.ids})
        self.store.partner_id.street = "淮海中路1号"
        self.assertEqual(self.find("漕溪"), {})
        self.assertEqual(self.find("淮海"), {"store": self.store.ids})
        self.topic.name = "Porcelain"
        self.assertEqual(self.find("porcelain"), {"article": self.article.ids, "faq": self.faq.ids})

    def test_only_what_the_member_may_see(self):
        for content in (self.article, self.faq):
            content.tier_ids = self.gold
        self.tea_reward.published = False
        self.store.active = False
        self.assertEqual(self.find("茶叶"), {})

    def test_hits(self):
        [group] = self.get("/search", q="明前龙井", kind="reward")["groups"]
        [hit] = [item for item in group["items"] if item["id"] == self.tea_reward.id]
        self.assertEqual((hit["title"], hit["points_price"], hit["kind"]), ("Longjing tea", 10, "reward"))
        [group] = self.get("/search", q="香气", kind="article")["groups"]
        [hit] = [item for item in group["items"] if item["id"] == self.article.id]
        self.assertEqual((hit["title"], hit["summary"], hit["points_price"]), ("Green tea", "How to choose it", None))
        [group] = self.get("/search", q="发货", kind="faq")["groups"]
        self.assertEqual([item["summary"] for item in group["items"] if item["id"] == self.faq.id], ["Soon."])

    def test_more_of_a_kind(self):
        copies = self.env["giftcard.article"]
        for number in range(3):
            copies += self.article.copy({"title": f"zzz quux {number}", "published": True})
        ids, cursor = [], None
        for __ in range(3):
            params = {"q": "quux", "kind": "article", "limit": 1} | ({"cursor": cursor} if cursor else {})
            [group] = self.get("/search", **params)["groups"]
            ids += [item["id"] for item in group["items"]]
            cursor = group["next_cursor"]
        self.assertEqual((ids, cursor), (sorted(copies.ids, reverse=True), None))
        [first] = self.get("/search", q="quux", kind="article", limit=1)["groups"]
        params = {"q": "quux", "cursor": first["next_cursor"]}
        self.assertProblem(self.api("GET", "/search", self.alice_token, params=params), 422, "validation_error")

    def test_nonsense(self):
        for params in ({}, {"q": ""}, {"q": "  "}, {"q": "x" * 101}, {"q": "x", "kind": "member"}):
            response = self.api("GET", "/search", self.alice_token, params=params)
            self.assertProblem(response, 422, "validation_error")
        for odd in ("'; & | ! :* <->", "%", "\\", "(", "''"):
            self.assertEqual(self.find(odd), {})

    def test_the_index_answers(self):
        """Of many articles the index finds the few, it does not read them all."""
        self.env.cr.execute(
            """
            INSERT INTO giftcard_article (title, sequence, shown_from, published, active, search_words)
            SELECT '{}', 10, now(), TRUE, TRUE, md5(n::text) || ' ' || md5((n + 1)::text)
              FROM generate_series(1, 5000) n
            """
        )
        self.env.cr.execute("ANALYZE giftcard_article")
        self.env.cr.execute(
            "EXPLAIN SELECT id FROM giftcard_article"
            " WHERE to_tsvector('simple', COALESCE(search_words, '')) @@ to_tsquery('simple', '龙井')"
        )
        plan = "\n".join(line for (line,) in self.env.cr.fetchall())
        self.assertIn("giftcard_article_search_words_index", plan)

    def test_no_rights(self):
        self.assertNoRights("GET", "/search?q=x")
