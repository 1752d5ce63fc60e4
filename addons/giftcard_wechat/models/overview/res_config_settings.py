from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    giftcard_connection_ids = fields.Many2many(
        "giftcard.connection", string="Outside Services", compute="_compute_giftcard_connection_ids"
    )
    giftcard_rate_login = fields.Integer(
        string="Logins", config_parameter="giftcard_wechat.rate_login", help="A minute, from one address."
    )
    giftcard_rate_session = fields.Integer(
        string="Calls", config_parameter="giftcard_wechat.rate_session", help="A minute, of one device."
    )
    giftcard_rate_feedback = fields.Integer(
        string="Feedback", config_parameter="giftcard_wechat.rate_feedback", help="A minute, of one member."
    )

    giftcard_h5_origin = fields.Char(string="Origin of the Web Page", config_parameter="giftcard_wechat.h5_origin")

    def _compute_giftcard_connection_ids(self):
        connections = self.env["giftcard.connection"]
        if connections.has_access("read"):
            connections = connections.search([])  # pylint: disable=no-search-all; the few that are set up
        self.giftcard_connection_ids = connections
