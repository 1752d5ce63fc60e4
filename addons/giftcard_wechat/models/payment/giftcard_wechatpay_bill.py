import json
import logging
from datetime import UTC, datetime, time, timedelta
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from odoo.addons.giftcard_points.by_hand import created_fields

from ...exceptions import PaymentRefused
from ...wechatpay import bill as bill_format
from ...wechatpay.bill import BEIJING

_logger = logging.getLogger(__name__)

# WeChat Pay makes a day's bill until ten the next morning; it is looked for so many days.
READY_HOUR = 10
DAYS = 7
# What managers may say of a bill: of which day it is. Its differences guard themselves.
BY_HAND = {"provider_id", "date", "difference_ids"}
_NOTHING_SOLD, _BEING_MADE = "NO_STATEMENT_EXIST", "STATEMENT_CREATING"


class GiftcardWechatpayBill(models.Model):
    """WeChat Pay's trade bill of a day, and what in it differs from the payments here."""

    _name = "giftcard.wechatpay.bill"
    _description = "WeChat Pay Bill"
    _order = "date desc, id desc"
    _rec_name = "date"

    provider_id = fields.Many2one(
        "payment.provider",
        required=True,
        index=True,
        ondelete="restrict",
        readonly=True,
        default=lambda self: self._default_provider(),
    )
    company_id = fields.Many2one(related="provider_id.company_id", store=True, index=True)
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    date = fields.Date(
        required=True,
        help="Day in Beijing.",
        default=lambda self: fields.Date.to_string(datetime.now(BEIJING).date() - timedelta(days=1)),
    )
    state = fields.Selection(
        [("waiting", "To fetch"), ("failed", "Failed"), ("differing", "Differences"), ("matched", "Matched")],
        required=True,
        readonly=True,
        default="waiting",
        index=True,
    )
    message = fields.Char(readonly=True)
    fetched_at = fields.Datetime(readonly=True)
    digest = fields.Char(string="SHA-1 of the File", readonly=True)
    line_ids = fields.One2many("giftcard.wechatpay.bill.line", "bill_id", readonly=True)
    difference_ids = fields.One2many("giftcard.wechatpay.difference", "bill_id")
    open_differences = fields.Integer(compute="_compute_totals")
    payments = fields.Monetary(compute="_compute_totals", string="Paid")
    refunds = fields.Monetary(compute="_compute_totals", string="Refunded")
    fees = fields.Monetary(compute="_compute_totals")

    _date_uniq = models.Constraint("UNIQUE(provider_id, date)", "The bill of this day is there already.")

    @api.model
    def _default_provider(self):
        # Managers read bills; the merchant's keys, which are beside the name, are the administrator's.
        return (
            self.env["payment.provider"]
            .sudo()
            .search([("code", "=", "wechatpay"), ("company_id", "=", self.env.company.id)], limit=1)
        )

    def _compute_currency_id(self):
        self.currency_id = self.env.ref("base.CNY")

    @api.depends("line_ids", "difference_ids.resolved")
    def _compute_totals(self):
        lines = self.env["giftcard.wechatpay.bill.line"]._read_group(
            [("bill_id", "in", self.ids)], ["bill_id", "kind"], ["amount:sum", "fee:sum"]
        )
        open_ones = self.env["giftcard.wechatpay.difference"]._read_group(
            [("bill_id", "in", self.ids), ("resolved", "=", False)], ["bill_id"], ["__count"]
        )
        totals, counts = {}, dict(open_ones)
        for bill, kind, amount, fee in lines:
            entry = totals.setdefault(bill, {"payments": 0, "refunds": 0, "fees": 0})
            entry["payments" if kind == "payment" else "refunds"] += amount
            entry["fees"] += fee
        for bill in self:
            bill.update(totals.get(bill, {"payments": 0, "refunds": 0, "fees": 0}))
            bill.open_differences = counts.get(bill, 0)

    @api.model_create_multi
    def create(self, vals_list):
        self._refuse_by_hand(created_fields(self.env, vals_list) - BY_HAND)
        return super().create(vals_list)

    def write(self, vals):
        self._refuse_by_hand(vals.keys() - {"difference_ids"})
        return super().write(vals)

    def _refuse_by_hand(self, names):
        """:raise AccessError: when a client writes what comparing with WeChat Pay writes"""
        if names and not self.env.su:
            raise AccessError(self.env._("What a bill says comes from WeChat Pay."))

    def action_fetch(self):
        """Fetch the bill, or fetch it again.

        :raise UserError: with WeChat Pay's reason
        """
        self.check_access("write")
        # Who may look after a bill may fetch it, and writes of it only what WeChat Pay says.
        for bill in self.sudo():
            bill._fetch()
            if bill.state == "failed":
                raise UserError(bill.message)

    def action_reconcile(self):
        """Compare again, after differences were mended; those that somebody has explained stay as they are."""
        self.check_access("write")
        # As in action_fetch.
        for bill in self.sudo().filtered("fetched_at"):
            bill._reconcile()

    def action_view_lines(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("giftcard_wechat.giftcard_wechatpay_bill_line_action")
        return {**action, "domain": [("bill_id", "=", self.id)]}

    @api.model
    def _cron_fetch(self):
        now = datetime.now(BEIJING)
        last = now.date() - timedelta(days=1 if now.hour >= READY_HOUR else 2)
        days = [last - timedelta(days=number) for number in range(DAYS)]
        for provider in self.env["payment.provider"].search([("code", "=", "wechatpay"), ("state", "=", "enabled")]):
            known = set(self.search([("provider_id", "=", provider.id), ("date", "in", days)]).mapped("date"))
            since = provider.create_date.date()
            missing = [day for day in days if day not in known and day >= since]
            self.create([{"provider_id": provider.id, "date": day} for day in missing])
        waiting = self.search([("state", "in", ("waiting", "failed")), ("date", "in", days)])
        commit = self.env["ir.cron"]._commit_progress
        commit(remaining=len(waiting))
        for bill in waiting:
            try:
                bill._fetch()
            except Exception:
                self.env.cr.rollback()
                _logger.exception("The bill %s could not be fetched", bill.id)
            if not commit(1):
                break

    def _fetch(self):
        """Fetch, store and compare; what WeChat Pay refuses is told by ``state`` and ``message``."""
        self.ensure_one()
        try:
            lines, digest = self._download()
        except (PaymentRefused, bill_format.BillError) as refusal:
            if getattr(refusal, "wechat_code", "") == _BEING_MADE:
                self.write({"state": "waiting", "message": str(refusal)})
            else:
                self.write({"state": "failed", "message": str(refusal)})
            return
        self._store(lines)
        self.write({"fetched_at": fields.Datetime.now(), "digest": digest, "message": False})
        self._reconcile()

    def _download(self):
        """:return: (list of :class:`bill.Line`, SHA-1)
        :raise PaymentRefused: or ``BillError``
        """
        provider = self.provider_id.sudo()
        path = f"/v3/bill/tradebill?bill_date={self.date:%Y-%m-%d}&bill_type=ALL&tar_type=GZIP"
        try:
            answer = provider._wechatpay_call("GET", path)
        except PaymentRefused as refusal:
            if refusal.wechat_code == _NOTHING_SOLD:
                return [], False
            raise
        # The file comes from the server that we call, whatever host the answer names; its digest was signed.
        url = urlsplit(answer.get("download_url") or "")
        content = provider._wechatpay_call("GET", f"{url.path}?{url.query}", file=True)
        digest = answer.get("hash_value")
        return bill_format.parse(bill_format.unpack(content, digest)), digest

    def _store(self, lines):
        self.line_ids.sudo().unlink()
        rows = [line._asdict() for line in lines]
        self.env.execute_query(
            SQL(
                """
                INSERT INTO giftcard_wechatpay_bill_line
                            (bill_id, company_id, kind, occurred_at, sub_mchid, out_trade_no, transaction_id,
                             out_refund_no, refund_id, trade_type, state, currency, amount, fee)
                SELECT %(bill)s, %(company)s, line.*
                  FROM jsonb_to_recordset(%(rows)s::jsonb)
                       AS line (kind text, occurred_at timestamp, sub_mchid text, out_trade_no text,
                                transaction_id text, out_refund_no text, refund_id text, trade_type text,
                                state text, currency text, amount numeric, fee numeric)
             RETURNING id
                """,
                bill=self.id,
                company=self.company_id.id,
                rows=json.dumps(rows, default=str),
            )
        )
        self.env["giftcard.wechatpay.bill.line"].invalidate_model()
        self.invalidate_recordset()

    def _reconcile(self):
        """List what differs, in one statement each way, without the differences that somebody has explained."""
        self.env["giftcard.wechatpay.difference"]._compare(self)
        self.invalidate_recordset()
        self.state = "differing" if self.open_differences else "matched"

    def _period(self):
        """:return: first moment of the day and of the next one, in UTC without zone"""
        start = datetime.combine(self.date, time(), BEIJING)
        return [moment.astimezone(UTC).replace(tzinfo=None) for moment in (start, start + timedelta(days=1))]
