from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    member_message_ids = fields.One2many("giftcard.message", "partner_id", string="Inbox", readonly=True)
