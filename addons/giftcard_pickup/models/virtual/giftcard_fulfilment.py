import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .kinds import KINDS, VIRTUAL

_logger = logging.getLogger(__name__)

# Minutes until the next try double with each one, up to a day.
LONGEST_PAUSE = 24 * 60


class GiftcardFulfilment(models.Model):
    """The handover of one piece of a virtual reward: once, in the transaction that approves it or by a later try.

    Written by its methods alone, under the lock of its row, which is taken after that of its redemption.
    """

    _name = "giftcard.fulfilment"
    _description = "Handover of a Virtual Reward"
    _order = "id desc"

    line_id = fields.Many2one("giftcard.redemption.line", required=True, readonly=True, index=True, ondelete="restrict")
    piece = fields.Integer(required=True, readonly=True, aggregator=None)
    redemption_id = fields.Many2one(
        "giftcard.redemption", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="restrict")
    reward_id = fields.Many2one("giftcard.reward", required=True, readonly=True, index=True, ondelete="restrict")
    member_id = fields.Many2one(related="redemption_id.member_id")
    kind = fields.Selection([item for item in KINDS if item[0] in VIRTUAL], required=True, readonly=True)
    state = fields.Selection(
        [("pending", "Pending"), ("done", "Handed over"), ("failed", "Failed"), ("withdrawn", "Taken back")],
        required=True,
        readonly=True,
        index=True,
    )
    tries = fields.Integer(default=0, required=True, readonly=True)
    error = fields.Text(readonly=True)
    next_try_at = fields.Datetime(string="Next Try", readonly=True)
    done_at = fields.Datetime(string="Handed Over On", readonly=True)
    # Who may see the handover need not be allowed to read cards and codes.
    card_id = fields.Many2one(
        "loyalty.card",
        string="Coupon",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
        groups="giftcard_points.group_auditor",
    )
    operation_id = fields.Many2one(
        "giftcard.operation",
        string="Top-up",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
        groups="giftcard_points.group_auditor",
    )
    tier_grant_id = fields.Many2one(
        "giftcard.tier.grant",
        string="Tier",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
        groups="giftcard_points.group_auditor",
    )
    code_id = fields.Many2one("giftcard.pool.code", readonly=True, ondelete="restrict", index="btree_not_null")
    code_seen = fields.Datetime(related="code_id.revealed_at", string="Code Seen")
    download_count = fields.Integer(string="Downloads", default=0, required=True, readonly=True)

    _piece_uniq = models.Constraint("UNIQUE(line_id, piece)", "Each piece is handed over once.")
    _code_uniq = models.UniqueIndex("(code_id) WHERE code_id IS NOT NULL", "Each code is given once.")
    _due_index = models.Index("(next_try_at) WHERE state IN ('pending', 'failed')")
    _done_check = models.Constraint(
        """CHECK(state <> 'done' OR done_at IS NOT NULL AND CASE kind
                 WHEN 'coupon' THEN card_id WHEN 'topup' THEN operation_id
                 WHEN 'tier' THEN tier_grant_id WHEN 'code' THEN code_id ELSE id END IS NOT NULL)""",
        "What was handed over can be told.",
    )

    @api.depends("reward_id", "piece")
    def _compute_display_name(self):
        for fulfilment in self:
            fulfilment.display_name = f"{fulfilment.reward_id.display_name} #{fulfilment.piece}"

    def action_retry(self):
        """Try at once what is not handed over yet."""
        if not self.env.user.has_group("giftcard_pickup.group_reviewer"):
            raise AccessError(self.env._("Only reviewers hand over rewards."))
        self.check_access("read")
        waiting = self.filtered(lambda fulfilment: fulfilment.state in ("pending", "failed"))
        if not waiting:
            raise UserError(self.env._("All of this is handed over or taken back."))
        for redemption in waiting.redemption_id.sorted("id"):
            redemption._retry_fulfilment()

    def action_reveal(self):
        """:return: action that opens the wizard which asks why, and shows the code"""
        self.ensure_one()
        self._require_revealer()
        return self.env["giftcard.code.show"].create({"fulfilment_id": self.id})._open(self.env._("Show the Code"))

    def _require_revealer(self):
        if not self.env.user.has_group("giftcard_pickup.group_manager"):
            raise AccessError(self.env._("Only managers see the codes of members."))
        self.check_access("read")

    @api.model
    def _open(self, lines):
        """Make the records of what is to be handed over, once.

        :param lines: ``giftcard.redemption.line`` of virtual rewards
        """
        lines.flush_recordset()
        self.env.execute_query(
            SQL(
                """
                INSERT INTO giftcard_fulfilment
                       (line_id, piece, redemption_id, company_id, reward_id, kind, state, tries, download_count,
                        next_try_at, create_uid, create_date)
                SELECT line.id, piece, line.redemption_id, redemption.company_id, line.reward_id, reward.kind,
                       'pending', 0, 0, %(now)s, %(uid)s, %(now)s
                  FROM giftcard_redemption_line line
                  JOIN giftcard_redemption redemption ON redemption.id = line.redemption_id
                  JOIN giftcard_reward reward ON reward.id = line.reward_id
                 CROSS JOIN generate_series(1, line.quantity) piece
                 WHERE line.id = ANY(%(lines)s)
                    ON CONFLICT (line_id, piece) DO NOTHING
             RETURNING id
                """,
                lines=lines.ids,
                uid=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        lines.invalidate_recordset(["fulfilment_ids"], flush=False)
        lines.redemption_id.invalidate_recordset(["fulfilment_ids"], flush=False)

    def _try(self):
        """Hand these over; one that is refused is noted and tried again later, those handed over are left alone."""
        for fulfilment in self.sorted(lambda one: (VIRTUAL.index(one.kind), one.line_id.id, one.piece)):
            if fulfilment._lock() not in ("pending", "failed"):
                continue
            try:
                with self.env.cr.savepoint():
                    values = getattr(fulfilment, f"_hand_over_{fulfilment.kind}")()
                    fulfilment._note("done", done_at=fields.Datetime.now(), error=False, next_try_at=False, **values)
            except UserError as refusal:
                # A conflict of transactions is not caught here: Odoo repeats the whole call.
                _logger.info("Fulfilment %s is tried again later: %s", fulfilment.id, refusal)
                pause = min(2**fulfilment.tries, LONGEST_PAUSE)
                next_try = fields.Datetime.now() + timedelta(minutes=pause)
                fulfilment._note("failed", error=str(refusal), next_try_at=next_try)

    def _withdraw(self):
        """Take back what was handed over; what was not is called off.

        :raise NotReturnable: when it cannot be taken back
        """
        for fulfilment in self.sorted(lambda one: (VIRTUAL.index(one.kind), one.line_id.id, one.piece)):
            state = fulfilment._lock()
            values = {}
            if state == "done":
                values = getattr(fulfilment, f"_take_back_{fulfilment.kind}")() or {}
            if state != "withdrawn":
                fulfilment._note("withdrawn", next_try_at=False, **values)

    @api.model
    def _retry_due(self, limit=100):
        """Try again what is due (cron); one redemption after the other, each committed."""
        seen, seconds = [0], 1
        while seconds and (redemptions := self._due(seen, limit)):
            for redemption in redemptions:
                redemption._retry_fulfilment()
                seconds = self.env["ir.cron"]._commit_progress(1)
                if not seconds:
                    break
            seen += redemptions.ids
        self.env["giftcard.code.pool"]._warn_low()

    def _due(self, but, limit):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT redemption_id FROM giftcard_fulfilment
                 WHERE state IN ('pending', 'failed') AND next_try_at <= %s AND redemption_id <> ALL(%s)
                 ORDER BY redemption_id
                 LIMIT %s
                """,
                fields.Datetime.now(),
                but,
                limit,
            )
        )
        return self.env["giftcard.redemption"].browse([redemption_id for (redemption_id,) in rows])

    def _lock(self):
        """Lock the row. :return: its state as it is then"""
        self.ensure_one()
        self.flush_recordset()
        [(state,)] = self.env.execute_query(
            SQL("SELECT state FROM giftcard_fulfilment WHERE id = %s FOR NO KEY UPDATE", self.id)
        )
        self.invalidate_recordset(flush=False)
        return state

    def _note(self, state, **values):
        """Write what has become of a locked record."""
        self.write({"state": state, "tries": self.tries + (state in ("done", "failed")), **values})
        self.flush_recordset()
