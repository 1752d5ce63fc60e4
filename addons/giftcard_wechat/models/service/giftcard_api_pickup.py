from odoo import models

from ...schemas.pickup import PickupCode
from ...schemas.redemption import Redemption


class GiftcardApiPickup(models.AbstractModel):
    _name = "giftcard.api.pickup"
    _inherit = "giftcard.api.service"
    _description = "API: Pickup Codes"

    def _list(self, query):
        """:return: page of :class:`~...schemas.pickup.PickupCode` that are good now, the latest first"""
        domain = [
            ("redemption_id.member_id", "=", self._member().id),
            ("redemption_id.state", "=", "ready"),
            ("state", "=", "open"),
        ]
        return self._page(PickupCode, "giftcard.pickup.code", domain, query, [("id", "desc")], ["redemption_id"])

    def _reissue(self, redemption_id):
        """A new code in the place of the old one, which is dead from now on.

        :raise IllegalTransition: when the goods are not ready
        """
        redemption = self._redemption(redemption_id)
        redemption._reissue_code(self.env._("Asked for by the member"), self._member())
        return Redemption.from_record(redemption)

    def _extend(self, redemption_id):
        """:raise ExtensionNotAllowed, IllegalTransition:"""
        redemption = self._redemption(redemption_id)
        redemption._extend_for_member(self._member())
        return Redemption.from_record(redemption)

    def _set_proxy(self, redemption_id, proxy):
        """:param proxy: :class:`~...schemas.pickup.ProxyRequest`

        :raise InvalidProxy, IllegalTransition:
        """
        redemption = self._redemption(redemption_id)
        redemption._set_proxy(proxy.name, proxy.phone, member=self._member())
        return Redemption.from_record(redemption)

    def _drop_proxy(self, redemption_id):
        """Nobody but the member picks up any more; also when nobody else did.

        :raise IllegalTransition: when the goods are not ready
        """
        redemption = self._redemption(redemption_id)
        if redemption.proxy_code_id:
            redemption._drop_proxy(member=self._member())
        return Redemption.from_record(redemption)

    def _redemption(self, redemption_id):
        return self._own("giftcard.redemption", redemption_id)
