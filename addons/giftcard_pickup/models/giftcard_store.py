from odoo import api, fields, models


class GiftcardStore(models.Model):
    """A store that hands out goods; its staff are the clerks who verify pickup codes there."""

    _inherit = "giftcard.store"

    warehouse_id = fields.Many2one(
        "stock.warehouse",
        compute="_compute_warehouse_id",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        index="btree_not_null",
        help="Where the goods handed out here are kept.",
    )
    pickup_days = fields.Integer(
        string="Pickup Within (Days)", default=30, required=True, help="How long a pickup code of this store is valid."
    )

    _pickup_days_check = models.Constraint("CHECK(pickup_days > 0)", "Goods can be picked up for at least one day.")

    @api.depends("company_id")
    def _compute_warehouse_id(self):
        warehouses = self.env["stock.warehouse"]._read_group(
            [("company_id", "in", self.company_id.ids)], ["company_id"], ["id:min"]
        )
        first = {company.id: warehouse_id for company, warehouse_id in warehouses}
        for store in self:
            if store.warehouse_id.company_id != store.company_id:
                store.warehouse_id = first.get(store.company_id.id)
