"""The trade bill of WeChat Pay: 申请交易账单 in the developer documentation at ``pay.weixin.qq.com/doc/v3/merchant``.

A CSV file with Chinese headings, each cell prefixed by a backtick, amounts in yuan, times of Beijing; after the lines
of the day a heading and a line of totals.
"""

import csv
import gzip
import hashlib
import io
import zlib
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import NamedTuple
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")
_UTC = ZoneInfo("UTC")
_TOTALS = "总交易单数"
# Reversals are payments at the till that were taken back at once; they have no number of a refund.
_KINDS = {"SUCCESS": "payment", "REFUND": "refund", "REVOKED": "reversal"}


class BillError(ValueError):
    """Not a bill, or not the one that was announced."""


class Line(NamedTuple):
    """A payment, refund or reversal of the bill. Amounts in yuan, positive; ``occurred_at`` in UTC without zone."""

    kind: str
    occurred_at: datetime
    sub_mchid: str
    out_trade_no: str
    transaction_id: str
    out_refund_no: str
    refund_id: str
    trade_type: str
    state: str
    currency: str
    amount: Decimal
    fee: Decimal


def unpack(content, digest):
    """:param content: the gzipped file
    :param digest: SHA-1 of the unzipped file, in hexadecimal, as announced
    :return: bytes of the file
    :raise BillError:
    """
    try:
        data = gzip.decompress(content)
    except (OSError, EOFError, zlib.error):
        raise BillError("the file cannot be unzipped") from None
    # SHA-1 is what WeChat Pay announces; the address of the file came with a signed answer.
    if hashlib.sha1(data, usedforsecurity=False).hexdigest() != (digest or "").lower():
        raise BillError("the file is not the one that was announced")
    return data


def parse(data):
    """:return: list of :class:`Line`
    :raise BillError: also where the totals do not match the lines
    """
    try:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    except (UnicodeDecodeError, csv.Error):
        raise BillError("the file is not a bill") from None
    rows = [[cell.strip().removeprefix("`") for cell in row] for row in rows if row]
    end = next((index for index, row in enumerate(rows) if row[0] == _TOTALS), None)
    if not rows or "商户订单号" not in rows[0] or end is None or len(rows) != end + 2:
        raise BillError("the file is not a bill")
    lines = [_line(dict(zip(rows[0], row, strict=False))) for row in rows[1:end]]
    totals = dict(zip(rows[end], rows[end + 1], strict=False))
    if int(_number(totals.get(_TOTALS))) != len(lines):
        raise BillError("the totals do not match the lines")
    return lines


def _line(cells):
    try:
        moment = datetime.strptime(cells["交易时间"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
        state = cells["交易状态"]
        if state not in _KINDS:
            raise BillError(f"the state {state} is not known")
        kind = _KINDS[state]
        # What was ordered, not what is settled after coupons: the amount that we asked for.
        amount = cells.get("订单金额") or cells["应结订单金额"]
        if kind != "payment":
            amount = cells.get("申请退款金额") or cells["退款金额"]
        return Line(
            kind=kind,
            occurred_at=moment.astimezone(_UTC).replace(tzinfo=None),
            sub_mchid=cells.get("特约商户号", "").strip("0") and cells["特约商户号"],
            out_trade_no=cells["商户订单号"],
            transaction_id=cells["微信订单号"],
            out_refund_no=cells.get("商户退款单号", "") if kind == "refund" else "",
            refund_id=cells.get("微信退款单号", "") if kind == "refund" else "",
            trade_type=cells.get("交易类型", ""),
            state=state,
            currency=cells["货币种类"],
            amount=_number(amount),
            fee=_number(cells.get("手续费") or "0"),
        )
    except (KeyError, ValueError) as error:
        raise error if isinstance(error, BillError) else BillError("a line of the bill cannot be read") from None


def _number(text):
    try:
        return Decimal(text)
    except (InvalidOperation, TypeError):
        raise BillError("a number of the bill cannot be read") from None
