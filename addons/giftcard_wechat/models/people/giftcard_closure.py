import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ...exceptions import ClosureNotWaiting, ValueLeft

_logger = logging.getLogger(__name__)

DEFAULT_DAYS = 15
MONEY = ("gift_card", "ewallet")


class GiftcardClosure(models.Model):
    """A member's wish to close the account, done after a cooling-off time in which he may change his mind.

    Money has to be used or paid out before; points end with the membership, with the member's word. Then nothing is
    left that says who the member was, while the ledger keeps every movement.
    """

    _name = "giftcard.closure"
    _description = "Closure of an Account"
    _order = "id desc"
    _rec_name = "member_id"

    member_id = fields.Many2one("res.partner", required=True, readonly=True, index=True, ondelete="cascade")
    reason = fields.Char(readonly=True)
    requested_at = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    due_at = fields.Datetime(string="Due", required=True, readonly=True)
    state = fields.Selection(
        [("waiting", "Waiting"), ("cancelled", "Called Off"), ("done", "Closed")],
        required=True,
        readonly=True,
        default="waiting",
    )
    held_up = fields.Char(readonly=True, help="Why it could not be done when it was due; it is tried again every day.")
    resolved_at = fields.Datetime(readonly=True)

    # Indexes, since the merge of partners deletes what breaks a constraint.
    _waiting_uniq = models.UniqueIndex("(member_id) WHERE state = 'waiting'", "The account is to be closed already.")
    _due_index = models.Index("(due_at) WHERE state = 'waiting'")

    @api.model
    def _request(self, member, reason, forfeit_points):
        """Ask for the account to be closed.

        :param forfeit_points: whether the member knows that the points will be lost
        :return: ``giftcard.closure``
        :raise ValueLeft: when there is money, or points and he does not
        :raise ClosureNotWaiting: when it was asked for already
        """
        # One at a time; the member acts for himself and has no rights here.
        member._claim_cards()
        closures = self.sudo()
        if closures._waiting(member):
            raise ClosureNotWaiting(self.env._("The account is to be closed already."))
        self._check_value(member, forfeit_points)
        days = self.env["giftcard.api.token"]._parameter("closure_days", DEFAULT_DAYS)
        return closures.create(
            {
                "member_id": member.id,
                "reason": reason,
                "due_at": fields.Datetime.add(fields.Datetime.now(), days=days),
            }
        ).with_env(self.env)

    @api.model
    def _waiting(self, member):
        """:return: the closure that a member waits for, may be empty"""
        return self.sudo().search([("member_id", "=", member.id), ("state", "=", "waiting")]).with_env(self.env)

    def action_call_off(self):
        """Staff calls a closure off for a member who asks for it."""
        if not self.env.user.has_group("giftcard_points.group_officer"):
            raise AccessError(self.env._("Only officers call a closure off."))
        self.check_access("read")
        self._call_off()

    def _call_off(self):
        """:raise ClosureNotWaiting: when it was done or called off already"""
        if not self or not self._resolve("cancelled"):
            raise ClosureNotWaiting(self.env._("There is no closure to call off."))

    @api.model
    def _cron_close(self, limit=100):
        """Close what is due. What cannot be closed is told to staff and tried again the next day."""
        last, seconds = 0, 1
        while seconds:
            due = self.search(
                [("state", "=", "waiting"), ("due_at", "<=", fields.Datetime.now()), ("id", ">", last)],
                order="id",
                limit=limit,
            )
            if not due:
                break
            last = due[-1].id
            for closure in due:
                closure._close()
            seconds = self.env["ir.cron"]._commit_progress(len(due))

    def _close(self):
        try:
            with self.env.cr.savepoint():
                if not self._resolve("done"):
                    return
                member = self.member_id
                if member.member_state != "closed":
                    member._close_member(self.env._("Closed by the member"))
                member._anonymise()
        except UserError as refusal:
            _logger.warning("The account of %s cannot be closed: %s", self.member_id.member_number, refusal)
            self.invalidate_recordset()
            self.held_up = str(refusal)[:500]

    def _resolve(self, state):
        """The guarded statement that lets one of two resolutions win. :return: whether this one did"""
        self.flush_recordset()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE giftcard_closure SET state = %s, resolved_at = now() AT TIME ZONE 'UTC', held_up = NULL
                 WHERE id IN %s AND state = 'waiting'
             RETURNING id
                """,
                state,
                tuple(self.ids),
            )
        )
        self.invalidate_recordset(["state", "resolved_at", "held_up"], flush=False)
        return bool(rows)

    def _check_value(self, member, forfeit_points):
        # All of the member's cards count, in whatever company.
        cards = (
            self.env["loyalty.card"]
            .sudo()
            .search([("partner_id", "=", member.id), ("state", "in", ("active", "frozen")), ("balance", ">", 0)])
        )
        if money := cards.filtered(lambda card: card.program_type in MONEY):
            raise ValueLeft(
                self.env._(
                    "There is %(amount)s on card %(number)s. Use it up, give it away or have it paid out first.",
                    amount=f"{money[0].balance:.2f}",
                    number=money[0].code,
                )
            )
        points = sum(cards.filtered(lambda card: card.program_type == "loyalty").mapped("balance"))
        if points and not forfeit_points:
            raise ValueLeft(self.env._("Your points will be lost."), points)
