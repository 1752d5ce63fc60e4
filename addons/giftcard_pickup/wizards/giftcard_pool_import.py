import base64
import csv
import io
from datetime import date, datetime
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from odoo import fields, models
from odoo.exceptions import UserError

LARGEST = 10 * 1024 * 1024


class GiftcardPoolImport(models.TransientModel):
    """Import of codes from a CSV or Excel file: the code in the first column, its last day in the second.

    The file comes in the button's context and is stored nowhere.
    """

    _name = "giftcard.pool.import"
    _inherit = ["giftcard.unstored"]
    _description = "Import Codes"

    pool_id = fields.Many2one("giftcard.code.pool", required=True, readonly=True, ondelete="cascade")
    # Text, not binary: what the web client has of it is kept when the wizard is saved.
    content = fields.Text(string="File", store=False)
    file_name = fields.Char(store=False)
    has_titles = fields.Boolean(string="First Row Has Titles", default=True)

    def action_import(self):
        """:return: notification of how many codes were added"""
        self.ensure_one()
        rows = self._rows(self.env.context.get("content"))
        added, left_out = self.pool_id._import(rows)
        self.pool_id.message_post(body=self.env._("%s codes were imported.", added))
        message = self.env._("%s codes were added.", added)
        if left_out:
            message += " " + self.env._("%s were left out: they are in a pool already.", left_out)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if left_out else "success",
                "title": self.env._("Codes Imported"),
                "message": message,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _rows(self, content):
        """:param content: of the file, in base64. :return: list of (code, last day or None)"""
        try:
            file = base64.b64decode(content or "", validate=True)
        except ValueError:
            file = b""
        if not file:
            raise UserError(self.env._("Choose a file."))
        if len(file) > LARGEST:
            raise UserError(self.env._("The file is too large; split it."))
        # An Excel file is a ZIP archive.
        table = self._xlsx(file) if file.startswith(b"PK\x03\x04") else self._csv(file)
        rows = [row for row in table if any(cell not in (None, "") for cell in row)]
        if self.has_titles:
            rows = rows[1:]
        if not rows:
            raise UserError(self.env._("There are no codes in this file."))
        return [(self._text(row[0]), self._day(row[1] if len(row) > 1 else None)) for row in rows]

    def _csv(self, file):
        try:
            text = file.decode("utf-8-sig")
        except UnicodeDecodeError:
            try:
                # What Chinese spreadsheet programs write.
                text = file.decode("gb18030")
            except UnicodeDecodeError:
                raise UserError(self.env._("This is no CSV or Excel file.")) from None
        if "\0" in text:
            raise UserError(self.env._("This is no CSV or Excel file."))
        return list(csv.reader(io.StringIO(text)))

    def _xlsx(self, file):
        try:
            book = load_workbook(io.BytesIO(file), read_only=True, data_only=True)
            return [list(row) for row in book.worksheets[0].iter_rows(max_col=2, values_only=True)]
        except (BadZipFile, InvalidFileException, KeyError, ValueError, IndexError):
            raise UserError(self.env._("This is no CSV or Excel file.")) from None

    def _text(self, cell):
        # A number in a spreadsheet has lost its leading zeros, or digits beyond the fifteenth: it is no code any more.
        if isinstance(cell, int | float):
            raise UserError(
                self.env._("%s is a number, not text. Format the column of codes as text before you fill it.", cell)
            )
        return cell

    def _day(self, cell):
        match cell:
            case None | "":
                return None
            case datetime():
                return cell.date()
            case date():
                return cell
        for pattern in ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d"):
            try:
                return datetime.strptime(str(cell).strip(), pattern).date()
            except ValueError:
                continue
        raise UserError(self.env._("%s is not a date such as 2027-12-31.", cell))
