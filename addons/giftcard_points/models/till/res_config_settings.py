import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..member.giftcard_payment_code import PREFIX, PREFIX_PARAMETER, TAKEN


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    giftcard_payment_prefix = fields.Char(
        string="Prefix of Payment Codes",
        config_parameter=PREFIX_PARAMETER,
        default=PREFIX,
        help="Two to six digits by which the till knows the payment codes of members.",
    )

    @api.constrains("giftcard_payment_prefix")
    def _check_giftcard_payment_prefix(self):
        for settings in self:
            prefix = settings.giftcard_payment_prefix
            if prefix and (not re.fullmatch(r"[0-9]{2,6}", prefix) or prefix[:2] in TAKEN):
                raise ValidationError(
                    self.env._(
                        "A prefix has two to six digits, and does not begin as the codes of WeChat Pay (10 to 15), "
                        "Alipay (25 to 30), UnionPay (62) or the digital yuan (01)."
                    )
                )
