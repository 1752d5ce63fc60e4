import hashlib
import secrets
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

from ..api.problems import Problem
from ..api.transaction import separate_transaction

TOKEN_BYTES = 32
DEFAULT_MINUTES = 120
DEFAULT_DAYS = 30


class Session(NamedTuple):
    """Who a request acts for."""

    token_id: int
    member_id: int
    company_id: int


class GiftcardApiToken(models.Model):
    """A member's session on one device: an opaque bearer token, of which only the SHA-256 is kept.

    The token is good for a short time; ``giftcard.api.refresh`` gives the next one as long as the session lasts.
    """

    _name = "giftcard.api.token"
    _description = "Session of a Member"
    _order = "id desc"

    member_id = fields.Many2one("res.partner", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="cascade")
    identity_id = fields.Many2one(
        "giftcard.identity", string="Logged In By", readonly=True, index="btree_not_null", ondelete="set null"
    )
    provider = fields.Selection(related="identity_id.provider")
    digest = fields.Char(required=True, readonly=True, groups="base.group_no_one", copy=False)
    device = fields.Char(readonly=True, help="What the device says of itself (user agent).")
    ip_address = fields.Char(string="IP Address", readonly=True)
    expires_at = fields.Datetime(
        string="Token Expires",
        required=True,
        readonly=True,
        help="Before that the device exchanges it for the next one.",
    )
    refresh_until = fields.Datetime(
        string="Logged In Until", readonly=True, help="Unless the device is used before: that prolongs the session."
    )
    refresh_ids = fields.One2many("giftcard.api.refresh", "token_id", groups="base.group_no_one")
    last_used_at = fields.Datetime(readonly=True, help="Within an hour.")
    revoked_at = fields.Datetime(readonly=True)
    revoked_by_id = fields.Many2one("res.users", readonly=True, index="btree_not_null", ondelete="restrict")
    stolen = fields.Boolean(readonly=True, help="Ended because a refresh token was used a second time.")
    state = fields.Selection(
        [("active", "Active"), ("expired", "Expired"), ("revoked", "Revoked")], compute="_compute_state"
    )

    _digest_uniq = models.UniqueIndex("(digest)", "Two sessions cannot have the same token.")

    @api.depends("expires_at", "refresh_until", "revoked_at")
    def _compute_state(self):
        now = fields.Datetime.now()
        for token in self:
            if token.revoked_at:
                token.state = "revoked"
            else:
                token.state = "active" if (token.refresh_until or token.expires_at) > now else "expired"

    @api.depends("device", "member_id")
    def _compute_display_name(self):
        for token in self:
            token.display_name = f"{token.member_id.display_name} ({token.device or '?'})"

    def action_revoke(self):
        """End the sessions; the next request with them is refused."""
        self.check_access("write")
        self._revoke()

    @api.model
    def _issue(self, identity, device=None, ip_address=None):
        """Start a session.

        :param identity: ``giftcard.identity`` the member logged in by
        :return: the token, which is shown here and never again, and its record
        """
        token, now = secrets.token_urlsafe(TOKEN_BYTES), fields.Datetime.now()
        # A session is made by logging in only; nobody else may create one.
        record = self.sudo().create(
            {
                "member_id": identity.member_id.id,
                "company_id": identity.company_id.id,
                "identity_id": identity.id,
                "digest": self._digest(token),
                "device": (device or "")[:200] or False,
                "ip_address": ip_address,
                "expires_at": fields.Datetime.add(now, minutes=self._access_minutes()),
                "refresh_until": fields.Datetime.add(now, days=self._validity_days()),
                "last_used_at": now,
            }
        )
        return token, record

    @api.model
    def _authenticate(self, token):
        """:return: the :class:`Session` of a bearer token
        :raise Problem: when there is none, it has ended, or the member may not act
        """
        now = fields.Datetime.now()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT token.id, token.member_id, token.company_id, member.member_state,
                       token.revoked_at IS NOT NULL OR token.expires_at <= %(now)s,
                       token.last_used_at < %(now)s - INTERVAL '1 hour'
                  FROM giftcard_api_token token JOIN res_partner member ON member.id = token.member_id
                 WHERE token.digest = %(digest)s
                """,
                digest=self._digest(token),
                now=now,
            )
        )
        if not rows:
            raise Problem("unauthenticated")
        [(token_id, member_id, company_id, member_state, ended, stale)] = rows
        if ended:
            raise Problem("token_expired")
        if member_state != "active":
            raise Problem("member_frozen" if member_state == "frozen" else "member_closed")
        if stale:
            with separate_transaction(self.env) as cr:
                cr.execute(SQL("UPDATE giftcard_api_token SET last_used_at = %s WHERE id = %s", now, token_id))
        return Session(token_id, member_id, company_id)

    def _revoke(self):
        # Members end their own sessions, staff those they may see; the record itself is nobody's to write.
        self.sudo().filtered(lambda token: not token.revoked_at).write(
            {"revoked_at": fields.Datetime.now(), "revoked_by_id": self.env.uid}
        )

    def _renew(self):
        """Give the session its next token and some more days; the token before is refused from now on.

        :return: the token, which is shown here and never again
        """
        token, now = secrets.token_urlsafe(TOKEN_BYTES), fields.Datetime.now()
        # Who has the refresh token asks for nothing but his own session.
        self.sudo().write(
            {
                "digest": self._digest(token),
                "expires_at": fields.Datetime.add(now, minutes=self._access_minutes()),
                "refresh_until": fields.Datetime.add(now, days=self._validity_days()),
                "last_used_at": now,
            }
        )
        return token

    @api.model
    def _digest(self, token):
        return hashlib.sha256(token.encode()).hexdigest()

    @api.model
    def _access_minutes(self):
        return self._parameter("access_minutes", DEFAULT_MINUTES)

    @api.model
    def _validity_days(self):
        return self._parameter("token_days", DEFAULT_DAYS)

    @api.model
    def _parameter(self, name, default):
        # The parameters are no secret, but parameters are the administrator's.
        value = self.env["ir.config_parameter"].sudo().get_param(f"giftcard_wechat.{name}")
        return int(value) if value and value.isdecimal() and int(value) else default

    @api.autovacuum
    def _gc_ended(self):
        """Forget sessions that ended more than 90 days ago."""
        self.flush_model()
        self.env.execute_query(
            SQL(
                """
                DELETE FROM giftcard_api_token
                 WHERE LEAST(COALESCE(refresh_until, expires_at), revoked_at) < %s
             RETURNING id
                """,
                fields.Datetime.subtract(fields.Datetime.now(), days=90),
            )
        )
        self.invalidate_model(flush=False)
