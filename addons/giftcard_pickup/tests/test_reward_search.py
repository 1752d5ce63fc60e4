from odoo.tests import TransactionCase, tagged

from ..models.catalogue.search_words import queries, words
from .common import PickupCase


@tagged("post_install", "-at_install")
class TestSearchWords(TransactionCase):
    def test_chinese_is_cut_into_pairs(self):
        self.assertEqual(words("月饼礼盒"), ["月饼", "饼礼", "礼盒", "盒"])
        self.assertEqual(words("iPhone15 手机壳（黑）"), ["iphone15", "手机", "机壳", "壳", "黑"])
        self.assertEqual(queries("月饼"), ["月饼"])
        self.assertEqual(queries("饼"), ["饼:*"])
        self.assertEqual(queries("Ｒice 电饭煲"), ["rice:*", "电饭", "饭煲"])
        self.assertEqual(queries("'; & | ! :* <-> (), _"), [])


@tagged("post_install", "-at_install")
class TestRewardSearch(PickupCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_CN")
        cls.festival = cls.env["giftcard.reward.tag"].create({"name": "Mid-Autumn Day"})
        cls.festival.with_context(lang="zh_CN").name = "中秋佳节"
        cls.box = cls.reward.copy(
            {"name": "Zodiac Gift Box", "scene_ids": cls.festival.ids, "published": True, "points_price": 77}
        )
        cls.box.with_context(lang="zh_CN").name = "酥皮月饼大礼盒"

    def find(self, text):
        Reward = self.env["giftcard.reward"]
        return Reward.search([("words", "ilike", text), ("id", "in", (self.box | self.reward | self.service).ids)])

    def test_words_of_all_languages(self):
        for text in (
            "月饼",
            "礼盒",
            "饼",
            "zodiac",
            "ZOD",
            "gift box",
            "酥皮 礼盒",
            "中秋",
            "mid-autumn",
            "月饼 zodiac",
        ):
            with self.subTest(text=text):
                self.assertEqual(self.find(text), self.box)
        for text in ("饼月", "电饭", "pear", "盒大", "酥礼"):
            with self.subTest(text=text):
                self.assertFalse(self.find(text))

    def test_half_of_the_words_are_enough_when_all_are_not_found(self):
        self.assertEqual(self.find("中秋月饼"), self.box)
        self.assertFalse(self.find("春节坚果大盘"))

    def test_follows_changes(self):
        self.assertFalse(self.find("喜庆"))
        self.festival.with_context(lang="zh_CN").name = "喜庆"
        self.assertEqual(self.find("喜庆"), self.box)
        self.box.specification_ids = [(0, 0, {"name": "Weight", "value": "七百二十克"})]
        self.assertEqual(self.find("二十"), self.box)
        self.reward.product_id.default_code = "MUG-8831"
        self.assertEqual(self.find("8831"), self.reward | self.box)

    def test_found_in_the_name_of_a_variant(self):
        self.service.write({"main_id": self.reward.id, "name": "Porcelain deluxe"})
        self.assertEqual(self.find("porcelain"), self.reward | self.service)

    def test_translations_that_are_loaded_are_found(self):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE giftcard_reward SET name = name || %s::jsonb WHERE id = %s", ('{"zh_CN": "青花瓷"}', self.reward.id)
        )
        self.env.invalidate_all()
        self.assertFalse(self.find("青花"))
        self.env["ir.module.module"]._load_module_terms(["giftcard_pickup"], ["zh_CN"])
        self.assertEqual(self.find("青花"), self.reward)

    def test_nothing_typed_finds_nothing(self):
        for text in ("'; --", "&", "!!"):
            self.assertFalse(self.find(text))

    def test_index_is_used(self):
        self.env.flush_all()
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        self.env.cr.execute(
            "EXPLAIN SELECT id FROM giftcard_reward"
            " WHERE to_tsvector('simple', COALESCE(search_words, '')) @@ to_tsquery('simple', '月饼')"
        )
        plan = "\n".join(row[0] for row in self.env.cr.fetchall())
        self.assertIn("giftcard_reward_search_words_index", plan)
