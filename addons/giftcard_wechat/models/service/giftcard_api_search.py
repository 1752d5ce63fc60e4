from typing import get_args

from odoo import models
from odoo.fields import Domain
from odoo.tools import html2plaintext

from ...api.endpoint import PREFIX
from ...api.problems import Problem
from ...schemas.common import exact
from ...schemas.content import image_of
from ...schemas.search import Hit, HitGroup, Kind, SearchResult
from .giftcard_api_content import ORDER

# Characters.
SUMMARY = 100
REWARD_ORDER = [("sequence", "asc"), ("id", "asc")]
STORE_ORDER = [("code", "asc"), ("id", "asc")]


class GiftcardApiSearch(models.AbstractModel):
    """One search over what the member may see; each model finds its words by its own index."""

    _name = "giftcard.api.search"
    _inherit = "giftcard.api.service"
    _description = "API: Search"

    def _search_all(self, query):
        """:param query: :class:`~...schemas.search.SearchQuery`

        :return: :class:`~...schemas.search.SearchResult`
        :raise Problem: ``validation_error`` for a cursor without its kind
        """
        if query.cursor and not query.kind:
            detail = self.env._("A cursor belongs to one kind.")
            raise Problem("validation_error", errors=[{"pointer": "kind", "detail": detail}])
        return SearchResult(groups=[self._group(kind, query) for kind in get_args(Kind) if query.kind in (None, kind)])

    def _group(self, kind, query):
        """:return: :class:`~...schemas.search.HitGroup`"""
        member, model_name = self._member(), f"giftcard.{kind}"
        model = self.env[model_name]
        match kind:
            case "reward":
                visible, order, convert = model._visible_domain(member), REWARD_ORDER, self._reward_hit
            case "article":
                visible, order, convert = model._shown_domain(member), ORDER, self._article_hit
            case "faq":
                visible, order, convert = model._shown_domain(member), ORDER, self._faq_hit
            case "store":
                visible, order, convert = Domain("active", "=", True), STORE_ORDER, self._store_hit
        found = visible & Domain("words", "ilike", query.q)
        page = self._page(Hit, model_name, found, query, order, convert=convert)
        return HitGroup(kind=kind, items=page.items, next_cursor=page.next_cursor)

    def _reward_hit(self, reward):
        # Products are not the member's to read; whether there is a picture is asked without loading it.
        product = reward.sudo().product_id.with_context(bin_size=True)
        return Hit(
            kind="reward",
            id=reward.id,
            title=reward.name,
            summary=self._shortened(reward.description),
            image_url=f"{PREFIX}/rewards/{reward.id}/image" if product.image_128 else None,
            points_price=exact(reward.points_price),
        )

    def _article_hit(self, article):
        return Hit(
            kind="article",
            id=article.id,
            title=article.title,
            summary=article.summary or self._shortened(article.body),
            image_url=image_of(article, "articles"),
            points_price=None,
        )

    def _faq_hit(self, faq):
        return Hit(
            kind="faq",
            id=faq.id,
            title=faq.question,
            summary=self._shortened(faq.answer),
            image_url=None,
            points_price=None,
        )

    def _store_hit(self, store):
        # The address is published with the store; contacts are not the member's to read.
        public = store.sudo()
        return Hit(
            kind="store",
            id=store.id,
            title=store.name,
            summary=public.street_address or None,
            image_url=image_of(public, "stores"),
            points_price=None,
        )

    def _shortened(self, html):
        """:return: the beginning of a rich text as plain text, or None"""
        text = " ".join(html2plaintext(html or "", include_references=False).split())
        return (text if len(text) <= SUMMARY else f"{text[: SUMMARY - 1]}…") or None
