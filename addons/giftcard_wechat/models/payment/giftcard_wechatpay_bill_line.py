from odoo import fields, models


class GiftcardWechatpayBillLine(models.Model):
    """A line of WeChat Pay's bill, as WeChat Pay wrote it."""

    _name = "giftcard.wechatpay.bill.line"
    _description = "Line of a WeChat Pay Bill"
    _order = "occurred_at, id"
    _rec_name = "out_trade_no"
    _log_access = False

    bill_id = fields.Many2one("giftcard.wechatpay.bill", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", readonly=True, index=True, ondelete="cascade")
    kind = fields.Selection(
        [("payment", "Payment"), ("refund", "Refund"), ("reversal", "Reversal")], required=True, readonly=True
    )
    occurred_at = fields.Datetime(string="Time", readonly=True)
    sub_mchid = fields.Char(string="Sub-Merchant Number", readonly=True)
    out_trade_no = fields.Char(string="Our Number", readonly=True, index=True)
    transaction_id = fields.Char(string="WeChat Pay's Number", readonly=True)
    out_refund_no = fields.Char(string="Our Number of the Refund", readonly=True, index=True)
    refund_id = fields.Char(string="WeChat Pay's Number of the Refund", readonly=True)
    trade_type = fields.Char(readonly=True)
    state = fields.Char(readonly=True)
    currency = fields.Char(readonly=True)
    amount = fields.Float(digits=(16, 2), readonly=True)
    fee = fields.Float(digits=(16, 2), readonly=True)
