from odoo import models
from odoo.fields import Domain

from odoo.addons.giftcard_points.models.ledger.act import Act

from ...schemas.gift import Gift, GiftLink, GiftPreview


class GiftcardApiGift(models.AbstractModel):
    _name = "giftcard.api.gift"
    _inherit = "giftcard.api.service"
    _description = "API: Gifts"

    def _give(self, request):
        """Put value aside under the idempotency key of the request.

        :param request: :class:`~...schemas.gift.GiftRequest`
        :return: :class:`~...schemas.gift.Gift`
        :raise LedgerError: as ``giftcard.gift._offer``; nothing has happened then
        """
        member = self._member()
        card = self._own("loyalty.card", request.card_id)
        theme = self._own("giftcard.theme", request.theme_id) if request.theme_id else None
        # WeChat is asked before anything is locked.
        check = self._check_text(request.greeting) if request.greeting else self.env["giftcard.text.check"]
        key = f"api/{member.id}/{self.env.context['giftcard_idempotency_key']}"
        gift, __ = self.env["giftcard.gift"]._offer(
            Act("gift", key=key, member_id=member.id), card, request.amount, None if check else request.greeting, theme
        )
        if check:
            # The gift goes without its words, until staff let them be read.
            check._apply(gift, "greeting", request.greeting)
        return self._schema(gift)

    def _list(self, query):
        """:param query: :class:`~...schemas.gift.GiftQuery`

        :return: page of :class:`~...schemas.gift.Gift`, the latest first
        """
        sides = {"sent": ["giver_id"], "received": ["recipient_id"]}.get(query.role, ["giver_id", "recipient_id"])
        domain = Domain.OR(Domain(side, "=", self._member().id) for side in sides)
        if query.state:
            domain &= Domain("state", "=", query.state)
        return self._page(Gift, "giftcard.gift", domain, query, [("id", "desc")], convert=self._schema)

    def _get(self, gift_id):
        return self._schema(self._own("giftcard.gift", gift_id))

    def _link(self, gift_id):
        """:return: :class:`~...schemas.gift.GiftLink`
        :raise GiftNotFound, GiftClaimed, GiftRecalled, GiftExpired:
        """
        gift = self._own("giftcard.gift", gift_id)
        token = gift._reissue(self._member())
        return GiftLink(token=token, url=gift.sudo()._link(token))

    def _recall(self, gift_id):
        """:raise GiftNotFound, GiftClaimed, GiftExpired: when it is another's, or too late"""
        gift = self._own("giftcard.gift", gift_id)
        gift._recall(self._member())
        return self._schema(gift)

    def _open(self, claim):
        """:return: :class:`~...schemas.gift.GiftPreview`, for whoever has the token
        :raise GiftNotFound:
        """
        return GiftPreview.from_record(self.env["giftcard.gift"]._find(claim.token))

    def _claim(self, claim):
        """:raise LedgerError: as ``giftcard.gift._claim``; nothing has happened then"""
        return self._schema(self.env["giftcard.gift"]._claim(claim.token, self._member()))

    def _schema(self, gift):
        return Gift.from_record(gift, self._member())

    def _check_text(self, text):
        """:return: what holds the text back, if anything. :raise TextRefused:"""
        # Who the session belongs to is known here; members do not read identities.
        token = self.env["giftcard.api.token"].sudo().browse(self.env.context["giftcard_token_id"])
        return self.env["giftcard.text.check"]._check(text, "social", token.identity_id)
