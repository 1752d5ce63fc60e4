import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...api.transaction import read_committed
from ...exceptions import WechatRefused, WechatUnavailable

_logger = logging.getLogger(__name__)

# Seconds for which a message belongs to the process that sends it, and between attempts; then it is dead.
LEASE = 60
DELAYS = (60, 300, 1800, 7200, 21600)
# Asked too often; the user has not agreed (any more).
_LATER = (45009, 45011)
_NOT_AGREED = 43101


class GiftcardWechatOutbox(models.Model):
    """A subscription message on its way: sent by the cron after the inbox has its copy, repeated, at last dead."""

    _name = "giftcard.wechat.outbox"
    _description = "Subscription Message"
    _order = "id desc"
    _rec_name = "message_id"
    _log_access = False

    message_id = fields.Many2one("giftcard.message", required=True, readonly=True, index=True, ondelete="cascade")
    identity_id = fields.Many2one("giftcard.identity", required=True, readonly=True, index=True, ondelete="cascade")
    template_id = fields.Many2one(
        "giftcard.wechat.template", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="cascade")
    member_id = fields.Many2one(related="message_id.partner_id")
    state = fields.Selection(
        [("waiting", "Waiting"), ("sent", "Sent"), ("dead", "Not Delivered")], required=True, readonly=True
    )
    due_at = fields.Datetime(string="Next Attempt", readonly=True)
    tries = fields.Integer(string="Attempts", required=True, readonly=True)
    agreed = fields.Boolean(readonly=True, help="Whether one of the messages that the user agreed to is spent on it.")
    sent_at = fields.Datetime(readonly=True)
    number = fields.Char(string="WeChat's Number", readonly=True, index="btree_not_null")
    error = fields.Char(string="Last Error", readonly=True)

    _message_uniq = models.UniqueIndex("(message_id, template_id)")
    _due_index = models.Index("(due_at) WHERE state = 'waiting'")

    def action_retry(self):
        """Try dead messages again, after what was wrong has been mended."""
        self.check_access("write")
        dead = self.filtered(lambda message: message.state == "dead")
        # Who may retry need not be allowed to change what is sent.
        dead.sudo().write({"state": "waiting", "due_at": fields.Datetime.now(), "tries": 0, "error": False})
        self._trigger()

    @api.model
    def _enqueue(self, messages):
        """Put messages into the outbox for members who have agreed to be told in their mini program."""
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO giftcard_wechat_outbox
                            (message_id, identity_id, template_id, company_id, state, due_at, tries)
                SELECT DISTINCT ON (message.id, template.id)
                       message.id, identity.id, template.id, template.company_id, 'waiting', %(now)s, 0
                  FROM giftcard_message message
                  JOIN giftcard_identity identity ON identity.member_id = message.partner_id
                  JOIN giftcard_wechat_template template
                    ON template.app_id = identity.app_id AND template.kind = message.kind AND template.active
                  JOIN giftcard_wechat_subscription subscription
                    ON subscription.identity_id = identity.id AND subscription.template_id = template.id
                       AND subscription.remaining > 0
                 WHERE message.id IN %(ids)s
                 ORDER BY message.id, template.id, identity.id DESC
                    ON CONFLICT (message_id, template_id) DO NOTHING
             RETURNING id
                """,
                ids=tuple(messages.ids) or (0,),
                now=fields.Datetime.now(),
            )
        )
        if rows:
            self._trigger()

    def _trigger(self):
        self.env.ref("giftcard_wechat.cron_wechat_outbox").sudo()._trigger()

    @api.model
    def _cron_send(self, limit=200):
        cron = self.env["ir.cron"]
        domain = [("state", "=", "waiting"), ("due_at", "<=", fields.Datetime.now())]
        ids = self.search(domain, order="due_at, id", limit=limit).ids
        cron._commit_progress(remaining=len(ids))
        for message in self.browse(ids):
            try:
                message._send()
            except Exception:
                self.env.cr.rollback()
                _logger.exception("Subscription message %s could not be sent", message.id)
            if not cron._commit_progress(1):
                break

    def _send(self):
        """Claim, commit, call, write down what became of it."""
        commit = self.env["ir.cron"]._commit_progress
        read_committed(self.env.cr)
        if not self._claim():
            return
        if not self.agreed and not self.env["giftcard.wechat.subscription"]._spend(self.identity_id, self.template_id):
            self._die(self.env._("The user has not agreed to more messages."))
            return
        self.agreed = True
        commit()
        try:
            answer = self.identity_id.app_id._call("post", "cgi-bin/message/subscribe/send", self._content())
        except WechatUnavailable as error:
            self._again(str(error))
        except WechatRefused as refusal:
            self._refused(refusal)
        else:
            number = str(answer.get("msgid") or "") or False
            self.write({"state": "sent", "sent_at": fields.Datetime.now(), "number": number, "due_at": False})
            self.error = False

    def _claim(self):
        """:return: whether this process is the one to send it"""
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE giftcard_wechat_outbox
                   SET due_at = now() AT TIME ZONE 'UTC' + %s * interval '1 second', tries = tries + 1
                 WHERE id = %s AND state = 'waiting' AND due_at <= now() AT TIME ZONE 'UTC'
             RETURNING id
                """,
                LEASE,
                self.id,
            )
        )
        self.invalidate_recordset()
        return bool(rows)

    def _content(self):
        app, template = self.identity_id.app_id, self.template_id
        content = {
            "touser": self.identity_id.openid,
            "template_id": template.template_id,
            "data": template._data(self.message_id),
            "miniprogram_state": app._miniprogram_state(),
            "lang": "zh_CN" if (self.member_id.lang or "zh_CN").startswith("zh") else "en_US",
        }
        return {**content, "page": template.page} if template.page else content

    def _refused(self, refusal):
        if refusal.errcode in _LATER:
            self._again(str(refusal))
            return
        subscriptions = self.env["giftcard.wechat.subscription"]
        if refusal.errcode == _NOT_AGREED:
            subscriptions._forget(self.identity_id, self.template_id)
        else:
            # Nothing was sent: what the user agreed to is still good.
            subscriptions._give_back(self.identity_id, self.template_id)
        self.agreed = False
        self._die(str(refusal))

    def _again(self, error):
        if self.tries > len(DELAYS):
            self._die(error)
        else:
            self.write({"due_at": fields.Datetime.now() + timedelta(seconds=DELAYS[self.tries - 1]), "error": error})

    def _die(self, error):
        self.write({"state": "dead", "due_at": False, "error": error})

    @api.autovacuum
    def _gc_sent(self):
        # The inbox has its copy.
        rows = self.env.execute_query(
            SQL(
                """
                DELETE FROM giftcard_wechat_outbox
                 WHERE state = 'sent' AND sent_at < now() AT TIME ZONE 'UTC' - interval '90 days'
             RETURNING id
                """
            )
        )
        self.invalidate_model(flush=False)
        return len(rows), 0
