from odoo import api, fields, models
from odoo.orm.models import NO_ACCESS
from odoo.tools import SQL

from ...api.transaction import read_committed


class GiftcardWechatToken(models.Model):
    """What WeChat gives an app for two hours: access token and ticket. All processes of all servers use the same.

    Written in short transactions of its own, whatever becomes of the request that wanted it.
    """

    _name = "giftcard.wechat.token"
    _description = "Token of a WeChat App"
    _rec_name = "name"
    _log_access = False

    name = fields.Char(required=True, readonly=True)
    value = fields.Char(required=True, readonly=True, groups=NO_ACCESS)
    expires_at = fields.Datetime(required=True, readonly=True)

    _name_uniq = models.UniqueIndex("(name)")

    @api.model
    def _storage(self, app):
        """:return: storage for :class:`~...wechat.client.Client`; an app set up anew begins anew"""
        return TokenStorage(self.env.registry, app.id)

    @api.autovacuum
    def _gc_expired(self):
        self.env.execute_query(
            SQL("DELETE FROM giftcard_wechat_token WHERE expires_at < now() AT TIME ZONE 'UTC' RETURNING id")
        )


class TokenStorage:
    """Tokens of one app; of many processes that miss one, one fetches it while the others wait for it."""

    def __init__(self, registry, app_id):
        self._registry = registry
        self._app_id = app_id

    def get(self, key, default=None):
        with self._registry.cursor() as cr:
            return self._read(cr, key) or default

    def once(self, key, fetch):
        """:param fetch: returns (value, seconds for which it is good)"""
        value = self.get(key)
        if value:
            return value
        with self._registry.cursor() as cr:
            read_committed(cr)
            cr.execute(SQL("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", f"giftcard.wechat.token {key}"))
            value = self._read(cr, key)
            if value:
                return value
            value, seconds = fetch()
            cr.execute(
                SQL(
                    """
                    INSERT INTO giftcard_wechat_token (name, value, expires_at)
                    VALUES (%(name)s, %(value)s, now() AT TIME ZONE 'UTC' + %(seconds)s * interval '1 second')
                        ON CONFLICT (name) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at
                    """,
                    name=self._name(key),
                    value=value,
                    seconds=seconds,
                )
            )
        return value

    def discard(self, key, value):
        """Forget a value that WeChat does not take any more, unless another process has renewed it."""
        with self._registry.cursor() as cr:
            read_committed(cr)
            cr.execute(SQL("DELETE FROM giftcard_wechat_token WHERE name = %s AND value = %s", self._name(key), value))

    def _read(self, cr, key):
        cr.execute(
            SQL(
                "SELECT value FROM giftcard_wechat_token WHERE name = %s AND expires_at > now() AT TIME ZONE 'UTC'",
                self._name(key),
            )
        )
        row = cr.fetchone()
        return row and row[0]

    def _name(self, key):
        return f"{self._app_id}/{key}"
