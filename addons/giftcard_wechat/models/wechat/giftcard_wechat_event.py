import re

from odoo import api, fields, models
from odoo.tools import SQL

from ...wechat import messages

_NAME = re.compile(r"[a-z_]{1,64}")


class GiftcardWechatEvent(models.Model):
    """A message that WeChat has pushed: each one acts once, however often it comes.

    An addon acts on an event by a method ``_on_<event>(content)``; it must not call outside.
    """

    _name = "giftcard.wechat.event"
    _description = "Message of WeChat"
    _order = "id desc"
    _rec_name = "kind"
    _log_access = False

    app_id = fields.Many2one("giftcard.wechat.app", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="cascade")
    key = fields.Char(required=True, readonly=True)
    kind = fields.Char(required=True, readonly=True, help="As WeChat calls it.")
    openid = fields.Char(string="OpenID", readonly=True)
    received_at = fields.Datetime(required=True, readonly=True)
    times = fields.Integer(string="Times Received", required=True, readonly=True)

    _key_uniq = models.UniqueIndex("(app_id, key)")

    @api.model
    def _echo(self, app_id, query):
        """:return: what WeChat wants to read when the address is entered
        :raise NotAuthentic:
        """
        messages.check(self._app(app_id).message_token, query, "signature")
        return query.get("echostr") or ""

    @api.model
    def _receive(self, app_id, query, body):
        """Act on a message.

        :param query: parameters of the address
        :param body: bytes
        :raise NotAuthentic: nothing was changed
        """
        app = self._app(app_id)
        content = messages.unpack(app.message_token, app.message_key or "", app.appid, query, body)
        kind = str(content.get("Event") or content.get("MsgType") or "").lower()
        if not _NAME.fullmatch(kind):
            raise messages.NotAuthentic("of no kind")
        # Messages have a number; events are told apart by who, when and what.
        key = str(content.get("MsgId") or f"{content.get('FromUserName')}/{content.get('CreateTime')}/{kind}")
        event, first = self._remember(app, key, kind, str(content.get("FromUserName") or ""))
        act = first and content.get("Event") and getattr(event, f"_on_{kind}", None)
        if act:
            act(content)

    def _app(self, app_id):
        app = self.env["giftcard.wechat.app"].browse(app_id).exists()
        if not app.active:
            raise messages.NotAuthentic("unknown app")
        return app

    def _remember(self, app, key, kind, openid):
        """:return: (the record, whether it is the first time); of two that come at once one waits for the other"""
        [[record_id, times]] = self.env.execute_query(
            SQL(
                """
                INSERT INTO giftcard_wechat_event AS known (app_id, company_id, key, kind, openid, received_at, times)
                VALUES (%(app)s, %(company)s, %(key)s, %(kind)s, %(openid)s, now() AT TIME ZONE 'UTC', 1)
                    ON CONFLICT (app_id, key) DO UPDATE SET times = known.times + 1
             RETURNING id, times
                """,
                app=app.id,
                company=app.company_id.id,
                key=key,
                kind=kind,
                openid=openid,
            )
        )
        event = self.browse(record_id)
        event.invalidate_recordset()
        return event, times == 1

    def _identity(self):
        return self.env["giftcard.identity"].search([("app_id", "=", self.app_id.id), ("openid", "=", self.openid)])

    def _on_subscribe(self, content):
        """Somebody follows the official account."""
        self._identity().follows_since = self.received_at

    def _on_unsubscribe(self, content):
        self._identity().follows_since = False

    @api.autovacuum
    def _gc_old(self):
        # WeChat repeats within a minute.
        rows = self.env.execute_query(
            SQL(
                """
                DELETE FROM giftcard_wechat_event
                 WHERE received_at < now() AT TIME ZONE 'UTC' - interval '30 days'
             RETURNING id
                """
            )
        )
        self.invalidate_model(flush=False)
        return len(rows), 0
