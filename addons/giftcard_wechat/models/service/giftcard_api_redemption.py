from odoo import models

from odoo.addons.giftcard_pickup.exceptions import RewardNotAvailable, StoreNotAvailable

from ...schemas.redemption import Redemption, RedemptionSummary


class GiftcardApiRedemption(models.AbstractModel):
    _name = "giftcard.api.redemption"
    _inherit = "giftcard.api.service"
    _description = "API: Redemptions"

    def _submit(self, order):
        """Redeem rewards under the idempotency key of the request.

        :param order: :class:`~...schemas.redemption.RedemptionRequest`
        :return: :class:`~...schemas.redemption.Redemption`
        :raise LedgerError: as ``giftcard.redemption._submit``; nothing has happened then
        """
        store = self.env["giftcard.store"].search([("id", "=", order.store_id)])
        if not store:
            raise StoreNotAvailable(self.env._("The store does not exist."))
        rewards = self.env["giftcard.reward"].search([("id", "in", [line.reward_id for line in order.lines])])
        offered = {reward.id: reward for reward in rewards}
        if any(line.reward_id not in offered for line in order.lines):
            raise RewardNotAvailable(self.env._("One of the rewards is not offered."))
        redemption = self.env["giftcard.redemption"]._submit(
            self._member(),
            store,
            [(offered[line.reward_id], line.quantity) for line in order.lines],
            self.env.context["giftcard_idempotency_key"],
        )
        return Redemption.from_record(redemption)

    def _list(self, query):
        """:return: page of :class:`~...schemas.redemption.RedemptionSummary`, the latest first"""
        return self._page(
            RedemptionSummary,
            "giftcard.redemption",
            [("member_id", "=", self._member().id), ("state", "!=", "draft")],
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
