from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .search_words import queries, words


class GiftcardSearchMixin(models.AbstractModel):
    """Search by words, in all languages of the database at once.

    ``search_words`` are the words of :meth:`_search_texts`, with an index of whole words; see :mod:`.search_words` for
    how Chinese is cut. A model names the fields that they come from by overriding :meth:`_compute_search_words` with
    ``@api.depends``.
    """

    _name = "giftcard.search.mixin"
    _description = "Found by Words"

    search_words = fields.Text(compute="_compute_search_words", store=True)
    words = fields.Char(compute="_compute_words", search="_search_for_words")

    _search_words_index = models.Index("USING gin (to_tsvector('simple', COALESCE(search_words, '')))")

    def _search_texts(self):
        """:return: list of texts that the record is found by, in the language of the environment"""
        raise NotImplementedError

    def _compute_search_words(self):
        languages = {code for code, __ in self.env["res.lang"].get_installed()} | {"en_US"}
        for record in self:
            found = {}
            for language in sorted(languages):
                for text in record.with_context(lang=language)._search_texts():
                    found |= dict.fromkeys(words(text))
            record.search_words = " ".join(found)

    def _compute_words(self):
        self.words = False

    def _refresh_search_words(self):
        self.env.add_to_compute(self._fields["search_words"], self)
        self.flush_recordset(["search_words"])

    @api.model
    def _search_for_words(self, operator, value):
        """Records with all the words; if there are none, those with at least half of them."""
        if operator not in ("ilike", "=", "in"):
            return NotImplemented
        texts = [value] if isinstance(value, str) else value
        found = []
        for text in texts:
            found += self._found_by(text) if text else []
        return Domain("id", "in", found)

    @api.model
    def _found_by(self, text, limit=1000):
        """:return: ids of records that have what is typed, those with more of the words first"""
        terms = queries(text)
        if not terms:
            return []
        self.flush_model(["search_words"])
        table = SQL.identifier(self._table)
        document = SQL("to_tsvector('simple', COALESCE(search_words, ''))")
        everything, anything = " & ".join(terms), " | ".join(terms)
        rows = self.env.execute_query(
            SQL("SELECT id FROM %s WHERE %s @@ to_tsquery('simple', %s) LIMIT %s", table, document, everything, limit)
        )
        if not rows and len(terms) > 1:
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT found.id
                      FROM (SELECT id,
                                   (SELECT COUNT(*) FROM unnest(%(terms)s) term
                                     WHERE %(document)s @@ to_tsquery('simple', term)) AS matches
                              FROM %(table)s
                             WHERE %(document)s @@ to_tsquery('simple', %(anything)s)) found
                     WHERE found.matches * 2 >= %(count)s
                     ORDER BY found.matches DESC, found.id
                     LIMIT %(limit)s
                    """,
                    terms=terms,
                    table=table,
                    document=document,
                    anything=anything,
                    count=len(terms),
                    limit=limit,
                )
            )
        return [record_id for (record_id,) in rows]
