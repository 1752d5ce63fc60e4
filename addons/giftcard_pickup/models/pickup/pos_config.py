from odoo import fields, models


class PosConfig(models.Model):
    _inherit = "pos.config"

    giftcard_pickup_store = fields.Integer(
        compute="_compute_giftcard_pickup_store",
        help="Id of the till's store, when the user is a clerk there and may hand goods over; else 0.",
    )

    def _compute_giftcard_pickup_store(self):
        # Cashiers do not read stores; they are told whether it is theirs.
        clerk = self.env.user.has_group("giftcard_pickup.group_clerk")
        for config in self:
            store = config.sudo().giftcard_store_id
            config.giftcard_pickup_store = store.id if clerk and self.env.user in store.user_ids else 0
