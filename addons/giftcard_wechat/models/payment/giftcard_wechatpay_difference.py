from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL


class GiftcardWechatpayDifference(models.Model):
    """Something in which WeChat Pay's bill and the payments here differ, until somebody explains or mends it."""

    _name = "giftcard.wechatpay.difference"
    _description = "Difference to a WeChat Pay Bill"
    _order = "bill_id desc, id"
    _rec_name = "number"

    bill_id = fields.Many2one("giftcard.wechatpay.bill", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", readonly=True, index=True, ondelete="cascade")
    kind = fields.Selection(
        [
            ("unknown", "Only in the bill"),
            ("missing", "Not in the bill"),
            ("amount", "Another amount"),
            ("state", "Another state"),
            ("order", "No order at the till"),
            ("backing", "No payment behind the order"),
        ],
        string="What Differs",
        required=True,
        readonly=True,
        index=True,
    )
    number = fields.Char(required=True, readonly=True)
    transaction_id = fields.Many2one("payment.transaction", readonly=True, index="btree_not_null", ondelete="restrict")
    line_kind = fields.Selection(
        [("payment", "Payment"), ("refund", "Refund"), ("reversal", "Reversal")], string="Is a", readonly=True
    )
    bill_amount = fields.Float(string="Amount in the Bill", digits=(16, 2), readonly=True)
    amount = fields.Float(string="Amount Here", digits=(16, 2), readonly=True)
    transaction_state = fields.Char(string="State Here", readonly=True)
    resolved = fields.Boolean(readonly=True, index=True)
    note = fields.Char(string="Explanation", help="What was found and done.")
    resolved_by = fields.Many2one("res.users", readonly=True, ondelete="restrict")
    resolved_at = fields.Datetime(readonly=True)

    _number_uniq = models.Constraint("UNIQUE(bill_id, kind, line_kind, number)", "This difference is listed already.")

    def write(self, vals):
        if not self.env.su:
            if vals.keys() - {"note"}:
                raise AccessError(self.env._("Of a difference only the explanation is written by hand."))
            if any(difference.resolved for difference in self):
                raise UserError(self.env._("This difference is explained already."))
        return super().write(vals)

    def action_resolve(self):
        """Take the difference as explained.

        :raise UserError: without an explanation
        """
        self.check_access("write")
        if not all(difference.note for difference in self):
            raise UserError(self.env._("Say first what was found."))
        # Who may explain a difference may close it, by this method alone.
        closed = self.sudo()
        closed.write({"resolved": True, "resolved_by": self.env.uid, "resolved_at": fields.Datetime.now()})
        for bill in closed.bill_id.filtered(lambda bill: bill.state == "differing" and not bill.open_differences):
            bill.state = "matched"

    def action_ask(self):
        """Ask WeChat Pay for the payment, and compare again."""
        self.check_access("write")
        # Managers see what is asked for: the payment behind their bill.
        self.transaction_id.sudo().action_wechatpay_ask()
        self.bill_id.sudo()._reconcile()

    @api.model
    def _compare(self, bill):
        """List anew what is not explained."""
        self.env.flush_all()
        self.search([("bill_id", "=", bill.id), ("resolved", "=", False)]).sudo().unlink()
        since, until = bill._period()
        self.env.execute_query(
            SQL(
                """
                WITH line AS (
                    SELECT line.*,
                           CASE kind WHEN 'refund' THEN out_refund_no ELSE out_trade_no END AS number,
                           EXISTS (SELECT 1
                                     FROM giftcard_wechatpay_bill_line AS back
                                    WHERE back.bill_id = line.bill_id
                                      AND back.kind = 'reversal'
                                      AND back.out_trade_no = line.out_trade_no) AS is_reversed
                      FROM giftcard_wechatpay_bill_line AS line
                     WHERE line.bill_id = %(bill)s
                ), till AS NOT MATERIALIZED (
                    SELECT payment.*,
                           CASE method.use_payment_terminal
                           WHEN 'wechatpay' THEN method.wechatpay_provider_id END AS provider_id
                      FROM pos_payment AS payment
                      JOIN pos_payment_method AS method ON method.id = payment.payment_method_id
                      JOIN pos_order AS orders ON orders.id = payment.pos_order_id
                     WHERE method.wechatpay_provider_id IS NOT NULL
                       AND orders.state NOT IN ('draft', 'cancel')
                ), found AS (
                    SELECT CASE WHEN tx.id IS NULL THEN 'unknown'
                                WHEN abs(tx.amount) != line.amount OR line.currency != currency.name THEN 'amount'
                                WHEN line.kind = 'payment' AND tx.state != 'done' AND NOT line.is_reversed THEN 'state'
                                WHEN line.kind = 'refund' AND tx.state NOT IN ('done', 'pending') THEN 'state'
                                WHEN line.kind = 'reversal' AND tx.state = 'done' THEN 'state'
                           END AS kind,
                           line.number, tx.id AS transaction_id, line.kind AS line_kind, line.amount AS bill_amount,
                           abs(tx.amount) AS amount, tx.state
                      FROM line
                 LEFT JOIN payment_transaction AS tx ON tx.provider_id = %(provider)s AND tx.reference = line.number
                 LEFT JOIN res_currency AS currency ON currency.id = tx.currency_id
                 UNION ALL
                    SELECT 'missing', tx.reference, tx.id, side.kind, NULL, abs(tx.amount), tx.state
                      FROM payment_transaction AS tx
                CROSS JOIN LATERAL (
                               SELECT CASE tx.operation WHEN 'refund' THEN 'refund' ELSE 'payment' END AS kind
                           ) AS side
                     WHERE tx.provider_id = %(provider)s
                       AND tx.state = 'done'
                       AND CASE tx.operation WHEN 'refund' THEN tx.wechatpay_sent_at
                                             ELSE tx.wechatpay_paid_at END >= %(since)s
                       AND CASE tx.operation WHEN 'refund' THEN tx.wechatpay_sent_at
                                             ELSE tx.wechatpay_paid_at END < %(until)s
                       AND NOT EXISTS (SELECT 1 FROM line WHERE line.kind = side.kind AND line.number = tx.reference)
                 UNION ALL
                    SELECT 'order', tx.reference, tx.id, 'payment', NULL, tx.amount, tx.state
                      FROM payment_transaction AS tx
                     WHERE tx.provider_id = %(provider)s
                       AND tx.state = 'done'
                       AND tx.pos_config_id IS NOT NULL
                       AND tx.wechatpay_refunded IS DISTINCT FROM tx.amount
                       AND tx.wechatpay_paid_at >= %(since)s
                       AND tx.wechatpay_paid_at < %(until)s
                       AND NOT EXISTS (SELECT 1 FROM till WHERE till.transaction_id = tx.reference)
                 UNION ALL
                    SELECT 'order', tx.reference, tx.id, 'refund', NULL, abs(tx.amount), tx.state
                      FROM payment_transaction AS tx
                      JOIN payment_transaction AS source ON source.id = tx.source_transaction_id
                     WHERE tx.provider_id = %(provider)s
                       AND tx.operation = 'refund'
                       AND tx.state = 'done'
                       AND source.pos_config_id IS NOT NULL
                       AND tx.wechatpay_sent_at >= %(since)s
                       AND tx.wechatpay_sent_at < %(until)s
                       AND NOT EXISTS (SELECT 1 FROM till WHERE till.transaction_id = tx.reference)
                       -- What no order was paid with may go back without one.
                       AND EXISTS (SELECT 1 FROM till WHERE till.transaction_id = source.reference)
                 UNION ALL
                    SELECT 'backing', coalesce(till.transaction_id, till.uuid), tx.id,
                           CASE WHEN till.amount < 0 THEN 'refund' ELSE 'payment' END, NULL, abs(till.amount), tx.state
                      FROM till
                 LEFT JOIN payment_transaction AS tx
                           ON tx.provider_id = %(provider)s AND tx.reference = till.transaction_id
                     WHERE till.provider_id = %(provider)s
                       AND till.payment_date >= %(since)s
                       AND till.payment_date < %(until)s
                       AND till.amount != 0
                       AND (tx.id IS NULL
                            OR tx.state != 'done' AND NOT (tx.operation = 'refund' AND tx.state = 'pending')
                            OR tx.amount != (SELECT sum(named.amount)
                                               FROM till AS named
                                              WHERE named.transaction_id = till.transaction_id))
                )
                INSERT INTO giftcard_wechatpay_difference
                            (bill_id, company_id, kind, number, transaction_id, line_kind, bill_amount, amount,
                             transaction_state, resolved, create_uid, create_date, write_uid, write_date)
                SELECT %(bill)s, %(company)s, kind, number, transaction_id, line_kind, bill_amount, amount, state,
                       FALSE, %(user)s, now() AT TIME ZONE 'UTC', %(user)s, now() AT TIME ZONE 'UTC'
                  FROM found
                 WHERE kind IS NOT NULL
                    ON CONFLICT (bill_id, kind, line_kind, number) DO NOTHING
             RETURNING id
                """,
                bill=bill.id,
                company=bill.company_id.id,
                provider=bill.provider_id.id,
                since=since,
                until=until,
                user=self.env.uid,
            )
        )
        self.invalidate_model()
