from odoo import models
from odoo.fields import Domain

from ...api.endpoint import PREFIX
from ...api.problems import Problem
from ...schemas.reward import Categories, Category, Onlooker, Reward, RewardDetail, Rewards, Tag, Tags, has_image

SORTS = {
    "default": [("sequence", "asc"), ("id", "asc")],
    "points": [("points_price", "asc"), ("id", "asc")],
    "-points": [("points_price", "desc"), ("id", "desc")],
    "newest": [("id", "desc")],
    "popular": [("redeemed", "desc"), ("id", "asc")],
}


class GiftcardApiReward(models.AbstractModel):
    _name = "giftcard.api.reward"
    _inherit = "giftcard.api.service"
    _description = "API: Rewards"

    def _list(self, query):
        """:return: page of :class:`~...schemas.reward.Reward` in the order asked for"""
        onlooker = self._onlooker()
        return self._in_store(query)._page(
            Reward,
            "giftcard.reward",
            self._visible(query) & self._filters(query, onlooker),
            query,
            SORTS[query.sort],
            convert=lambda reward: Reward.from_record(reward, onlooker),
        )

    def _get(self, reward_id, query):
        """:return: :class:`~...schemas.reward.RewardDetail`"""
        reward = self._in_store(query)._seen(reward_id)
        available = reward._family()._available(self._store(query))
        return RewardDetail.from_record(reward, self._onlooker(), self._member(), available)

    def _similar(self, reward_id, query):
        """:return: :class:`~...schemas.reward.Rewards` to offer in the place of one, the most similar first"""
        reward = self._in_store(query)._seen(reward_id)
        # It looks for what the member sees; categories and tiers as such are not his to read.
        similar = reward.sudo()._similar(self._member(), self._store(query), query.limit).with_env(reward.env)
        onlooker = self._onlooker()
        return Rewards(items=[Reward.from_record(other, onlooker) for other in similar])

    def _categories(self):
        """:return: :class:`~...schemas.reward.Categories`, parents before those in them"""
        counts = self.env["giftcard.reward"]._read_group(self._visible(), ["category_id"], ["__count"])
        paths = [(category.parent_path, count) for category, count in counts if category]
        return Categories(
            items=[
                Category(
                    id=category.id,
                    name=category.name,
                    parent_id=category.parent_id.id or None,
                    image_url=f"{PREFIX}/rewards/categories/{category.id}/image" if has_image(category) else None,
                    rewards=sum(count for path, count in paths if path.startswith(category.parent_path)),
                )
                for category in self._shelves()
            ]
        )

    def _tags(self, query):
        """:return: :class:`~...schemas.reward.Tags`"""
        rewards = self.env["giftcard.reward"]
        counts = {}
        for field in ("brand_id", "scene_ids"):
            counts |= {tag.id: count for tag, count in rewards._read_group(self._visible(), [field], ["__count"])}
        return Tags(
            items=[
                Tag(
                    id=tag.id,
                    kind=tag.kind,
                    name=tag.name,
                    image_url=f"{PREFIX}/rewards/tags/{tag.id}/image" if has_image(tag) else None,
                    rewards=counts.get(tag.id, 0),
                )
                for tag in self.env["giftcard.reward.tag"].search([("kind", "=", query.kind)] if query.kind else [])
            ]
        )

    def _image(self, reward_id):
        """:return: stream of the picture of a published reward, for whoever asks"""
        reward = self._published(reward_id)
        if not reward.image_512:
            raise Problem("not_found")
        return self._stream(reward.product_id)

    def _picture(self, reward_id, picture_id):
        """:return: stream of one more picture of a published reward, for whoever asks"""
        return self._stream(self._published(reward_id).picture_ids.filtered(lambda picture: picture.id == picture_id))

    def _category_image(self, category_id):
        # The shelves of the mall are no secret, nor are brands and scenes.
        return self._stream(self.env["giftcard.reward.category"].sudo().search([("id", "=", category_id)]))

    def _tag_image(self, tag_id):
        # As above.
        return self._stream(self.env["giftcard.reward.tag"].sudo().search([("id", "=", tag_id)]))

    # Building blocks

    def _stream(self, record):
        if not record or not record.image_512:
            raise Problem("not_found")
        return self.env["ir.binary"].sudo()._get_image_stream_from(record, "image_512")

    def _published(self, reward_id):
        # A guest sees what the catalogue shows, and nothing else.
        return self.env["giftcard.reward"].sudo().search([("id", "=", reward_id), ("published", "=", True)])

    def _seen(self, reward_id):
        """:return: the ``giftcard.reward`` that the member sees. :raise Problem: ``not_found``"""
        reward = self._own("giftcard.reward", reward_id)
        if not reward._visible_to(self._member()):
            raise Problem("not_found")
        return reward

    def _visible(self, query=None):
        store = self._store(query) if query and query.handed_out else None
        return self.env["giftcard.reward"]._visible_domain(self._member(), store)

    def _filters(self, query, onlooker):
        """:return: domain of what the query asks for"""
        domain = Domain.TRUE
        for field, value in (("brand_id", query.brand_id), ("scene_ids", query.scene_id), ("kind", query.kind)):
            if value:
                domain &= Domain(field, "=", value)
        if query.category_id:
            domain &= Domain("category_id", "child_of", query.category_id)
        if query.search:
            domain &= Domain("words", "ilike", query.search)
        if query.points_from is not None:
            domain &= Domain("points_price", ">=", query.points_from)
        if query.points_to is not None:
            domain &= Domain("points_price", "<=", query.points_to)
        if query.affordable:
            domain &= Domain.OR(
                Domain("program_id", "=", program_id) & Domain("points_price", "<=", points)
                for program_id, points in onlooker.points.items()
            )
        return domain

    def _shelves(self):
        """:return: categories in the order in which they are shown, each after the one that it stands in"""
        categories = self.env["giftcard.reward.category"].search([("active", "=", True)])
        below = categories.grouped("parent_id")
        shown, waiting = categories.browse(), list(reversed(below.get(categories.browse(), ())))
        while waiting:
            category = waiting.pop()
            shown |= category
            waiting.extend(reversed(below.get(category, ())))
        return shown

    def _store(self, query):
        # Which store is asked for is the client's; what is handed out there is public.
        return self.env["giftcard.store"].browse(query.store_id or ())

    def _in_store(self, query):
        # Members see one reward with all its variants, and what is left of all of them.
        shown = self.with_context(giftcard_together=True)
        return shown.with_context(giftcard_store_id=query.store_id) if query.store_id else shown

    def _onlooker(self):
        """:return: :class:`~...schemas.reward.Onlooker` for the member"""
        return Onlooker(
            self._points(),
            # Which tier a member has is no secret of his own.
            self._member().sudo().member_tier_id,
            set(self.env["giftcard.favourite"].search([("member_id", "=", self._member().id)]).reward_id.ids),
        )

    def _points(self):
        """:return: dict of points program id -> what the member may spend"""
        return {
            # The sum over a card that never moved is none.
            program.id: points or 0.0
            for program, points in self.env["loyalty.card"]._read_group(
                [
                    ("partner_id", "=", self._member().id),
                    ("state", "=", "active"),
                    ("program_id.program_type", "=", "loyalty"),
                ],
                ["program_id"],
                ["points:sum"],
            )
        }
