from collections import Counter

from odoo import fields, models
from odoo.fields import Command


class GiftcardRedemption(models.Model):
    """Goods that the store lacks come from the warehouses that resupply it.

    The transfer to the member is made to order for what is missing: the standard resupply route brings it, through
    transit, and reserves it on arrival. What it brings is reserved at submission as a whole and may leave once the
    redemption is approved; the pickup code is issued when everything is in the store.
    """

    _inherit = "giftcard.redemption"

    supply_ids = fields.One2many(
        "stock.picking",
        "giftcard_supply_id",
        string="Transfers to the Store",
        readonly=True,
        groups="stock.group_stock_user",
    )

    def _stock_locations(self):
        """:return: the ``stock.location`` of the goods that this order may take"""
        return self.store_id._stock_locations() if self.fulfilment == "pickup" else self.warehouse_id.lot_stock_id

    def _reserve_goods(self):
        if self.fulfilment != "pickup" or not (plan := self._plan_supply()):
            return super()._reserve_goods()
        self.name = self.env["ir.sequence"].next_by_code("giftcard.redemption")
        stock, customers = self.warehouse_id.lot_stock_id, self._customer_location()
        reference = self.env["stock.reference"].create({"name": self.name})
        routes = {route.supplier_wh_id: route for route in self.warehouse_id.resupply_route_ids}
        picking = self.env["stock.picking"].create(
            {
                "giftcard_redemption_id": self.id,
                "partner_id": self.member_id.id,
                "origin": self.name,
                "company_id": self.company_id.id,
                "picking_type_id": self.warehouse_id.out_type_id.id,
                "location_id": stock.id,
                "location_dest_id": customers.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "product_uom": product.uom_id.id,
                            "location_id": stock.id,
                            "location_dest_id": customers.id,
                            "company_id": self.company_id.id,
                            "reference_ids": [Command.link(reference.id)],
                            **(
                                {"procure_method": "make_to_order", "route_ids": [Command.link(routes[source].id)]}
                                if source != self.warehouse_id
                                else {}
                            ),
                        }
                    )
                    for (product, source), quantity in plan.items()
                ],
            }
        )
        picking.action_confirm()
        arriving = picking.move_ids.move_orig_ids
        leaving = arriving.move_orig_ids
        (arriving | leaving).picking_id.giftcard_supply_id = self
        here = picking.move_ids.filtered(lambda move: move.procure_method == "make_to_stock")
        (here | leaving)._action_assign()
        self._check_reserved(here | leaving)
        return None

    def _plan_supply(self):
        """Lock the stock and find out what the store lacks.

        :return: Counter of (product, ``stock.warehouse``) -> pieces; empty when the store has all, or nobody has
        """
        needed = self._needed_goods()
        storable = self.env["product.product"].union(*needed).filtered("is_storable")
        suppliers = self.store_id._suppliers()
        if not suppliers or not storable:
            return Counter()
        quants = self.env["stock.quant"]
        # Most find all in the store, and need not wait for those who take from the warehouse behind it.
        here = quants._giftcard_lock(storable, self.warehouse_id.lot_stock_id)
        if all(here[product.id] >= needed[product] for product in storable):
            return Counter()
        quants._giftcard_lock(storable, self._stock_locations())
        plan, short = Counter(), dict(needed)
        for warehouse in self.warehouse_id | suppliers:
            free = quants._giftcard_lock(storable, warehouse.lot_stock_id)
            for product, missing in short.items():
                taken = min(missing, max(0, int(free[product.id]))) if product.is_storable else missing
                short[product] = missing - taken
                plan[product, warehouse] += taken
        return Counter() if any(short.values()) else +plan

    def _check_reserved(self, moves):
        """:raise OutOfStock: when the stock did not give what was planned"""
        reserved = Counter()
        for move in moves:
            reserved[move.product_id] += move.quantity
        for product, needed in self._needed_goods().items():
            if product.uom_id.compare(reserved[product], needed) < 0:
                self._refuse_stock(product, reserved[product])

    def _make_ready(self):
        waiting = self.filtered(lambda redemption: redemption._awaits_supply())
        if waiting:
            waiting._start_picking()
        return super(GiftcardRedemption, self - waiting)._make_ready()

    def _awaits_supply(self):
        """:return: whether goods are still to come from another warehouse"""
        return any(picking.state not in ("done", "cancel") for picking in self.sudo().supply_ids)

    def _supply_arrived(self):
        """Issue the codes of those whose goods are all in the store; called when a transfer to it is done."""
        here = self.filtered(
            lambda redemption: (
                redemption.state == "picking"
                and not redemption._awaits_supply()
                and all(move.state in ("assigned", "cancel") for move in redemption.picking_ids.move_ids)
            )
        )
        if here:
            here._make_ready()

    def _release_goods(self):
        supplies = self.supply_ids.filtered(lambda picking: picking.state not in ("done", "cancel"))
        if supplies:
            moves = (self.picking_ids | supplies).move_ids
            self.env["stock.quant"]._giftcard_lock(moves.product_id.filtered("is_storable"), moves.location_id)
        result = super()._release_goods()
        # What is on its way already goes on, into the free stock of the store.
        supplies.filtered(lambda picking: picking._supply_leaves() or not picking._supply_is_sent()).action_cancel()
        return result
