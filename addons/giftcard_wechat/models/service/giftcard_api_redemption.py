from collections import Counter

from odoo import models

from ...api.problems import Problem
from ...schemas.redemption import Redemption, RedemptionSummary


class GiftcardApiRedemption(models.AbstractModel):
    _name = "giftcard.api.redemption"
    _inherit = "giftcard.api.service"
    _description = "API: Redemptions"

    def _list(self, query):
        """:return: page of :class:`~...schemas.redemption.RedemptionSummary`, the latest first"""
        return self._page(
            RedemptionSummary,
            "giftcard.redemption",
            [("member_id", "=", self._member().id), ("state", "=" if query.state else "!=", query.state or "draft")],
            query,
            [("id", "desc")],
        )

    def _get(self, redemption_id):
        return Redemption.from_record(self._own("giftcard.redemption", redemption_id))

    def _cancel(self, redemption_id, reason):
        """Call off what was not handed over yet; the points come back.

        :raise IllegalTransition: when it is too late
        """
        redemption = self._own("giftcard.redemption", redemption_id)
        redemption._cancel(reason, member=self._member())
        return Redemption.from_record(redemption)

    def _receive(self, redemption_id):
        """The member has what was sent.

        :raise IllegalTransition: when it is not on its way
        """
        redemption = self._own("giftcard.redemption", redemption_id)
        redemption._receive(self._member())
        return Redemption.from_record(redemption)

    def _request_return(self, redemption_id, request):
        """Ask to give goods back.

        :param request: :class:`~...schemas.redemption.ReturnRequest`
        :raise IllegalTransition, InvalidQuantity, NotReturnable:
        """
        redemption = self._own("giftcard.redemption", redemption_id)
        pieces = Counter()
        for line in request.lines:
            pieces[line.line_id] += line.quantity
        redemption._request_return(dict(pieces), request.reason)
        return Redemption.from_record(redemption)

    def _withdraw_return(self, redemption_id, return_id):
        """:raise IllegalTransition: when it has been decided already"""
        redemption = self._own("giftcard.redemption", redemption_id)
        # Of the member's own redemption.
        request = redemption.sudo().return_request_ids.filtered(lambda one: one.id == return_id)
        if not request:
            raise Problem("not_found")
        request._withdraw()
        return Redemption.from_record(redemption)
