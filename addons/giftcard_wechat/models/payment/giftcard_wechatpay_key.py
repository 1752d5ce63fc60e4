from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...wechatpay import protocol


class GiftcardWechatpayKey(models.Model):
    """A key with which WeChat Pay signs: its public key, pasted by the administrator, or a platform certificate.

    Messages signed by any key of this list that is in force are trusted, and no others. So a new key is added before
    the old one is archived, and a merchant who moves from certificates to the public key is told of both kinds.
    """

    _name = "giftcard.wechatpay.key"
    _description = "Key of WeChat Pay"
    _order = "id desc"
    _rec_name = "serial"

    provider_id = fields.Many2one("payment.provider", required=True, index=True, ondelete="cascade")
    active = fields.Boolean(default=True)
    serial = fields.Char(
        string="ID or Serial Number",
        required=True,
        help="ID of WeChat Pay's public key, PUB_KEY_ID_…; of a certificate its serial number.",
    )
    pem = fields.Text(string="Key (PEM)", required=True, help="Content of the file pub_key.pem.")
    valid_from = fields.Datetime(readonly=True)
    valid_until = fields.Datetime(readonly=True)

    _serial_uniq = models.Constraint("UNIQUE(provider_id, serial)", "This key is in the list already.")

    @api.constrains("serial", "pem")
    def _check_pem(self):
        for key in self:
            try:
                protocol.public_key(key.pem)
            except ValueError:
                raise ValidationError(self.env._("%s: this is no RSA public key or certificate.", key.serial)) from None

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._complete(vals)
        return super().create(vals_list)

    def write(self, vals):
        return super().write(self._complete(vals))

    @api.model
    def _complete(self, vals):
        """Normalize the serial; a certificate tells its serial and period itself."""
        if vals.get("serial"):
            vals["serial"] = protocol.normal_serial(vals["serial"])
        if "CERTIFICATE" in (vals.get("pem") or ""):
            try:
                vals["serial"], vals["valid_from"], vals["valid_until"] = protocol.certificate_period(vals["pem"])
            except ValueError:
                raise ValidationError(self.env._("This is no certificate.")) from None
        return vals

    def _trusted(self):
        """:return: dict of serial -> RSA public key of those in force"""
        now = fields.Datetime.now()
        return {
            key.serial: protocol.public_key(key.pem)
            for key in self
            if key.active
            and not (key.valid_from and key.valid_from > now)
            and not (key.valid_until and key.valid_until < now)
        }
