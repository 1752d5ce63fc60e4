from odoo import models

from ...api.problems import Problem
from ...schemas.handover import Code, Handover, Handovers, Link


class GiftcardApiHandover(models.AbstractModel):
    _name = "giftcard.api.handover"
    _inherit = "giftcard.api.service"
    _description = "API: Virtual Rewards"

    def _list(self, redemption_id):
        """:return: :class:`~...schemas.handover.Handovers` of a redemption of the member's"""
        return Handovers(items=[Handover.from_record(one) for one in self._fulfilments(redemption_id).sorted("id")])

    def _code(self, redemption_id, handover_id):
        """:return: :class:`~...schemas.handover.Code`; from now on it cannot be taken back"""
        code = self._handed_over(redemption_id, handover_id, "code").code_id
        return Code(code=code._reveal(member=self._member()), valid_until=code.valid_until or None)

    def _link(self, redemption_id, handover_id):
        """:return: :class:`~...schemas.handover.Link`"""
        return Link(url=self._handed_over(redemption_id, handover_id, "file")._download_link())

    def _fulfilments(self, redemption_id):
        # The redemption is the member's, and so is what was handed over for it.
        return self._own("giftcard.redemption", redemption_id).sudo().fulfilment_ids

    def _handed_over(self, redemption_id, handover_id, kind):
        """:return: the ``giftcard.fulfilment``. :raise Problem: ``not_found``, also when it is not handed over (yet)"""
        fulfilment = self._fulfilments(redemption_id).filtered(
            lambda one: (one.id, one.kind, one.state) == (handover_id, kind, "done")
        )
        if not fulfilment:
            raise Problem("not_found")
        return fulfilment
