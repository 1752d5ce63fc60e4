from odoo import api, fields, models
from odoo.exceptions import UserError


class GiftcardStoreRequestLine(models.Model):
    """So much of a product that a store asks for, in the product's unit."""

    _name = "giftcard.store.request.line"
    _description = "Goods Request Line"
    _order = "request_id, id"

    request_id = fields.Many2one("giftcard.store.request", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="request_id.company_id")
    product_id = fields.Many2one(
        "product.product",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain=[("is_storable", "=", True)],
    )
    quantity = fields.Float(digits="Product Unit", required=True, default=1)
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    in_store = fields.Float(
        digits="Product Unit", compute="_compute_free", compute_sudo=True, help="Free in the store now."
    )
    in_source = fields.Float(
        string="At the Source",
        digits="Product Unit",
        compute="_compute_free",
        compute_sudo=True,
        help="Free now in the warehouse that is asked.",
    )
    received = fields.Float(digits="Product Unit", compute="_compute_received", compute_sudo=True)

    _quantity_check = models.Constraint("CHECK(quantity > 0)", "Ask for more than nothing.")
    _product_uniq = models.Constraint("UNIQUE(request_id, product_id)", "A product has one line in a request.")

    @api.depends("product_id", "request_id.source_id", "request_id.store_id")
    def _compute_free(self):
        for line in self:
            request = line.request_id
            for name, warehouse in (("in_store", request.store_id.warehouse_id), ("in_source", request.source_id)):
                product = line.product_id.with_context(warehouse_id=warehouse.id)
                line[name] = product.free_qty if warehouse and product else 0.0

    @api.depends("request_id.reference_id.move_ids.state")
    def _compute_received(self):
        for line in self:
            warehouse = line.request_id.store_id.warehouse_id
            arrived = line.request_id.reference_id.move_ids.filtered(
                lambda move, line=line, warehouse=warehouse: (
                    move.product_id == line.product_id
                    and move.state == "done"
                    and move.picking_type_id.warehouse_id == warehouse
                )
            )
            line.received = sum(arrived.mapped("quantity"))

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._refuse_sent()
        return lines

    def write(self, vals):
        self._refuse_sent()
        result = super().write(vals)
        if "request_id" in vals:
            # Not into a request of others, nor into one that was sent.
            self.check_access("write")
            self._refuse_sent()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        self._refuse_sent()

    def _refuse_sent(self):
        if any(request.reference_id for request in self.request_id):
            raise UserError(self.env._("This request has been sent already."))

    def _procurement(self, rules, route):
        """:return: what ``stock.rule.run`` takes"""
        request = self.request_id
        values = {
            "company_id": request.company_id,
            "date_planned": request.date_planned,
            "route_ids": route,
            "warehouse_id": request.warehouse_id,
            "reference_ids": request.reference_id,
        }
        return rules.Procurement(
            self.product_id,
            self.quantity,
            self.uom_id,
            request.warehouse_id.lot_stock_id,
            self.product_id.display_name,
            request.name,
            request.company_id,
            values,
        )
