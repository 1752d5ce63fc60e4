"""Sheets of paper cards for printing: A4, ten cards each, with number, secret, QR code, value and last day."""

import io

from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

# The format of a business card, as perforated sheets are sold.
WIDTH, HEIGHT = 85 * mm, 54 * mm
COLUMNS, ROWS = 2, 5
LEFT = (A4[0] - COLUMNS * WIDTH) / 2
BOTTOM = (A4[1] - ROWS * HEIGHT) / 2
QR_SIDE = 26 * mm
# An Adobe font for Chinese that PDF readers bring along.
FONT = "STSong-Light"


def draw_sheets(title, price, cards):
    """:param title: printed on each card
    :param price: what each is worth, as text
    :param cards: list of (number, secret to print, code to scan, last day or "")
    :return: PDF bytes
    """
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4)
    for index, card in enumerate(cards):
        place = index % (COLUMNS * ROWS)
        if index and not place:
            canvas.showPage()
        row, column = divmod(place, COLUMNS)
        x, y = LEFT + column * WIDTH, BOTTOM + (ROWS - 1 - row) * HEIGHT
        _draw_card(canvas, x, y, title, price, card)
    canvas.save()
    return file.getvalue()


def _draw_card(canvas, x, y, title, price, card):
    number, secret, code, last_day = card
    canvas.setLineWidth(0.2)
    canvas.rect(x, y, WIDTH, HEIGHT)
    canvas.setFont(FONT, 11)
    for line, text in enumerate(simpleSplit(title, FONT, 11, WIDTH - QR_SIDE - 14 * mm)[:2]):
        canvas.drawString(x + 5 * mm, y + HEIGHT - 9 * mm - line * 5 * mm, text)
    canvas.setFont(FONT, 18)
    canvas.drawString(x + 5 * mm, y + HEIGHT - 27 * mm, price)
    canvas.setFont(FONT, 8)
    if last_day:
        canvas.drawString(x + 5 * mm, y + HEIGHT - 33 * mm, f"→ {last_day}")
    canvas.drawString(x + 5 * mm, y + 12 * mm, f"No. {number}")
    canvas.setFont("Courier-Bold", 10)
    canvas.drawString(x + 5 * mm, y + 6 * mm, secret)
    _draw_qr(canvas, x + WIDTH - QR_SIDE - 5 * mm, y + HEIGHT - QR_SIDE - 5 * mm, code)


def _draw_qr(canvas, x, y, text):
    """A QR code in runs of dark modules, by one of the masks, of which readers take any."""
    qr = QRCode(2, QRErrorCorrectLevel.M)
    qr.addData(text)
    qr.makeImpl(False, 3)
    side = QR_SIDE / qr.getModuleCount()
    path = canvas.beginPath()
    for row, modules in enumerate(qr.modules):
        start = None
        for column, dark in enumerate([*modules, False]):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                path.rect(x + start * side, y + QR_SIDE - (row + 1) * side, (column - start) * side, side)
                start = None
    canvas.drawPath(path, stroke=0, fill=1)
