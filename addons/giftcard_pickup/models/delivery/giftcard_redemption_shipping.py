from odoo import api, fields, models
from odoo.fields import Command, Domain

from ...exceptions import CarrierNotAvailable
from ..amounts import total


class GiftcardRedemption(models.Model):
    """By whom a redemption is sent, and for how much."""

    _inherit = "giftcard.redemption"

    carrier_id = fields.Many2one("delivery.carrier", readonly=True, index="btree_not_null", ondelete="restrict")

    # Business

    @api.model
    def _shipping_options(self, member, lines, address):
        """Who would send these rewards to an address, and for how much.

        :param lines: as for ``_submit``
        :return: list of (``delivery.carrier``, amount), in the order in which carriers are offered
        """
        chosen = self._chosen(lines)
        # Carriers are public once they are offered; members have no rights on them.
        order = self.sudo()
        rewards = order.env["giftcard.reward"].browse(chosen)
        order = order.with_company(rewards[:1].company_id)
        items = order._price(rewards.with_env(order.env), chosen)
        redemption = order.new(
            {
                "company_id": order.env.company.id,
                "member_id": member.id,
                "fulfilment": "delivery",
                "address_id": address.id,
                "points": total((item["points_price"], item["quantity"]) for item in items),
                "line_ids": [Command.create(item) for item in items],
            }
        )
        return redemption._rates()

    def _add_shipping(self):
        """Charge for the delivery. Who does not choose a carrier gets the one that is offered first.

        :raise CarrierNotAvailable:
        """
        super()._add_shipping()
        if self.fulfilment != "delivery":
            return
        rates = self._rates(self.carrier_id)
        if self.carrier_id and not rates:
            raise CarrierNotAvailable(self.env._("%s does not deliver this there.", self.carrier_id.name))
        for carrier, amount in rates[:1]:
            self.update({"carrier_id": carrier, "shipping_amount": amount})

    # Building blocks

    def _rates(self, chosen=None):
        """Ask the carriers; some of them ask services of others.

        :param chosen: ``delivery.carrier``; none: all
        :return: list of (``delivery.carrier``, amount) of those that take it
        """
        order = self._shipping_order()
        domain = Domain(self.env["delivery.carrier"]._check_company_domain(self.company_id))
        if chosen:
            domain &= Domain("id", "in", chosen.ids)
        carriers = self.env["delivery.carrier"].search(domain)
        rates = [(carrier, carrier._giftcard_rate(self, order)) for carrier in carriers]
        return [(carrier, amount) for carrier, amount in rates if amount is not None]

    def _shipping_order(self):
        """:return: a ``sale.order`` in memory, which carriers can rate: the goods at what is paid for them in money"""
        return self.env["sale.order"].new(
            {
                "company_id": self.company_id.id,
                "partner_id": self.member_id.id,
                "partner_shipping_id": self.address_id.id,
                "pricelist_id": False,
                "order_line": [
                    Command.create(
                        {
                            "product_id": line.product_id.id,
                            "product_uom_qty": line.quantity,
                            "price_unit": line.cash_price,
                            "tax_ids": [Command.clear()],
                        }
                    )
                    for line in self.line_ids
                ],
            }
        )
