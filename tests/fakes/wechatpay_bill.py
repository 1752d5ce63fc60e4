"""Bills of the loopback WeChat Pay, made of its orders and refunds in the true format."""

import csv
import gzip
import hashlib
import io
from datetime import datetime, timedelta, timezone

from tests.fakes.wechatpay_http import WechatPayError

BEIJING = timezone(timedelta(hours=8))
_HEADINGS = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,"
    "代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,"
    "申请退款金额,费率备注"
)
_TOTALS = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
HEADINGS, TOTALS = _HEADINGS.split(","), _TOTALS.split(",")


class Bills:
    """What ``FakeWechatPay`` knows of a day."""

    def bill(self, date, now=None):
        """:return: answer to ``/v3/bill/tradebill``"""
        day = datetime.strptime(date, "%Y-%m-%d").replace(tzinfo=BEIJING)
        if day.date() >= (now or datetime.now(BEIJING)).date():
            raise WechatPayError(400, "PARAM_ERROR", "bill_date is not over")
        content = self.bill_content(date)
        if content is None:
            raise WechatPayError(400, "NO_STATEMENT_EXIST", "账单文件不存在")
        return {
            "hash_type": "SHA1",
            "hash_value": hashlib.sha1(content).hexdigest(),
            # The true one; a client replaces the host by the one that it was told to call.
            "download_url": f"https://api.mch.weixin.qq.com/v3/billdownload/file?token={date}",
        }

    def bill_content(self, date):
        """:return: bytes of the day's bill, None where nothing was sold"""
        rows = [
            self._bill_row(order, order["success_time"], "SUCCESS")
            for order in self.orders.values()
            if order.get("transaction_id") and order["success_time"].date().isoformat() == date
        ]
        rows += [
            self._bill_row(order, order["success_time"], "REVOKED", {"refund": order["total"]})
            for order in self.orders.values()
            if order.get("reversed") and order["success_time"].date().isoformat() == date
        ]
        rows += [
            self._bill_row(refund["order"], refund["created"], "REFUND", refund)
            for refund in self.refunds.values()
            if refund["created"].date().isoformat() == date and refund["status"] != "CLOSED"
        ]
        if not rows:
            return None
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n", quoting=csv.QUOTE_NONE, escapechar="\\")
        writer.writerow(HEADINGS)
        writer.writerows([f"`{row[heading]}" for heading in HEADINGS] for row in rows)
        writer.writerow(TOTALS)
        ordered = sum(float(row["订单金额"]) for row in rows)
        refunded = sum(float(row["申请退款金额"]) for row in rows)
        writer.writerow(
            f"`{value}"
            for value in (
                len(rows),
                f"{ordered:.2f}",
                f"{refunded:.2f}",
                "0.00",
                "0.00",
                f"{ordered:.2f}",
                f"{refunded:.2f}",
            )
        )
        return ("\ufeff" + text.getvalue()).encode()

    def bill_file(self, token):
        return gzip.compress(self.bill_content(token))

    def _bill_row(self, order, moment, state, refund=None):
        total = f"{order['total'] / 100:.2f}"
        back = f"{refund['refund'] / 100:.2f}" if refund else "0.00"
        row = dict.fromkeys(HEADINGS, "")
        return row | {
            "交易时间": moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
            "公众账号ID": self.appid,
            "商户号": self.mchid,
            "特约商户号": order["sub_mchid"] or "0",
            "微信订单号": order["transaction_id"],
            "商户订单号": order["number"],
            "用户标识": order["openid"],
            "交易类型": order["type"],
            "交易状态": state,
            "付款银行": "OTHERS",
            "货币种类": "CNY",
            "应结订单金额": "0.00" if refund else total,
            "代金券金额": "0.00",
            "微信退款单号": refund.get("refund_id", "0") if refund else "0",
            "商户退款单号": refund.get("number", "0") if refund else "0",
            "退款金额": back,
            "充值券退款金额": "0.00",
            "退款类型": "ORIGINAL" if refund else "",
            "退款状态": refund.get("status", "") if refund else "",
            "商品名称": "demo",
            "手续费": "0.00",
            "费率": "0.60%",
            "订单金额": "0.00" if refund else total,
            "申请退款金额": back,
        }
