from datetime import timedelta

from odoo import fields, models
from odoo.fields import Command

from ...exceptions import IllegalTransition, InvalidQuantity, NotReturnable


class GiftcardRedemption(models.Model):
    """Returns that a member asks for."""

    _inherit = "giftcard.redemption"

    return_request_ids = fields.One2many(
        comodel_name="giftcard.return.request",
        inverse_name="redemption_id",
        string="Requested Returns",
        readonly=True,
        groups="giftcard_pickup.group_reviewer,giftcard_points.group_auditor",
    )

    # Business

    def _request_return(self, pieces, reason):
        """Ask to bring goods back; a reviewer decides.

        The method needs no rights of the user who calls it: the caller makes sure of who the member is.

        :param pieces: dict of ``giftcard.redemption.line`` id -> pieces
        :param reason: text
        :return: ``giftcard.return.request``
        :raise IllegalTransition: when the goods have not arrived, or a return is under way already
        :raise NotReturnable: when it is too late, or they are no goods
        :raise InvalidQuantity: when there are fewer
        """
        redemption = self.sudo()
        # Of two who ask at once the second sees the request of the first.
        redemption._lock()
        redemption._check_returnable()
        lines = {line.id: line for line in redemption.line_ids if line._is_goods()}
        for line_id, quantity in pieces.items():
            if line_id not in lines:
                raise NotReturnable(self.env._("Only goods of %s can come back.", redemption.name))
            left = lines[line_id]._returnable_quantity()
            if not 0 < quantity <= left:
                raise InvalidQuantity(
                    self.env._("Of %(reward)s %(left)s can come back.", reward=lines[line_id]._label(), left=left)
                )
        if not pieces:
            raise InvalidQuantity(self.env._("Choose at least one reward."))
        return redemption.env["giftcard.return.request"].create(
            {
                "redemption_id": redemption.id,
                "date": fields.Datetime.now(),
                "reason": reason,
                "line_ids": [
                    Command.create({"line_id": line_id, "quantity": quantity}) for line_id, quantity in pieces.items()
                ],
            }
        )

    def _check_returnable(self):
        if self.env["giftcard.return.request"]._open_of(self):
            raise IllegalTransition(self.env._("A return of %s is under way already.", self.name))
        if self.state not in ("shipped", "done"):
            raise IllegalTransition(self.env._("The goods of %s cannot come back: they have not left.", self.name))
        until = self._returnable_until()
        if not until or until < fields.Datetime.now():
            raise NotReturnable(self.env._("The time to bring goods of %s back is over.", self.name))

    def _returnable_until(self):
        """:return: until when the member may ask, or None"""
        days = self.company_id.giftcard_return_days
        if not days or self.state not in ("shipped", "done"):
            return None
        arrived = self.transition_ids.filtered(lambda step: step.to_state in ("shipped", "done"))[-1:]
        return arrived.date + timedelta(days=days)

    def _may_return(self):
        """:return: whether the member may ask for a return now"""
        redemption = self.sudo()
        until = redemption._returnable_until()
        return bool(
            until
            and until >= fields.Datetime.now()
            and not redemption.env["giftcard.return.request"]._open_of(redemption)
            and any(line._is_goods() and line._returnable_quantity() for line in redemption.line_ids)
        )

    def _take_return(self, picking):
        result = super()._take_return(picking)
        picking.giftcard_return_request_id._finish()
        return result
