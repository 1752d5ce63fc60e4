from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from odoo.addons.giftcard_points.exceptions import IdempotencyConflict
from odoo.addons.giftcard_points.models.ledger.act import Act

from ..exceptions import IllegalTransition, InvalidQuantity, MemberNotActive, RewardNotAvailable, StoreNotAvailable
from .states import SOURCES, STATES


class GiftcardRedemption(models.Model):
    """An order for rewards, paid in points.

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
    store_id = fields.Many2one(
        "giftcard.store", string="Pickup At", required=True, readonly=True, index=True, ondelete="restrict"
    )
    program_id = fields.Many2one("loyalty.program", required=True, readonly=True, index=True, ondelete="restrict")
    state = fields.Selection(STATES, required=True, readonly=True, index=True, group_expand=True)
    date = fields.Datetime(string="Submitted On", required=True, readonly=True)
    points = fields.Float(digits="Gift Card Value", required=True, readonly=True)
    point_name = fields.Char(related="program_id.portal_point_name")
    hold_id = fields.Many2one("giftcard.hold", readonly=True, index="btree_not_null", ondelete="restrict")
    idempotency_key = fields.Char(required=True, readonly=True)
    request_hash = fields.Char(required=True, readonly=True)
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
    _points_check = models.Constraint("CHECK(points > 0)", "A redemption costs more than nothing.")

    @api.depends("member_id.name")
    def _compute_member_masked(self):
        for redemption in self:
            name = (redemption.member_id.name or "").strip()
            redemption.member_masked = f"{name[:1]}**" if name else "**"

    @api.depends("pickup_code_ids")
    def _compute_pickup_code(self):
        for redemption in self:
            code = redemption.pickup_code_ids.sorted("id")[-1:]
            redemption.pickup_code_id = code
            redemption.pickup_valid_until = code.valid_until
            redemption.pickup_digits = code.digits

    @api.depends("pickup_code_id")
    def _compute_pickup_qr(self):
        for redemption in self:
            redemption.pickup_qr = redemption.pickup_code_id.qr

    # Actions

    def action_approve(self):
        """Approve what is selected and still to be reviewed."""
        self._require_reviewer()
        waiting = self.filtered(lambda redemption: redemption.state == "to_review")
        if not waiting:
            raise UserError(self.env._("None of these redemptions is to be reviewed."))
        waiting._approve()

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

    @api.model
    def _submit(self, member, store, lines, key):
        """Redeem rewards: hold the points, count the quotas, reserve the goods; all in this transaction or nothing.

        :param member: the ``res.partner`` who redeems; the caller has made sure of who it is
        :param store: ``giftcard.store`` where the goods will be picked up
        :param lines: list of (``giftcard.reward``, pieces), all for points of one programme
        :param key: idempotency key of the member's request; the same request again returns the same redemption
        :return: the ``giftcard.redemption``, in state ``to_review``
        :raise IdempotencyConflict: when the member used the key for another request
        :raise InsufficientBalance, CardNotUsable: by the ledger
        :raise InvalidQuantity, MemberNotActive, StoreNotAvailable, RewardNotAvailable, LimitReached, OutOfStock:
            nothing is left of a refused call once it is rolled back
        """
        quantities = self._quantities(lines)
        # A member has no rights of his own here, and the user who acts for members need not have any either: from here
        # on only the given member, store and rewards are touched, and every value is read from them, not from the call.
        order = self.sudo().with_company(store.sudo().company_id)
        member, store = member.with_env(order.env), store.with_env(order.env)
        rewards = order.env["giftcard.reward"].browse(quantities)
        points = sum(reward.points_price * quantities[reward.id] for reward in rewards)
        redemption, fresh = order._open(member, store, rewards[:1].program_id, points, quantities, key)
        if fresh:
            redemption._check_orderable(rewards)
            redemption._hold_points()
            redemption.env["giftcard.redemption.line"].create(
                [
                    {
                        "redemption_id": redemption.id,
                        "reward_id": reward.id,
                        "product_id": reward.product_id.id,
                        "quantity": quantities[reward.id],
                        "points_price": reward.points_price,
                    }
                    for reward in rewards
                ]
            )
            rewards._take(redemption)
            redemption._reserve_goods()
            redemption._log([(redemption.id, None)], "to_review", member=member)
        return redemption.with_env(self.env)

    def _approve(self, reason=None):
        """Take the points and issue the pickup codes.

        :raise IllegalTransition: when one of them is not to be reviewed any more
        :raise LedgerError: when its points cannot be taken
        """
        # The caller has checked who may decide; neither redemptions nor cards are theirs to write.
        redemptions = self.sudo()
        redemptions._transition("approved", reason)
        for redemption in redemptions.sorted(lambda redemption: redemption.hold_id.card_id.id):
            redemptions.env["giftcard.ledger"]._capture(redemption._act("spend"), redemption.hold_id)
        redemptions._make_ready()

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

    def _complete(self):
        """Hand over: the goods leave the stock. Called by the verification of the pickup code alone."""
        redemption = self.sudo()
        redemption._transition("done")
        redemption._deliver_goods()

    def _make_ready(self):
        """The goods are in the store: issue the pickup codes."""
        self._transition("ready")
        self.env["giftcard.pickup.code"]._issue(self)

    def _undo(self, state, reason, member=None):
        """Take the step to one of the undone states and return everything, exactly once."""
        # The caller has checked who may decide; neither redemptions nor cards are theirs to write.
        redemptions = self.sudo()
        captured = redemptions._transition(state, reason, member=member)
        ledger = redemptions.env["giftcard.ledger"]
        for redemption in redemptions.sorted(lambda redemption: redemption.hold_id.card_id.id):
            if captured[redemption.id] == "to_review":
                ledger._release(redemption.hold_id)
            else:
                ledger._refund(redemption._act("refund", reason, member), redemption.hold_id.operation_id)
        redemptions.line_ids.reward_id._give_back(redemptions)
        redemptions.pickup_code_ids._close("expired" if state == "expired" else "void")
        redemptions._release_goods()

    # Building blocks

    def _open(self, member, store, program, points, quantities, key):
        """Insert the row, or find the one that the key stands for.

        :return: (redemption, whether it is new)
        """
        fingerprint = Act("spend", key=key).fingerprint(member.id, store.id, sorted(quantities.items()))
        now = fields.Datetime.now()
        values = {
            "company_id": store.company_id.id,
            "member_id": member.id,
            "store_id": store.id,
            "program_id": program.id,
            "state": "to_review",
            "date": now,
            "points": points,
            "idempotency_key": key,
            "request_hash": fingerprint,
            "create_uid": self.env.uid,
            "create_date": now,
            "write_uid": self.env.uid,
            "write_date": now,
        }
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO giftcard_redemption (%s) VALUES %s
                    ON CONFLICT (member_id, idempotency_key) DO NOTHING
                RETURNING id
                """,
                SQL(", ").join(map(SQL.identifier, values)),
                tuple(values.values()),
            )
        )
        if rows:
            return self.browse(rows[0]), True
        redemption = self.search([("member_id", "=", member.id), ("idempotency_key", "=", key)])
        if redemption.request_hash != fingerprint:
            raise IdempotencyConflict(self.env._("The key %s was used before for another request.", key))
        return redemption, False

    @api.model
    def _quantities(self, lines):
        """:return: dict of reward id -> pieces, in ascending id; lines of one reward are added up"""
        quantities = Counter()
        for reward, quantity in lines:
            if isinstance(quantity, bool) or not isinstance(quantity, int) or not 0 < quantity < 2**31:
                raise InvalidQuantity(self.env._("%s is not a number of pieces.", quantity))
            quantities[reward.id] += quantity
        if not quantities:
            raise InvalidQuantity(self.env._("Choose at least one reward."))
        return dict(sorted(quantities.items()))

    def _check_orderable(self, rewards):
        """Refuse early, and in words, what the guarded statements would refuse, or what they do not look at."""
        if self.member_id.member_state != "active":
            raise MemberNotActive(self.env._("Only active members redeem rewards."))
        if not self.store_id.active or not self.store_id.warehouse_id:
            raise StoreNotAvailable(self.env._("%s does not hand out rewards at present.", self.store_id.name))
        for reward in rewards:
            if not (reward.active and reward.published) or reward.company_id != self.company_id:
                raise RewardNotAvailable(self.env._("%s is not offered any more.", reward.name))
        if len(rewards.program_id) > 1:
            raise RewardNotAvailable(self.env._("Rewards for different points are redeemed one by one."))

    def _hold_points(self):
        card = self.member_id._member_card(self.program_id)
        act = self._act("spend", member=self.member_id)
        self.hold_id = self.env["giftcard.ledger"]._hold(act, card, self.points)

    def _act(self, kind, reason=None, member=None):
        """:return: the ledger's :class:`Act` about this redemption; it has at most one of each kind."""
        return Act(
            kind,
            key=f"redemption/{self.id}",
            document=(self._name, self.id),
            store_id=self.store_id.id,
            member_id=member.id if member else None,
            reason=reason,
        )

    def _transition(self, state, reason=None, member=None):
        """Take a step, all of the redemptions or none.

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
                sources=SOURCES[state],
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
