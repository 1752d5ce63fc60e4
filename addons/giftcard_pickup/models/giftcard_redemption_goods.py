from collections import Counter

from odoo import models
from odoo.fields import Command

from ..exceptions import IllegalTransition, OutOfStock


class GiftcardRedemption(models.Model):
    """The goods of a redemption: one standard transfer out of its warehouse. Services have none.

    All methods run with the redemption's own rights (sudo), since neither members nor clerks have stock rights; they
    touch the redemption's own transfers only.
    """

    _inherit = "giftcard.redemption"

    def _reserve_goods(self):
        """Number the redemption, create its transfer and reserve it as a whole.

        :raise OutOfStock:
        """
        self.ensure_one()
        needed = self._needed_goods()
        warehouse, customers = self.warehouse_id, self.member_id.property_stock_customer
        storable = self.env["product.product"].union(*needed).filtered("is_storable")
        free = self.env["stock.quant"]._giftcard_lock(storable, warehouse.lot_stock_id)
        for product in storable:
            if free[product.id] < needed[product]:
                self._refuse_stock(product, free[product.id])
        self.name = self.env["ir.sequence"].next_by_code("giftcard.redemption")
        if not needed:
            return
        picking = self.env["stock.picking"].create(
            {
                "giftcard_redemption_id": self.id,
                "partner_id": (self.address_id or self.member_id).id,
                "origin": self.name,
                "company_id": self.company_id.id,
                "picking_type_id": warehouse.out_type_id.id,
                "location_id": warehouse.lot_stock_id.id,
                "location_dest_id": customers.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "product_uom": product.uom_id.id,
                            "location_id": warehouse.lot_stock_id.id,
                            "location_dest_id": customers.id,
                            "company_id": self.company_id.id,
                        }
                    )
                    for product, quantity in needed.items()
                ],
            }
        )
        picking.action_confirm()
        self._assign(picking)

    def _deliver_goods(self):
        """Validate the transfer as it stands: reserved as a whole, no backorder."""
        self.ensure_one()
        picking = self.picking_ids.filtered(lambda picking: picking.state not in ("done", "cancel"))
        if not picking:
            return
        self._lock_goods(with_destination=True)
        self._assign(picking)
        # No wizard may ask anything here: there is no backorder to decide on, and no text message to confirm.
        picking.with_context(skip_backorder=True, skip_sms=True).button_validate()
        if any(one.state != "done" for one in picking):
            raise OutOfStock(self.env._("The goods of %s could not be issued from the stock.", self.name))

    def _release_goods(self):
        """Cancel the transfers, which frees what they reserved.

        :raise IllegalTransition: when a part has left
        """
        for redemption in self:
            if "done" in redemption.picking_ids.mapped("state"):
                raise IllegalTransition(self.env._("A part of %s has been sent already.", redemption.name))
        pickings = self.picking_ids.filtered(lambda picking: picking.state not in ("done", "cancel"))
        if pickings:
            self._lock_goods()
            pickings.action_cancel()

    def _check_shippable(self):
        """:raise IllegalTransition: when the goods may not leave: not approved, or called off meanwhile"""
        if self.state != "picking":
            raise IllegalTransition(self.env._("The goods of %s are not to be sent.", self.name))

    def _ship(self):
        """The step that follows once the last transfer has left the warehouse."""
        for redemption in self:
            if all(picking.state in ("done", "cancel") for picking in redemption.picking_ids):
                redemption._transition("shipped")

    def _needed_goods(self):
        """:return: Counter of ``product.product`` -> pieces"""
        needed = Counter()
        for line in self.line_ids:
            if line.product_id.type != "service" and not line.reward_id._is_virtual():
                needed[line.product_id] += line.quantity
        return needed

    def _lock_goods(self, with_destination=False):
        moves = self.picking_ids.move_ids
        locations = moves.location_id | moves.location_dest_id if with_destination else moves.location_id
        self.env["stock.quant"]._giftcard_lock(moves.product_id.filtered("is_storable"), locations)

    def _assign(self, picking):
        """Reserve what is not reserved yet.

        :raise OutOfStock: when that is not all
        :raise IllegalTransition: when somebody has added goods to the transfer
        """
        if missing := picking.move_ids.filtered(lambda move: move.state != "assigned"):
            missing._action_assign()
        reserved = Counter()
        for move in picking.move_ids:
            reserved[move.product_id] += move.quantity
        needed = self._needed_goods()
        for product in needed.keys() | reserved.keys():
            difference = product.uom_id.compare(reserved[product], needed[product])
            if difference < 0:
                self._refuse_stock(product, reserved[product])
            if difference > 0:
                raise IllegalTransition(
                    self.env._(
                        "The transfer of %(redemption)s has more of %(product)s than was redeemed.",
                        redemption=self.name,
                        product=product.display_name,
                    )
                )

    def _refuse_stock(self, product, available):
        raise OutOfStock(
            self.env._(
                "%(store)s has only %(available)s of %(product)s left.",
                store=self.store_id.name or self.warehouse_id.name,
                available=int(available),
                product=product.display_name,
            ),
            int(available),
        )
