import base64
import csv
import io

import pyzipper
import xlsxwriter

from odoo import models
from odoo.exceptions import AccessError, UserError

from ...codes import readable
from ...sealing import open_key, unseal
from .card_sheets import draw_sheets

# A sheet of this many rows is made in memory, never in a temporary file: it holds secrets.
XLSX_LARGEST = 50_000
# QR codes are drawn at some hundred a second.
SHEETS_LARGEST = 2_000


class GiftcardBatch(models.Model):
    """Handing over of the secrets: one archive, encrypted (AES-256) with the password of the batch."""

    _inherit = "giftcard.batch"

    def _export(self, password, file_format, sheets=None):
        """Make the archive of all cards with their secrets; an earlier one is replaced.

        :param password: that was shown when the generation was started
        :param file_format: ``csv`` or ``xlsx``
        :param sheets: (first, last) serial of the cards to lay out for printing, or None
        :raise UserError: on a wrong password, when too much is asked for, or the secrets are not there (any more)
        """
        self._check_export(file_format, sheets)
        try:
            # Its holder is asked for the password; the key alone opens nothing.
            key = open_key(self.sudo().private_key, password or "")
        except (ValueError, TypeError):
            raise UserError(self.env._("This is not the password of the batch.")) from None
        rows = list(self._rows(key))
        content = io.BytesIO()
        with pyzipper.AESZipFile(
            content, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
        ) as archive:
            archive.setpassword(password.encode())
            write = self._xlsx if file_format == "xlsx" else self._csv
            archive.writestr(f"{self.prefix}.{file_format}", write(rows))
            if sheets:
                first, last = sheets
                name = f"{self.prefix}-{first:07d}-{last:07d}.pdf"
                archive.writestr(name, draw_sheets(self.program_id.name, self._price(), rows[first - 1 : last]))
        # Access has been checked.
        self.sudo().write(
            {
                "archive": base64.b64encode(content.getvalue()),
                "archive_name": f"{self.prefix}.zip",
                "secrets_state": "exported",
            }
        )
        self.message_post(body=self.env._("The secrets of these cards were exported, encrypted."))

    def _check_export(self, file_format, sheets):
        self.ensure_one()
        self.check_access("write")
        if not self.env.su and not self.env.user.has_group("giftcard_points.group_manager"):
            raise AccessError(self.env._("Only managers export the secrets of cards."))
        if self.state not in ("generated", "active") or self.secrets_state not in ("sealed", "exported"):
            raise UserError(self.env._("There are no secrets to export: they are not generated yet, or handed over."))
        if file_format == "xlsx" and self.quantity > XLSX_LARGEST:
            raise UserError(self.env._("A spreadsheet takes %s cards; choose CSV for more.", XLSX_LARGEST))
        if sheets and not 1 <= sheets[0] <= sheets[1] <= self.quantity:
            raise UserError(self.env._("The serials of this batch are 1 to %s.", self.quantity))
        if sheets and sheets[1] - sheets[0] >= SHEETS_LARGEST:
            raise UserError(
                self.env._("One file of sheets takes %s cards; export the next ones after these.", SHEETS_LARGEST)
            )

    def _rows(self, key):
        """Yield (number, secret to print, code to scan, last day or "") of all cards."""
        expires = str(self.expiration_date or "")
        # Nobody has access to the chunks; that of the batch has been checked.
        for chunk in self.env["giftcard.batch.chunk"].sudo().search([("batch_id", "=", self.id)], order="first"):
            codes = unseal(key, base64.b64decode(chunk.sealed)).decode().split("\n")
            for serial, code in enumerate(codes, chunk.first):
                yield self._number(serial), readable(code), code, expires
            chunk.invalidate_recordset(flush=False)

    def _titles(self):
        return [
            self.env._("Number"),
            self.env._("Secret"),
            self.env._("QR Code"),
            self.env._("Valid Until"),
            self.env._("Value"),
            self.env._("Currency"),
        ]

    def _csv(self, rows):
        file = io.StringIO()
        writer = csv.writer(file)
        writer.writerow(self._titles())
        writer.writerows((*row, *self._worth()) for row in rows)
        # The mark by which spreadsheet programs know the encoding.
        return file.getvalue().encode("utf-8-sig")

    def _xlsx(self, rows):
        file = io.BytesIO()
        with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, self._titles(), book.add_format({"bold": True}))
            sheet.set_column(0, 2, 26)
            sheet.freeze_panes(1, 0)
            for index, row in enumerate(rows, 1):
                sheet.write_row(index, 0, (*row, *self._worth()))
        return file.getvalue()

    def _worth(self):
        """:return: (value, currency) of each card, as the list of secrets says it"""
        return self.value, self.currency_id.name

    def _price(self):
        return self.currency_id.format(self.value)
