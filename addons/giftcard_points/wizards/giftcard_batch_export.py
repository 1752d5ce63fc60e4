from odoo import fields, models


class GiftcardBatchExport(models.TransientModel):
    """Export of the secrets of a batch. The password comes with the button's context and is stored nowhere."""

    _name = "giftcard.batch.export"
    _description = "Export Paper Cards"

    batch_id = fields.Many2one("giftcard.batch", required=True, readonly=True)
    password = fields.Char(store=False)
    file_format = fields.Selection([("csv", "CSV"), ("xlsx", "Excel")], default="csv", required=True)
    with_sheets = fields.Boolean(string="Sheets for Printing", help="A PDF with ten cards on each A4 sheet.")
    first = fields.Integer(string="From Serial", default=1)
    last = fields.Integer(string="To Serial", default=lambda self: self._default_last())

    def _default_last(self):
        batch = self.env["giftcard.batch"].browse(self.env.context.get("default_batch_id"))
        return min(batch.quantity, 2000)

    def action_export(self):
        """:return: action that downloads the archive"""
        self.ensure_one()
        sheets = (self.first, self.last) if self.with_sheets else None
        self.batch_id._export(self.env.context.get("password"), self.file_format, sheets)
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/giftcard.batch/{self.batch_id.id}/archive/{self.batch_id.archive_name}?download=true",
            "target": "download",
            "close": True,
        }
