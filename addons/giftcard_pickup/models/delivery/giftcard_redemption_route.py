from odoo import fields, models
from odoo.fields import Command


class GiftcardRedemption(models.Model):
    """Deliveries out of a warehouse that picks, packs and ships in steps.

    The warehouse's own delivery route makes the chain: its first step is pulled and reserved as a whole, each further
    one is pushed when the one before is done. At any time each piece is in one open step.
    """

    _inherit = "giftcard.redemption"

    def _create_transfers(self):
        routed = self.filtered(lambda redemption: redemption._is_routed())
        super(GiftcardRedemption, self - routed)._create_transfers()
        if not routed:
            return
        Rule, procurements = self.env["stock.rule"], []
        references = self.env["stock.reference"].create([{"name": redemption.name} for redemption in routed])
        for redemption, reference in zip(routed, references, strict=True):
            procurements += [
                Rule.Procurement(
                    product,
                    quantity,
                    product.uom_id,
                    redemption._customer_location(),
                    redemption.name,
                    redemption.name,
                    redemption.company_id,
                    {
                        "company_id": redemption.company_id,
                        "warehouse_id": redemption.warehouse_id,
                        "route_ids": redemption.warehouse_id.delivery_route_id,
                        "reference_ids": reference,
                        "partner_id": redemption.address_id.id,
                        "date_planned": fields.Datetime.now(),
                    },
                )
                for product, quantity in redemption._needed_goods().items()
            ]
        Rule.run(procurements)
        references.invalidate_recordset(["move_ids"])
        for redemption, reference in zip(routed, references, strict=True):
            reference.move_ids.picking_id.giftcard_redemption_id = redemption

    def _is_routed(self):
        return self.fulfilment == "delivery" and self.warehouse_id.delivery_steps != "ship_only"

    def _release_goods(self):
        # What waits for a step that will not come lies in the packing zone or at the output.
        left = [
            redemption._bring_back_values(picking)
            for redemption in self.filtered(lambda redemption: redemption._is_routed())
            for picking in redemption._open_picking()
            if picking.location_id != redemption.warehouse_id.lot_stock_id
        ]
        result = super()._release_goods()
        if left:
            back = self.env["stock.picking"].create(left)
            back.action_confirm()
            back.action_assign()
        return result

    def _bring_back_values(self, step):
        """:return: values of the ``stock.picking`` that takes back to the shelves what a step would have taken on"""
        place, stock = step.location_id, self.warehouse_id.lot_stock_id
        return {
            "origin": self.name,
            "company_id": self.company_id.id,
            "picking_type_id": self.warehouse_id.int_type_id.id,
            "location_id": place.id,
            "location_dest_id": stock.id,
            "move_ids": [
                Command.create(
                    {
                        "product_id": move.product_id.id,
                        "product_uom_qty": move.product_uom_qty,
                        "product_uom": move.product_uom.id,
                        "location_id": place.id,
                        "location_dest_id": stock.id,
                        "company_id": self.company_id.id,
                    }
                )
                for move in step.move_ids
                if move.state != "cancel"
            ],
        }
