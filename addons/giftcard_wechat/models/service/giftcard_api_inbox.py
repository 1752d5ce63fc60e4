from odoo import models
from odoo.fields import Domain

from ...schemas.inbox import Message, Unread


class GiftcardApiInbox(models.AbstractModel):
    _name = "giftcard.api.inbox"
    _inherit = "giftcard.api.service"
    _description = "API: Inbox"

    def _list(self, query):
        """:return: page of :class:`~...schemas.inbox.Message`, the latest first"""
        domain = Domain("partner_id", "=", self._member().id)
        if query.unread:
            domain &= Domain("read_at", "=", False)
        if query.kind:
            domain &= Domain("kind", "=", query.kind)
        return self._page(Message, "giftcard.message", domain, query, [("id", "desc")])

    def _unread(self):
        """:return: :class:`~...schemas.inbox.Unread`"""
        by_kind = dict(
            self.env["giftcard.message"]._read_group(
                [("partner_id", "=", self._member().id), ("read_at", "=", False)], ["kind"], ["__count"]
            )
        )
        return Unread(unread=sum(by_kind.values()), by_kind=by_kind)

    def _read(self, seen):
        """:param seen: :class:`~...schemas.inbox.ReadRequest`; what is not the member's is passed over

        :return: :class:`~...schemas.inbox.Unread`, what is left
        """
        self.env["giftcard.message"]._mark_read_of(self._member(), seen.ids, seen.until)
        return self._unread()
