from odoo import api, fields, models

from ..models.batch.giftcard_batch_archive import SHEETS_LARGEST


class GiftcardBatchExport(models.TransientModel):
    """Export of the secrets of a batch. The password comes with the button's context and is stored nowhere."""

    _name = "giftcard.batch.export"
    _inherit = ["giftcard.unstored"]
    _description = "Export Paper Cards"

    batch_id = fields.Many2one("giftcard.batch", required=True, readonly=True)
    password = fields.Char(store=False)
    file_format = fields.Selection([("csv", "CSV"), ("xlsx", "Excel")], default="csv", required=True)
    with_sheets = fields.Boolean(string="Sheets for Printing", help="A PDF with ten cards on each A4 sheet.")
    first = fields.Integer(string="From Serial", default=1)
    last = fields.Integer(string="To Serial", compute="_compute_last", store=True, readonly=False)

    @api.depends("batch_id")
    def _compute_last(self):
        for export in self:
            export.last = min(export.batch_id.quantity, SHEETS_LARGEST)

    def action_export(self):
        """Make the archive; it is downloaded from the batch."""
        self.ensure_one()
        sheets = (self.first, self.last) if self.with_sheets else None
        self.batch_id._export(self.env.context.get("password"), self.file_format, sheets)
        return {"type": "ir.actions.act_window_close"}
