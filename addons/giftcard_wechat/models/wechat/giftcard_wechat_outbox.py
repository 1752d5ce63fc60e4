from odoo import api, fields, models
from odoo.tools import SQL

from .giftcard_wechat_sending import LATER

# The user has not agreed (any more).
_NOT_AGREED = 43101


class GiftcardWechatOutbox(models.Model):
    """A subscription message on its way; the inbox has its copy already."""

    _name = "giftcard.wechat.outbox"
    _inherit = "giftcard.wechat.sending"
    _description = "Subscription Message"
    _order = "id desc"
    _rec_name = "message_id"
    _log_access = False

    _path = "cgi-bin/message/subscribe/send"
    _cron = "giftcard_wechat.cron_wechat_outbox"
    _delays = (60, 300, 1800, 7200, 21600)

    message_id = fields.Many2one("giftcard.message", required=True, readonly=True, index=True, ondelete="cascade")
    identity_id = fields.Many2one("giftcard.identity", required=True, readonly=True, index=True, ondelete="cascade")
    template_id = fields.Many2one(
        "giftcard.wechat.template", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="cascade")
    member_id = fields.Many2one(related="message_id.partner_id")
    agreed = fields.Boolean(readonly=True, help="Whether one of the messages that the user agreed to is spent on it.")
    number = fields.Char(string="WeChat's Number", readonly=True, index="btree_not_null")

    _message_uniq = models.UniqueIndex("(message_id, template_id)")
    _due_index = models.Index("(due_at) WHERE state = 'waiting'")

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

    def _app(self):
        return self.identity_id.app_id

    def _prepare(self):
        if not self.agreed and not self.env["giftcard.wechat.subscription"]._spend(self.identity_id, self.template_id):
            self._die(self.env._("The user has not agreed to more messages."))
            return None
        self.agreed = True
        template = self.template_id
        content = {
            "touser": self.identity_id.openid,
            "template_id": template.template_id,
            "data": template._data(self.message_id),
            "miniprogram_state": self._app()._miniprogram_state(),
            "lang": "zh_CN" if (self.member_id.lang or "zh_CN").startswith("zh") else "en_US",
        }
        return {**content, "page": template.page} if template.page else content

    def _delivered(self, answer):
        self.number = str(answer.get("msgid") or "") or False
        return super()._delivered(answer)

    def _refused(self, refusal):
        if refusal.errcode not in LATER:
            subscriptions = self.env["giftcard.wechat.subscription"]
            if refusal.errcode == _NOT_AGREED:
                subscriptions._forget(self.identity_id, self.template_id)
            else:
                # Nothing was sent: what the user agreed to is still good.
                subscriptions._give_back(self.identity_id, self.template_id)
            self.agreed = False
        return super()._refused(refusal)

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
