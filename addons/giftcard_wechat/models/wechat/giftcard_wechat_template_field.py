import re
import string

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_datetime

_NAME = re.compile(r"(thing|character_string|time|date|phrase|name)[0-9]{1,2}")
# WeChat's limits of what a field may hold: https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/
# mp-message-management/subscribe-message/sendMessage.html
_LENGTHS = {"thing": 20, "character_string": 32, "phrase": 5, "name": 10}


class GiftcardWechatTemplateField(models.Model):
    """What a field of a template holds."""

    _name = "giftcard.wechat.template.field"
    _description = "Field of a Template"
    _order = "sequence, id"

    template_id = fields.Many2one("giftcard.wechat.template", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, help="As WeChat calls it, e.g. thing1 or time2.")
    source = fields.Selection(
        [
            ("title", "Title of the message"),
            ("body", "Text of the message"),
            ("date", "Time of the message"),
            ("name", "Name of the member"),
            ("number", "Number of the member"),
        ],
        required=True,
    )

    _name_uniq = models.Constraint("UNIQUE(template_id, name)", "A field has one content.")

    @api.constrains("name", "source")
    def _check_name(self):
        for field in self:
            if not _NAME.fullmatch(field.name):
                raise ValidationError(self.env._("%s: fields are called thing1, time2 and so on.", field.name))
            if field._kind() in ("time", "date") and field.source != "date":
                raise ValidationError(self.env._("%s holds a time.", field.name))
            if field._kind() == "character_string" and field.source != "number":
                raise ValidationError(self.env._("%s holds letters and digits only.", field.name))

    def _kind(self):
        return self.name.rstrip(string.digits)

    def _value(self, message):
        """:return: text that WeChat takes in this field: never empty, never too long"""
        member, kind = message.partner_id, self._kind()
        if kind in ("time", "date"):
            # Odoo goes by the zone of the user, who is nobody here.
            zone = member.tz or self.env.company.partner_id.tz or "Asia/Shanghai"
            form = "yyyy-MM-dd HH:mm" if kind == "time" else "yyyy-MM-dd"
            return format_datetime(self.env, message.date, tz=zone, dt_format=form)
        if self.source == "date":
            text = fields.Date.to_string(message.date)
        else:
            text = {
                "title": message.title,
                "body": message.body,
                "name": member.name,
                "number": member.member_number,
            }[self.source]
        text, longest = " ".join((text or "-").split()), _LENGTHS[kind]
        return text if len(text) <= longest else f"{text[: longest - 1]}…"
