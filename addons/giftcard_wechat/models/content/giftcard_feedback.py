from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class GiftcardFeedback(models.Model):
    """What a member tells the merchant, and what is answered."""

    _name = "giftcard.feedback"
    _description = "Feedback"
    _order = "id desc"
    _rec_name = "number"

    number = fields.Char(compute="_compute_number")
    member_id = fields.Many2one("res.partner", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="restrict")
    kind = fields.Selection(
        [
            ("suggestion", "Suggestion"),
            ("complaint", "Complaint"),
            ("fault", "Something does not work"),
            ("praise", "Praise"),
            ("other", "Other"),
        ],
        required=True,
        readonly=True,
    )
    body = fields.Text(string="Message", required=True, readonly=True)
    contact = fields.Char(readonly=True, help="How the member wants to be reached.")
    suspect = fields.Boolean(help="The text check did not pass it, or could not be asked: do not show it to others.")
    state = fields.Selection(
        [("new", "New"), ("working", "In Progress"), ("closed", "Closed")],
        required=True,
        readonly=True,
        default="new",
    )
    user_id = fields.Many2one(
        "res.users", string="Handled By", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    reply = fields.Text(help="Goes to the member's inbox.")
    replied_at = fields.Datetime(string="Replied", readonly=True)
    note = fields.Text(string="Internal Note", help="Members do not see it.")

    _open_index = models.Index("(company_id, id DESC) WHERE state <> 'closed'")

    def _compute_number(self):
        for feedback in self:
            feedback.number = f"#{feedback.id or '?'}"

    def action_take(self):
        """Whoever takes it first handles it."""
        self.check_access("write")
        if len(self._move("working", from_states=("new",))) < len(self):
            raise UserError(self.env._("Somebody else handles this already."))

    def action_reply(self):
        """Send the reply to the member's inbox, once, and close."""
        self.check_access("write")
        for feedback in self:
            if not (feedback.reply or "").strip():
                raise UserError(self.env._("Write the reply first."))
        if len(self._move("closed", from_states=("new", "working"), replied=True)) < len(self):
            raise UserError(self.env._("This is closed already."))
        messages = []
        for feedback in self:
            spoken = feedback.with_context(lang=feedback.member_id.lang or self.env.lang)
            messages.append(
                {
                    "partner_id": feedback.member_id.id,
                    "kind": "feedback",
                    "key": f"feedback/{feedback.id}",
                    "title": spoken.env._("We have answered your feedback"),
                    "body": feedback.reply,
                }
            )
        self.env["giftcard.message"]._post(messages)

    def action_close(self):
        """Nothing is to be answered."""
        self.check_access("write")
        if len(self._move("closed", from_states=("new", "working"))) < len(self):
            raise UserError(self.env._("This is closed already."))

    def write(self, vals):
        if "reply" in vals and any(feedback.replied_at for feedback in self):
            raise UserError(self.env._("The member has been answered already."))
        return super().write(vals)

    def _move(self, state, from_states, replied=False):
        """:return: those that were in one of these states"""
        self.flush_recordset()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE giftcard_feedback
                   SET state = %(state)s, user_id = COALESCE(user_id, %(uid)s),
                       replied_at = CASE WHEN %(replied)s THEN %(now)s ELSE replied_at END,
                       write_uid = %(uid)s, write_date = %(now)s
                 WHERE id = ANY(%(ids)s) AND state = ANY(%(from)s)
             RETURNING id
                """,
                **{"from": list(from_states)},
                state=state,
                uid=self.env.uid,
                replied=replied,
                now=fields.Datetime.now(),
                ids=self.ids,
            )
        )
        self.invalidate_recordset(flush=False)
        return self.browse(feedback_id for (feedback_id,) in rows)

    @api.model
    def _receive(self, member, company, kind, body, contact=None, identity=None):
        """Take what a member says.

        :param identity: ``giftcard.identity`` that the member is logged in by, for the text check
        :return: ``giftcard.feedback``
        :raise TextRefused:
        """
        held = self.env["giftcard.text.check"]._check(body, "comment", identity or self.env["giftcard.identity"])
        # Members write nothing themselves; this is theirs to say. Staff alone read it, so nothing is held back.
        feedback = self.sudo().create(
            {
                "member_id": member.id,
                "company_id": company.id,
                "kind": kind,
                "body": body,
                "contact": contact,
                "suspect": bool(held),
            }
        )
        if held:
            held._apply(feedback, "body", body)
        return feedback.with_env(self.env)
