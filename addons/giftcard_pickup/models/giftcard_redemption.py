from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from odoo.addons.giftcard_points.models.ledger.act import Act

from ..exceptions import IllegalTransition
from .states import FULFILMENTS, PENDING, SOURCES, STATES


class GiftcardRedemption(models.Model):
    """An order for rewards, paid in points, some with money on top.

    Points are held when it is submitted and captured when it is approved; goods are reserved all the while. Its rows
    are written by the methods below alone: nobody has write access. Each step is one guarded UPDATE of ``state``, so
    that of several at once one wins, in READ COMMITTED and REPEATABLE READ alike; the loser gets
    :class:`IllegalTransition` or is retried. Rows are locked in this order: redemption, card, reward, quants.
    """

    _name = "giftcard.redemption"
    _description = "Redemption"
    _order = "id desc"

    name = fields.Char(string="Number", readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="restrict")
    member_id = fields.Many2one("res.partner", required=True, readonly=True, index=True, ondelete="restrict")
    member_masked = fields.Char(string="Member (Masked)", compute="_compute_member_masked", compute_sudo=True)
    fulfilment = fields.Selection(FULFILMENTS, required=True, readonly=True, default="pickup")
    store_id = fields.Many2one(
        "giftcard.store", string="Pickup At", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    address_id = fields.Many2one(
        "res.partner", string="Deliver To", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse", readonly=True, index="btree_not_null", ondelete="restrict", help="Where the goods come from."
    )
    program_id = fields.Many2one("loyalty.program", readonly=True, index=True, ondelete="restrict")
    state = fields.Selection(STATES, required=True, readonly=True, index=True, group_expand="_expand_states")
    date = fields.Datetime(string="Submitted On", required=True, readonly=True)
    points = fields.Float(digits="Gift Card Value", required=True, readonly=True)
    point_name = fields.Char(related="program_id.portal_point_name")
    hold_id = fields.Many2one("giftcard.hold", readonly=True, index="btree_not_null", ondelete="restrict")
    currency_id = fields.Many2one(related="company_id.currency_id")
    cash_amount = fields.Monetary(string="Cash for Rewards", readonly=True)
    shipping_amount = fields.Monetary(string="Shipping", readonly=True)
    cash_total = fields.Monetary(
        string="Cash", compute="_compute_cash_total", store=True, help="What is paid in money, shipping included."
    )
    idempotency_key = fields.Char(readonly=True)
    request_hash = fields.Char(readonly=True)
    line_ids = fields.One2many("giftcard.redemption.line", "redemption_id", readonly=True)
    transition_ids = fields.One2many("giftcard.redemption.transition", "redemption_id", string="Steps", readonly=True)
    picking_ids = fields.One2many(
        comodel_name="stock.picking",
        inverse_name="giftcard_redemption_id",
        string="Transfers",
        readonly=True,
        groups="stock.group_stock_user",
    )
    pickup_code_ids = fields.One2many("giftcard.pickup.code", "redemption_id", readonly=True)
    pickup_code_id = fields.Many2one(
        "giftcard.pickup.code", string="Current Pickup Code", compute="_compute_pickup_code", compute_sudo=True
    )
    pickup_valid_until = fields.Datetime(string="Pick Up Until", compute="_compute_pickup_code", compute_sudo=True)
    pickup_digits = fields.Char(
        compute="_compute_pickup_code", compute_sudo=True, groups="giftcard_pickup.group_reviewer"
    )
    pickup_qr = fields.Binary(
        string="QR Code", compute="_compute_pickup_qr", compute_sudo=True, groups="giftcard_pickup.group_reviewer"
    )

    _idempotency_key_uniq = models.Constraint(
        "UNIQUE(member_id, idempotency_key)", "This redemption has been submitted already."
    )
    _points_check = models.Constraint("CHECK(points > 0 OR state = 'draft')", "A redemption costs more than nothing.")
    _submitted_check = models.Constraint(
        """CHECK(state = 'draft' OR idempotency_key IS NOT NULL AND program_id IS NOT NULL
                 AND (fulfilment <> 'pickup' OR store_id IS NOT NULL)
                 AND (fulfilment <> 'delivery' OR address_id IS NOT NULL))""",
        "A submitted redemption says how its goods go, and where to.",
    )

    def _expand_states(self, states, domain):
        """:return: the states that somebody has to work on, as columns of the board even when they are empty"""
        return [state for state, __ in STATES if state in ("to_review", "in_review", "picking", "ready", "shipped")]

    @api.depends("cash_amount", "shipping_amount")
    def _compute_cash_total(self):
        for redemption in self:
            redemption.cash_total = redemption.cash_amount + redemption.shipping_amount

    @api.depends("member_id.name")
    def _compute_member_masked(self):
        for redemption in self:
            name = (redemption.member_id.name or "").strip()
            redemption.member_masked = f"{name[:1]}**" if name else "**"

    @api.depends("pickup_code_ids")
    def _compute_pickup_code(self):
        for redemption in self:
            code = redemption.pickup_code_ids.filtered(lambda code: code.role == "member").sorted("id")[-1:]
            redemption.pickup_code_id = code
            redemption.pickup_valid_until = code.valid_until
            redemption.pickup_digits = code.digits

    @api.depends("pickup_code_id")
    def _compute_pickup_qr(self):
        for redemption in self:
            redemption.pickup_qr = redemption.pickup_code_id.qr

    # Actions

    def action_reject(self):
        return self._action_decide("rejected", self.env._("Reject"))

    def action_cancel(self):
        return self._action_decide("cancelled", self.env._("Cancel Redemption"))

    def action_open_pickings(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("stock.action_picking_tree_all")
        return {**action, "domain": [("giftcard_redemption_id", "=", self.id)], "context": {}}

    def _action_decide(self, decision, title):
        self._require_reviewer()
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": "giftcard.redemption.decision",
            "view_mode": "form",
            "target": "new",
            "context": {"default_redemption_ids": self.ids, "default_decision": decision},
        }

    def _require_reviewer(self):
        if not self.env.user.has_group("giftcard_pickup.group_reviewer"):
            raise AccessError(self.env._("Only reviewers decide on redemptions."))
        self.check_access("read")

    # Business

    def _approve(self, reason=None):
        """Take the points and see to the goods.

        :raise IllegalTransition: when one of them is not to be reviewed any more
        :raise LedgerError: when its points cannot be taken
        """
        # The caller has checked who may decide; neither redemptions nor cards are theirs to write.
        redemptions = self.sudo()
        redemptions._transition("approved", reason)
        redemptions._lock_cards()
        for redemption in redemptions:
            redemption._ledger()._capture(redemption._act("spend"), redemption.hold_id)
        redemptions._capture_cash()
        redemptions._fulfil()

    def _reject(self, reason, member=None):
        """Refuse what was to be reviewed; points, quota and goods go back.

        :raise IllegalTransition: when one of them is not to be reviewed any more
        """
        self._undo("rejected", reason, member)

    def _cancel(self, reason, member=None):
        """Call off what has not been handed over yet; points, quota and goods go back, the pickup code is void.

        :param member: the ``res.partner``, when it is the member who cancels
        :raise IllegalTransition: when one of them is done or undone already
        """
        self._undo("cancelled", reason, member)

    def _expire(self):
        """Give up what was not picked up in time; points, quota and goods go back."""
        self._undo("expired", self.env._("Not picked up in time"))

    def _receive(self, member=None):
        """What was sent has arrived.

        :param member: the ``res.partner``, when it is the member who says so
        :raise IllegalTransition: when it is not on its way
        """
        self.sudo()._transition("done", member=member, sources=("shipped",))

    def _complete(self):
        """Hand over: the goods leave the stock. Called by the verification of the pickup code alone."""
        redemption = self.sudo()
        redemption._transition("done", sources=("ready",))
        redemption._deliver_goods()

    def _fulfil(self):
        """What follows the approval: virtual rewards are delivered, goods picked, or waiting in the store."""
        for line in self.line_ids:
            if line.reward_id._is_virtual():
                line._deliver()
        if not self.env.context.get("giftcard_later"):
            # Somebody is waiting for the transfer; of what a rule approves a job makes it.
            self._make_transfers()
        by_way = self.grouped("fulfilment")
        if "pickup" in by_way:
            by_way["pickup"]._make_ready()
        if "delivery" in by_way:
            by_way["delivery"]._start_picking()
        if "virtual" in by_way:
            by_way["virtual"]._finish_virtual()

    def _start_picking(self):
        """The goods are to be sent: the warehouse has its transfers. An order of services alone is done."""
        made = self.filtered(lambda redemption: not redemption.transfer_due)
        to_send = made.filtered(lambda redemption: redemption.picking_ids or redemption._needed_goods())
        if to_send:
            to_send._transition("picking")
        (made - to_send)._finish_virtual()

    def _finish_virtual(self):
        """Close those of which every reward has been delivered; called again when a late delivery succeeds."""
        if delivered := self.filtered(lambda redemption: all(line._is_delivered() for line in redemption.line_ids)):
            delivered._transition("done", sources=("approved",))

    def _make_ready(self):
        """The goods are in the store: issue the pickup codes."""
        self._transition("ready")
        self.env["giftcard.pickup.code"]._issue(self)

    def _undo(self, state, reason, member=None):
        """Take the step to one of the undone states and return everything, exactly once."""
        # The caller has checked who may decide; neither redemptions nor cards are theirs to write.
        redemptions = self.sudo()
        before = redemptions._transition(state, reason, member=member)
        redemptions._lock_cards()
        for redemption in redemptions:
            if before[redemption.id] in PENDING:
                redemption._ledger()._release(redemption.hold_id)
            else:
                redemption._give_points_back(state, reason, member)
        redemptions._return_cash(before, reason, member)
        redemptions.line_ids._revoke()
        lines = redemptions.line_ids
        lines.reward_id._give_back({line.id: line.quantity for line in lines})
        redemptions.pickup_code_ids._close("expired" if state == "expired" else "void", reason, member)
        redemptions._release_goods()

    # Building blocks

    def _ledger(self):
        """:return: the ledger, which books in the company of this redemption what cards of all companies pay"""
        return self.env["giftcard.ledger"].with_company(self.company_id)

    def _act(self, kind, reason=None, member=None, part=None):
        """:return: the ledger's :class:`Act` about this redemption; it has at most one of each kind and part."""
        return Act(
            kind,
            key=f"redemption/{self.id}/{part}" if part else f"redemption/{self.id}",
            document=(self._name, self.id),
            store_id=self.store_id.id or None,
            member_id=member.id if member else None,
            reason=reason,
        )

    def _transition(self, state, reason=None, member=None, sources=None):
        """Take a step, all of the redemptions or none.

        :param sources: the states it may be taken from, when not from all that lead to ``state``
        :return: dict of id -> state before
        :raise IllegalTransition:
        """
        self.flush_recordset()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE giftcard_redemption redemption
                   SET state = %(state)s, write_uid = %(uid)s, write_date = %(now)s
                  FROM (SELECT id, state FROM giftcard_redemption
                         WHERE id = ANY(%(ids)s)
                         ORDER BY id
                           FOR NO KEY UPDATE) before
                 WHERE redemption.id = before.id AND before.state IN %(sources)s
             RETURNING redemption.id, before.state
                """,
                state=state,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                ids=self.ids,
                sources=sources or SOURCES[state],
            )
        )
        self.invalidate_recordset(flush=False)
        if refused := self - self.browse([redemption_id for redemption_id, __ in rows]):
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise IllegalTransition(
                self.env._(
                    "%(redemption)s is “%(state)s” and cannot become “%(target)s”.",
                    redemption=refused[0].name,
                    state=labels[refused[0].state],
                    target=labels[state],
                )
            )
        self._log(rows, state, reason, member)
        return dict(rows)

    def _lock_cards(self):
        """Lock all cards that hold value for these, in ascending id."""
        self.env["giftcard.ledger"]._lock((self.hold_id | self.cash_hold_id).card_id)

    def _lock(self):
        """Wait for, and lock, the rows in ascending id; what is read afterwards is what is there."""
        self.flush_recordset()
        self.env.execute_query(
            SQL("SELECT id FROM giftcard_redemption WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", self.ids)
        )
        self.invalidate_recordset(flush=False)

    def _log(self, steps, state, reason=None, member=None):
        """Record steps: list of (redemption id, state before)."""
        self.env["giftcard.redemption.transition"].create(
            [
                {
                    "redemption_id": redemption_id,
                    "from_state": before,
                    "to_state": state,
                    "user_id": self.env.uid,
                    "member_id": member.id if member else False,
                    "date": fields.Datetime.now(),
                    "reason": reason,
                }
                for redemption_id, before in sorted(steps, key=lambda step: step[0])
            ]
        )
