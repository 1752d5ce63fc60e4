from odoo import fields, models


class GiftcardAnnouncement(models.Model):
    """A notice to members: opening hours of a festival, new rules, a recall."""

    _name = "giftcard.announcement"
    _description = "Announcement"
    _inherit = ["giftcard.content.mixin"]
    _rec_name = "title"

    title = fields.Char(required=True, translate=True)
    body = fields.Html(translate=True, sanitize_overridable=False)
    important = fields.Boolean(help="Opens by itself when the member opens the mini program, once.")
