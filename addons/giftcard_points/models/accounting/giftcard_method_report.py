from odoo import fields, models
from odoo.tools import SQL


class GiftcardMethodReport(models.Model):
    """The ledger's movements by store, kind and the method by which customers paid, points included.

    A movement belongs to the methods of its document: payments of a till's order; transactions of a sales order, and
    payments of its invoices. Several methods share it in the proportion in which they paid; the shares of a movement
    add up to its amount to the last digit. Change and other amounts against the order's sign lower what their method
    has paid and are no method of their own. What cards pay is paid by the card itself.
    """

    _name = "giftcard.method.report"
    _description = "Movements by Store and Payment Method"
    _order = "date desc, id desc"
    _auto = False
    _rec_name = "method"
    _depends = {
        "account.journal": ["name"],
        "account.payment": ["amount", "payment_type", "state", "journal_id", "payment_transaction_id"],
        "loyalty.card": ["program_id"],
        "loyalty.program": ["program_type", "currency_id"],
        "payment.method": ["name"],
        "payment.transaction": ["amount", "state", "payment_method_id"],
        "pos.payment": ["amount", "pos_order_id", "payment_method_id"],
        "pos.payment.method": ["name"],
    }

    date = fields.Datetime(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    store_id = fields.Many2one("giftcard.store", readonly=True, help="Where value moved; empty: at no store.")
    program_id = fields.Many2one("loyalty.program", readonly=True)
    program_type = fields.Selection(related="program_id.program_type")
    currency_id = fields.Many2one("res.currency", readonly=True)
    kind = fields.Selection(
        selection=lambda self: self.env["giftcard.operation"]._fields["kind"]._description_selection(self.env),
        readonly=True,
    )
    channel = fields.Selection(
        [
            ("pos", "Till"),
            ("online", "Online payment"),
            ("invoice", "Invoice"),
            ("desk", "Cash in the back office"),
            ("card", "The card itself"),
            ("none", "No payment"),
        ],
        string="Paid By",
        readonly=True,
    )
    method = fields.Char(
        string="Payment Method", readonly=True, help="Of the till, of online payment, or the journal of the payment."
    )
    operation_id = fields.Many2one("giftcard.operation", readonly=True)
    card_id = fields.Many2one("loyalty.card", readonly=True)
    received = fields.Float(digits="Gift Card Value", readonly=True, help="What came onto cards.")
    taken = fields.Float(digits="Gift Card Value", readonly=True, help="What left cards.")
    amount = fields.Float(string="Change", digits="Gift Card Value", readonly=True)

    @property
    def _table_query(self):
        # No window function above the rows of the ledger: a period is read by its index.
        return SQL(
            """
            SELECT entry.id::bigint * 1000 + share.rank AS id, entry.date, operation.company_id, operation.store_id,
                   card.program_id, program.currency_id, operation.kind, share.channel, share.method,
                   operation.id AS operation_id, card.id AS card_id,
                   CASE WHEN entry.amount > 0 THEN share.amount ELSE 0 END AS received,
                   CASE WHEN entry.amount < 0 THEN -share.amount ELSE 0 END AS taken,
                   share.amount
              FROM giftcard_entry entry
              JOIN giftcard_operation operation ON operation.id = entry.operation_id
              JOIN loyalty_card card ON card.id = entry.card_id
              JOIN loyalty_program program ON program.id = card.program_id
         LEFT JOIN giftcard_operation undone
                ON undone.id = COALESCE(operation.reversal_of_id, operation.refund_of_id)
        CROSS JOIN LATERAL (
                   WITH paid AS (
                       SELECT paid.channel, paid.method, SUM(paid.amount) AS amount
                         FROM (%(payments)s) paid
                        WHERE COALESCE(undone.kind, operation.kind) <> 'spend'
                        GROUP BY paid.channel, paid.method
                   ), weighted AS (
                       SELECT channel, method, ABS(amount) AS weight,
                              ROW_NUMBER() OVER (ORDER BY channel, method) AS rank
                         FROM paid
                        WHERE SIGN(amount) = SIGN((SELECT SUM(amount) FROM paid)) AND amount <> 0
                   )
                   -- Each takes what the rounded sum up to it adds to the rounded sum before it.
                   SELECT rank, channel, method,
                          ROUND(entry.amount * SUM(weight) OVER upto / SUM(weight) OVER (), %(digits)s)
                        - ROUND(entry.amount * (SUM(weight) OVER upto - weight) / SUM(weight) OVER (), %(digits)s)
                              AS amount
                     FROM weighted
                   WINDOW upto AS (ORDER BY rank)
                    UNION ALL
                   SELECT 0, CASE WHEN COALESCE(undone.kind, operation.kind) = 'spend' THEN 'card' ELSE 'none' END,
                          NULL, entry.amount
                    WHERE NOT EXISTS (SELECT FROM weighted)
                   ) share
            """,
            payments=SQL(" UNION ALL ").join(self._payments()),
            digits=self.env["decimal.precision"].precision_get("Gift Card Value"),
        )

    def _payments(self):
        """What customers have paid for the document of ``operation``; an addon adds those of its own documents.

        :return: list of SQL of rows (channel, method, signed amount)
        """
        invoices = SQL(
            """
            SELECT move_line.move_id
              FROM sale_order_line line
              JOIN sale_order_line_invoice_rel link ON link.order_line_id = line.id
              JOIN account_move_line move_line ON move_line.id = link.invoice_line_id
             WHERE operation.res_model = 'sale.order' AND line.order_id = operation.res_id
             UNION
            SELECT operation.res_id WHERE operation.res_model = 'account.move'
            """
        )
        return [
            SQL(
                """
                SELECT 'pos' AS channel, %s AS method, payment.amount
                  FROM pos_payment payment
                  JOIN pos_payment_method method ON method.id = payment.payment_method_id
                 WHERE operation.res_model = 'pos.order' AND payment.pos_order_id = operation.res_id
                """,
                self._translated("method"),
            ),
            SQL(
                """
                SELECT 'online', %s, tx.amount
                  FROM sale_order_transaction_rel link
                  JOIN payment_transaction tx ON tx.id = link.transaction_id
                  JOIN payment_method method ON method.id = tx.payment_method_id
                 WHERE operation.res_model = 'sale.order' AND link.sale_order_id = operation.res_id
                   AND tx.state IN ('authorized', 'done')
                """,
                self._translated("method"),
            ),
            SQL(
                """
                SELECT 'invoice', %s,
                       CASE payment.payment_type WHEN 'inbound' THEN payment.amount ELSE -payment.amount END
                  FROM account_payment payment
                  JOIN account_journal journal ON journal.id = payment.journal_id
                 WHERE operation.res_model IN ('sale.order', 'account.move')
                   AND payment.state IN ('in_process', 'paid') AND payment.payment_transaction_id IS NULL
                   AND payment.id IN (SELECT link.payment_id
                                        FROM account_move__account_payment link
                                       WHERE link.invoice_id IN (%s))
                """,
                self._translated("journal"),
                invoices,
            ),
            SQL(
                """
                SELECT 'desk', NULL, request.amount
                  FROM giftcard_top_up_request request
                 WHERE operation.res_model = 'giftcard.top.up.request' AND request.id = operation.res_id
                """
            ),
        ]

    def _translated(self, table):
        """:return: SQL of the translated ``name`` of ``table``, in the reader's language"""
        name = SQL.identifier(table, "name")
        return SQL("COALESCE(%s->>%s, %s->>'en_US')", name, self.env.lang or "en_US", name)

    def action_open_operation(self):
        self.ensure_one()
        return self.operation_id.get_formview_action()
