from odoo import fields, models

from odoo.addons.giftcard_points.models.ledger.immutable import protect


class GiftcardPickupHandover(models.Model):
    """Goods that went over the counter at once: all of a redemption, or a part of it. Never changed afterwards."""

    _name = "giftcard.pickup.handover"
    _description = "Handover"
    _order = "id desc"
    _log_access = False
    _rec_name = "redemption_id"

    redemption_id = fields.Many2one(
        "giftcard.redemption", required=True, readonly=True, index=True, ondelete="restrict"
    )
    code_id = fields.Many2one("giftcard.pickup.code", required=True, readonly=True, index=True, ondelete="restrict")
    role = fields.Selection(related="code_id.role", string="Handed To")
    proxy_name = fields.Char(related="code_id.proxy_name")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="restrict")
    store_id = fields.Many2one("giftcard.store", required=True, readonly=True, index=True, ondelete="restrict")
    user_id = fields.Many2one("res.users", string="Clerk", required=True, readonly=True, ondelete="restrict")
    date = fields.Datetime(required=True, readonly=True)
    key = fields.Char(readonly=True, help="Given by the screen, so that a repeated call is the same act.")
    line_ids = fields.One2many("giftcard.pickup.handover.line", "handover_id", readonly=True)

    _key_uniq = models.UniqueIndex("(key) WHERE key IS NOT NULL", "This handover has been booked already.")

    def init(self):
        protect(self.env.cr, self._table)
