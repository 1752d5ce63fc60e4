from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .search_words import queries, words


class GiftcardReward(models.Model):
    """Search by words, in all languages of the database at once.

    ``search_words`` are the words of names, category, brand, scenes, specifications and product codes, with an index of
    whole words; see :mod:`.search_words` for how Chinese is cut.
    """

    _inherit = "giftcard.reward"

    search_words = fields.Text(compute="_compute_search_words", store=True)
    words = fields.Char(compute="_compute_words", search="_search_for_words")

    _search_words_index = models.Index("USING gin (to_tsvector('simple', COALESCE(search_words, '')))")

    @api.depends(
        "name",
        "main_id.name",
        "variant_ids.name",
        "category_id.name",
        "category_id.parent_id.name",
        "brand_id.name",
        "scene_ids.name",
        "specification_ids.value",
        "product_id.default_code",
        "product_id.barcode",
    )
    def _compute_search_words(self):
        languages = {code for code, __ in self.env["res.lang"].get_installed()} | {"en_US"}
        for reward in self:
            found = {}
            for language in sorted(languages):
                spoken = reward.with_context(lang=language)
                for text in (
                    spoken.name,
                    *(spoken.main_id | spoken.variant_ids).mapped("name"),
                    spoken.category_id.name,
                    spoken.category_id.parent_id.name,
                    spoken.brand_id.name,
                    *spoken.scene_ids.mapped("name"),
                    *spoken.specification_ids.mapped("value"),
                    spoken.product_id.default_code,
                    spoken.product_id.barcode,
                ):
                    found |= dict.fromkeys(words(text))
            reward.search_words = " ".join(found)

    def _compute_words(self):
        self.words = False

    def _refresh_search_words(self):
        self.env.add_to_compute(self._fields["search_words"], self)
        self.flush_recordset(["search_words"])

    @api.model
    def _search_for_words(self, operator, value):
        """Rewards with all the words; if there are none, those with at least half of them."""
        if operator not in ("ilike", "=", "in"):
            return NotImplemented
        texts = [value] if isinstance(value, str) else value
        found = []
        for text in texts:
            found += self._found_by(text) if text else []
        return Domain("id", "in", found)

    @api.model
    def _found_by(self, text, limit=1000):
        """:return: ids of rewards that have what is typed, those with more of the words first"""
        terms = queries(text)
        if not terms:
            return []
        self.flush_model(["search_words"])
        document = SQL("to_tsvector('simple', COALESCE(search_words, ''))")
        everything, anything = " & ".join(terms), " | ".join(terms)
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM giftcard_reward WHERE %s @@ to_tsquery('simple', %s) LIMIT %s",
                document,
                everything,
                limit,
            )
        )
        if not rows and len(terms) > 1:
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT found.id
                      FROM (SELECT id,
                                   (SELECT COUNT(*) FROM unnest(%(terms)s) term
                                     WHERE %(document)s @@ to_tsquery('simple', term)) AS matches
                              FROM giftcard_reward
                             WHERE %(document)s @@ to_tsquery('simple', %(anything)s)) found
                     WHERE found.matches * 2 >= %(count)s
                     ORDER BY found.matches DESC, found.id
                     LIMIT %(limit)s
                    """,
                    terms=terms,
                    document=document,
                    anything=anything,
                    count=len(terms),
                    limit=limit,
                )
            )
        return [reward_id for (reward_id,) in rows]
