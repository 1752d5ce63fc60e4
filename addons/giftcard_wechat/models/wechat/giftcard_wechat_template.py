from odoo import api, fields, models
from odoo.exceptions import ValidationError


class GiftcardWechatTemplate(models.Model):
    """Which of the mini program's message templates tells members of what."""

    _name = "giftcard.wechat.template"
    _description = "Template of Subscription Messages"
    _order = "app_id, kind"
    _rec_name = "template_id"

    app_id = fields.Many2one(
        "giftcard.wechat.app",
        string="Mini Program",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('kind', '=', 'miniprogram')]",
        default=lambda self: self.env["giftcard.wechat.app"].search([("kind", "=", "miniprogram")], limit=1),
    )
    company_id = fields.Many2one(related="app_id.company_id", store=True, index=True)
    active = fields.Boolean(default=True)
    kind = fields.Selection(selection=lambda self: self._kinds(), string="Tells Of", required=True)
    template_id = fields.Char(
        string="Template ID",
        required=True,
        copy=False,
        help="As WeChat's platform shows it under subscription messages.",
    )
    page = fields.Char(default="pages/inbox/index", help="What opens by a tap on the message.")
    field_ids = fields.One2many("giftcard.wechat.template.field", "template_id", string="Fields", copy=True)

    _kind_uniq = models.Constraint("UNIQUE(app_id, kind)", "There is one template for each kind of message.")

    @api.model
    def _kinds(self):
        return self.env["giftcard.message"]._fields["kind"]._description_selection(self.env)

    @api.constrains("active", "field_ids")
    def _check_fields(self):
        for template in self:
            if template.active and not template.field_ids:
                raise ValidationError(self.env._("Say what the fields of the template hold."))

    def _data(self, message):
        """:return: dict as WeChat wants it, of what a ``giftcard.message`` says"""
        return {field.name: {"value": field._value(message)} for field in self.field_ids}
