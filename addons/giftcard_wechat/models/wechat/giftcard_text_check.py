from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ...exceptions import TextRefused, WechatRefused

# WeChat takes so many characters at once.
LENGTH = 2500
SCENES = {"profile": 1, "comment": 2, "forum": 3, "social": 4}
_SEVERITY = ("pass", "review", "failed", "risky")


class GiftcardTextCheck(models.Model):
    """What members write for others to read, where WeChat did not let it pass at once.

    Risky texts are refused. What is to be reviewed, or could not be checked, is shown to nobody until staff release it.
    Interface ``msg_sec_check``, version 2.
    """

    _name = "giftcard.text.check"
    _description = "Text to Review"
    _order = "id desc"
    _rec_name = "text"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="cascade")
    member_id = fields.Many2one("res.partner", readonly=True, index="btree_not_null", ondelete="cascade")
    scene = fields.Selection(
        [("profile", "Profile"), ("comment", "Comment"), ("forum", "Forum"), ("social", "Greeting")],
        required=True,
        readonly=True,
    )
    text = fields.Text(required=True, readonly=True)
    verdict = fields.Selection(
        [("review", "To review"), ("failed", "Not checked"), ("risky", "Risky")], required=True, readonly=True
    )
    label = fields.Integer(readonly=True, help="WeChat's number of what it found, e.g. 20002 for porn.")
    state = fields.Selection(
        [("held", "Held Back"), ("released", "Released"), ("refused", "Refused"), ("outdated", "Outdated")],
        required=True,
        readonly=True,
        default="held",
        index=True,
    )
    res_model = fields.Char(string="Document Model", readonly=True)
    res_id = fields.Many2oneReference(string="Document", model_field="res_model", readonly=True)
    res_field = fields.Char(string="Field", readonly=True)
    decided_by_id = fields.Many2one("res.users", readonly=True, index="btree_not_null", ondelete="restrict")
    decided_at = fields.Datetime(readonly=True)

    _document_index = models.Index("(res_model, res_id, res_field) WHERE state = 'held'")

    # === ACTIONS === #

    def action_release(self):
        """Let the texts be read."""
        for check in self._decide("released"):
            check._write_text()

    def action_refuse(self):
        """Let nobody read the texts."""
        self._decide("refused")

    # === FOR WHO STORES TEXTS === #

    @api.model
    def _check(self, text, scene, identity):
        """Ask WeChat whether a text may be shown. To be called before anything is locked; then :meth:`_apply`.

        :param scene: "profile", "comment", "forum" or "social"
        :param identity: ``giftcard.identity`` by which the writer is logged in, if by one of WeChat
        :return: no record where the text may be shown; else one that holds it back
        :raise TextRefused:
        """
        # Members write, but do not read what staff think of it.
        checks, identity = self.sudo(), identity.sudo()
        verdict, label = checks._ask(text or "", scene, identity)
        if verdict == "pass":
            return self.browse()
        values = {
            "company_id": (identity.company_id or self.env.company).id,
            "member_id": identity.member_id.id or self.env.context.get("giftcard_member_id"),
            "scene": scene,
            "text": text,
            "verdict": verdict,
            "label": label,
        }
        if verdict != "risky":
            return checks.create(values).with_env(self.env)
        # The refusal undoes what the request has done; that it was tried is kept.
        with self.env.registry.cursor() as cr:
            checks.with_env(checks.env(cr=cr)).create({**values, "state": "refused"})
        raise TextRefused(self.env._("This text cannot be shown. Please word it differently."))

    def _apply(self, record, field, text):
        """Store a checked text, or leave it to staff to do so.

        :param self: what :meth:`_check` returned
        :param record: whose field it is, writable for the caller
        """
        earlier = self.sudo().search(
            [
                ("res_model", "=", record._name),
                ("res_id", "=", record.id),
                ("res_field", "=", field),
                ("state", "=", "held"),
            ]
        )
        # What somebody wrote before is not to overwrite what is written now.
        earlier.write({"state": "outdated"})
        if not self:
            record[field] = text
            return
        self.sudo().write({"res_model": record._name, "res_id": record.id, "res_field": field})

    # Building blocks

    def _ask(self, text, scene, identity):
        """:return: (verdict, label), the worst of all parts of the text"""
        found = ("pass", 0)
        for start in range(0, len(text.strip()) and len(text), LENGTH):
            found = max(
                found,
                self._ask_part(text[start : start + LENGTH], scene, identity),
                key=lambda pair: _SEVERITY.index(pair[0]),
            )
        return found

    def _ask_part(self, text, scene, identity):
        if not identity.app_id:
            return "failed", 0
        request = {"version": 2, "scene": SCENES[scene], "openid": identity.openid, "content": text}
        try:
            result = identity.app_id._call("post", "wxa/msg_sec_check", request).get("result") or {}
        except WechatRefused:
            # WeChat is down, or knows nothing of this user lately.
            return "failed", 0
        suggest = result.get("suggest")
        return suggest if suggest in ("pass", "review", "risky") else "failed", int(result.get("label") or 0)

    def _decide(self, state):
        """:return: those that this call decided; of two at once one does"""
        self.check_access("read")
        if not self.env.user.has_group("giftcard_points.group_officer"):
            raise AccessError(self.env._("Only officers review texts."))
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE giftcard_text_check SET state = %s, decided_by_id = %s, decided_at = now() AT TIME ZONE 'UTC'
                 WHERE id IN %s AND state = 'held'
             RETURNING id
                """,
                state,
                self.env.uid,
                tuple(self.ids) or (0,),
            )
        )
        self.invalidate_recordset(flush=False)
        return self.browse([check_id for (check_id,) in rows])

    def _write_text(self):
        if self.res_model:
            # An officer lets a member's own text through; the document need not be his to write.
            record = self.env[self.res_model].sudo().browse(self.res_id).exists()
            record[self.res_field] = self.text
