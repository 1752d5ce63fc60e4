import base64
import secrets

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from odoo.addons.giftcard_points.models.ledger.act import Act
from odoo.addons.giftcard_points.sql import assignments

TOKEN_BYTES = 16


class GiftcardStorePayment(models.Model):
    """A member pays an amount in a store: by cards, by a payment provider, or by both.

    The member scans the store's QR code and enters the amount, or scans the amount that a clerk asks for, or the clerk
    scans the member's payment code. What cards pay is held while the provider's part is open: both are taken together,
    or none. One guarded UPDATE of ``state`` decides.
    """

    _name = "giftcard.store.payment"
    _description = "Payment in a Store"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(string="Number", required=True, readonly=True, copy=False)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="restrict")
    store_id = fields.Many2one(
        "giftcard.store", required=True, readonly=True, index=True, ondelete="restrict", check_company=True
    )
    member_id = fields.Many2one("res.partner", readonly=True, index="btree_not_null", ondelete="restrict")
    channel = fields.Selection(
        [("static", "Store's QR code"), ("request", "QR code of the amount"), ("code", "Payment code")],
        string="By",
        required=True,
        readonly=True,
    )
    clerk_id = fields.Many2one("res.users", readonly=True, index="btree_not_null", ondelete="restrict")
    amount = fields.Monetary(required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True, ondelete="restrict")
    note = fields.Char(readonly=True, help="What it is for.")
    state = fields.Selection(
        [
            ("requested", "Waiting for a Member"),
            ("pending", "Waiting for the Rest"),
            ("paid", "Paid"),
            ("cancelled", "Not Paid"),
        ],
        required=True,
        readonly=True,
    )
    deadline = fields.Datetime(string="To Be Paid Until", readonly=True)
    paid_at = fields.Datetime(string="Paid On", readonly=True)
    key = fields.Char(readonly=True, copy=False)
    token = fields.Char(readonly=True, copy=False, groups="giftcard_pickup.group_clerk,giftcard_points.group_auditor")
    part_ids = fields.One2many("giftcard.store.payment.part", "payment_id", string="Cards", readonly=True)
    card_amount = fields.Monetary(string="By Cards", readonly=True)
    transaction_id = fields.Many2one(
        "payment.transaction",
        string="Rest Paid By",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    refund_ids = fields.One2many("giftcard.store.refund", "payment_id", string="Refunds", readonly=True)
    refunded = fields.Monetary(readonly=True)
    payment_url = fields.Char(string="Address in the QR Code", compute="_compute_payment_url")
    payment_qr = fields.Binary(string="QR Code", compute="_compute_payment_url")

    _key_uniq = models.UniqueIndex("(company_id, key) WHERE key IS NOT NULL", "This payment has been made already.")
    _token_uniq = models.UniqueIndex("(token) WHERE token IS NOT NULL")
    _amounts_check = models.Constraint(
        "CHECK(amount > 0 AND COALESCE(card_amount, 0) BETWEEN 0 AND amount"
        " AND COALESCE(refunded, 0) BETWEEN 0 AND amount)",
        "A payment is more than nothing, and no more of it goes back.",
    )
    _store_index = models.Index("(store_id, paid_at DESC) WHERE state = 'paid'")
    _deadline_index = models.Index("(deadline) WHERE state IN ('requested', 'pending')")

    @api.depends("state")
    def _compute_payment_url(self):
        for payment in self:
            url = payment.state == "requested" and payment._address(request=payment.token)
            payment.payment_url = url
            payment.payment_qr = url and self._qr(url)

    # Actions

    def action_refund(self):
        self.ensure_one()
        self._require_clerk()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Refund"),
            "res_model": "giftcard.store.payment.refund",
            "view_mode": "form",
            "target": "new",
            "context": {"default_payment_id": self.id},
        }

    def action_withdraw(self):
        """Ask for the amount no more."""
        self.ensure_one()
        self._require_clerk()
        self.sudo()._move_on("requested", "cancelled")

    # Building blocks

    @api.model
    def _address(self, **query):
        """:return: what QR codes say; the mini program opens it, as the operator has set up at WeChat"""
        [(name, value)] = query.items()
        return f"{self.get_base_url()}/giftcard/pay?{name}={value}"

    @api.model
    def _qr(self, text):
        return base64.b64encode(self.env["ir.actions.report"].barcode("QR", text, width=300, height=300))

    def _new(self, store, amount, channel, state, **values):
        company = store.company_id
        # Payments are made by these methods alone, after their checks.
        payments = self.sudo().with_company(company)
        return payments.create(
            {
                "name": payments.env["ir.sequence"].next_by_code(self._name),
                "company_id": company.id,
                "store_id": store.id,
                "currency_id": company.currency_id.id,
                "amount": amount,
                "channel": channel,
                "state": state,
                **values,
            }
        )

    @api.model
    def _new_token(self):
        return secrets.token_urlsafe(TOKEN_BYTES)

    def _move_on(self, before, state, **columns):
        """The guarded statement that lets one of several outcomes win. :return: whether it was this one"""
        self.ensure_one()
        self.flush_recordset()
        rows = self.env.execute_query(
            SQL(
                "UPDATE giftcard_store_payment SET %s WHERE id = %s AND state = %s RETURNING id",
                assignments(
                    {"state": state, "write_uid": self.env.uid, "write_date": fields.Datetime.now(), **columns}
                ),
                self.id,
                before,
            )
        )
        self.invalidate_recordset(flush=False)
        return bool(rows)

    def _act(self, kind, key, reason=None):
        """:return: the :class:`Act` of something that this payment moves"""
        return Act(
            kind,
            key=key,
            document=(self._name, self.id),
            store_id=self.store_id.id,
            member_id=None if self.channel == "code" else self.member_id.id,
            reason=reason,
        )

    def _require_clerk(self, store=None):
        """Clerks act for their own stores; the record rules tell which."""
        if not self.env.user.has_groups("giftcard_pickup.group_clerk,giftcard_pickup.group_reviewer"):
            raise AccessError(self.env._("Only clerks take payments."))
        # Who works where is asked on behalf of one who may take payments.
        everywhere = self.env.user.has_group("giftcard_pickup.group_reviewer")
        if store and not everywhere and self.env.user not in store.sudo().user_ids:
            raise AccessError(self.env._("This is not your store."))
        self.check_access("read")

    def _tell(self, occasion, title, body):
        """Put a receipt into the member's inbox.

        :param occasion: of which there is one message
        :param title, body: functions of an environment in the member's language
        """
        env = self.with_context(lang=self.member_id.lang or self.env.lang).env
        self.env["giftcard.message"].sudo()._post(
            [
                {
                    "partner_id": self.member_id.id,
                    "kind": "payment",
                    "key": f"{self._name}/{self.id}/{occasion}",
                    "title": title(env),
                    "body": body(env),
                }
            ]
        )
