from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ...exceptions import AlreadyResolved, SecondPersonRequired
from ...sql import assignments
from ..ledger.act import Act


class GiftcardTopUpRequest(models.Model):
    """Cash that the back office takes for a card. Up to the limit of the user's role it is booked at once; above, a
    manager other than who asked approves it first. One guarded UPDATE of ``state`` decides.
    """

    _name = "giftcard.top.up.request"
    _description = "Cash Top-up"
    _order = "id desc"

    name = fields.Char(string="Number", required=True, readonly=True, copy=False)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="restrict")
    idempotency_key = fields.Char(required=True, readonly=True, copy=False)
    card_id = fields.Many2one("loyalty.card", required=True, readonly=True, index=True, ondelete="restrict")
    partner_id = fields.Many2one(related="card_id.partner_id", string="Member", store=True, index="btree_not_null")
    program_id = fields.Many2one(related="card_id.program_id")
    currency_id = fields.Many2one(related="card_id.currency_id")
    amount = fields.Monetary(string="Cash", required=True, readonly=True)
    reason = fields.Char(required=True, readonly=True)
    store_id = fields.Many2one("giftcard.store", readonly=True, index="btree_not_null", ondelete="restrict")
    state = fields.Selection(
        [
            ("waiting", "Waiting for Approval"),
            ("done", "Booked"),
            ("rejected", "Rejected"),
            ("refunded", "Paid Back"),
        ],
        required=True,
        readonly=True,
        default="waiting",
    )
    create_uid = fields.Many2one("res.users", string="Asked By", readonly=True)
    decided_by_id = fields.Many2one("res.users", readonly=True, ondelete="restrict", index="btree_not_null")
    decided_at = fields.Datetime(readonly=True)
    operation_id = fields.Many2one(
        "giftcard.operation", string="Booked By", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    bonus = fields.Monetary(compute="_compute_booked")
    balance_after = fields.Monetary(compute="_compute_booked")

    _idempotency_key_uniq = models.Constraint("UNIQUE(idempotency_key)", "This top-up has been entered already.")
    _amount_check = models.Constraint("CHECK(amount > 0)", "A top-up is more than nothing.")
    _waiting_index = models.Index("(company_id) WHERE state = 'waiting'")

    @api.depends("operation_id")
    def _compute_booked(self):
        for request in self:
            # Who may read the receipt need not read the ledger.
            entry = request.sudo().operation_id.entry_ids
            request.bonus = entry.amount - request.amount if entry else 0.0
            request.balance_after = entry.balance

    def action_approve(self):
        """Book top-ups that were waiting; by a manager who did not ask for them.

        :raise SecondPersonRequired: to who asked
        :raise AlreadyResolved: when one of them is decided
        """
        self._check_manager()
        for request in self.sorted("id"):
            request._decide("done")
            request._book()

    def action_reject(self):
        """Turn down top-ups that were waiting; the cash goes back to who paid it."""
        self._check_manager()
        for request in self.sorted("id"):
            request._decide("rejected")

    def action_refund(self):
        """Pay back what is left of the cash, within the program's time for refunds; the bonus is taken back."""
        self._check_manager()
        for request in self.sorted("id"):
            request._move_on("refunded", "done")
            act = Act(
                "payout",
                key=f"{request._name}/{request.id}",
                document=(request._name, request.id),
                store_id=request.store_id.id or None,
                reason=self.env._("%s is paid back.", request.name),
            )
            self.env["giftcard.ledger"]._refund_load(act, request.operation_id)

    def action_print(self):
        return self.env.ref("giftcard_points.action_report_top_up").report_action(self)

    @api.model
    def _ask(self, key, card, amount, reason, store=None):
        """Take cash for a card: book it at once, or ask for a second person where it exceeds the user's limit.

        :param key: of the call; a repeat returns the top-up there is
        :param amount: in the card's currency
        :raise IdempotencyConflict: when the key stands for another card or amount
        :raise LedgerError: by the ledger
        :raise UserError: without a reason
        """
        user = self.env.user
        if not user.has_group("giftcard_points.group_officer"):
            raise AccessError(self.env._("Only officers take cash for cards."))
        # Top-ups are made here alone, after these checks.
        requests = self.sudo()
        if known := requests.search([("idempotency_key", "=", key)]):
            if known.card_id != card or known.currency_id.compare_amounts(known.amount, amount):
                self.env["giftcard.ledger"]._refuse_key(key)
            return known.with_env(self.env)
        if not (reason or "").strip():
            raise UserError(self.env._("Say why."))
        if card.program_type not in ("gift_card", "ewallet"):
            raise UserError(self.env._("Only gift cards and stored value can be topped up."))
        company = card.company_id or self.env.company
        request = requests.create(
            {
                "name": requests.env["ir.sequence"].with_company(company).next_by_code(self._name),
                "company_id": company.id,
                "idempotency_key": key,
                "card_id": card.id,
                "amount": float(self.env["giftcard.ledger"]._amount(amount)),
                "reason": reason.strip(),
                "store_id": store.id if store else False,
            }
        ).with_env(self.env)
        if card.currency_id.compare_amounts(amount, company._giftcard_top_up_limit(user)) <= 0:
            request._move_on("done", "waiting", decided_by_id=user.id, decided_at=fields.Datetime.now())
            request._book()
        return request

    def _book(self):
        act = Act(
            "load",
            key=f"{self._name}/{self.id}",
            document=(self._name, self.id),
            store_id=self.store_id.id or None,
            reason=self.reason,
        )
        operation = self.env["giftcard.ledger"]._grant(act, self.card_id, self.amount, origin="paid")
        # Who decided has been checked; nobody writes top-ups by hand.
        self.sudo().operation_id = operation

    def _decide(self, state):
        """Decide a waiting top-up, as somebody else than who asked for it."""
        others = SQL("create_uid <> %s", self.env.uid)
        self._move_on(state, "waiting", others, decided_by_id=self.env.uid, decided_at=fields.Datetime.now())

    def _move_on(self, state, before, condition=None, **columns):
        """The guarded statement that lets one of several decisions win."""
        self.ensure_one()
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                "UPDATE giftcard_top_up_request SET %s WHERE id = %s AND state = %s AND %s RETURNING id",
                assignments({"state": state, **columns}),
                self.id,
                before,
                condition or SQL("TRUE"),
            )
        )
        self.invalidate_recordset(flush=False)
        if not rows and self.state == before:
            raise SecondPersonRequired(self.env._("A second person has to decide about %s.", self.name))
        if not rows:
            raise AlreadyResolved(self.env._("%s has been decided already.", self.name))

    def _check_manager(self):
        self.check_access("read")
        if not self.env.user.has_group("giftcard_points.group_manager"):
            raise AccessError(self.env._("Only managers decide about top-ups."))
