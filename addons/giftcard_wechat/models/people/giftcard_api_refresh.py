import logging
import secrets

from odoo import api, fields, models
from odoo.orm.models import NO_ACCESS
from odoo.tools import SQL

from ...api.problems import Problem
from ...api.transaction import separate_transaction
from ..giftcard_api_token import TOKEN_BYTES

_logger = logging.getLogger(__name__)

# Seconds in which a refresh whose answer was lost can be repeated.
LENIENCY = 30
PRUNE_DAYS = 30


class GiftcardApiRefresh(models.Model):
    """A refresh token of a session: exchanged once for the next pair of tokens (RFC 9700, section 4.14.2).

    One that comes back after it was exchanged has been stolen, by whoever came first or second: the session ends. The
    exception is a phone that lost the answer: within seconds, and while the successor is unused, it gets another pair,
    and the successor is what must not come back.
    """

    _name = "giftcard.api.refresh"
    _description = "Refresh Token of a Session"
    _order = "id desc"
    _log_access = False

    token_id = fields.Many2one("giftcard.api.token", required=True, readonly=True, index=True, ondelete="cascade")
    digest = fields.Char(required=True, readonly=True, groups=NO_ACCESS)
    issued_at = fields.Datetime(required=True, readonly=True)
    used_at = fields.Datetime(readonly=True)
    replaced = fields.Boolean(readonly=True, help="Another one was given in its place, since the answer was lost.")

    _digest_uniq = models.UniqueIndex("(digest)")

    @api.model
    def _issue(self, session):
        """:param session: ``giftcard.api.token``. :return: the refresh token, which is shown here and never again"""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        # Made by logging in and refreshing alone.
        self.sudo().create(
            {"token_id": session.id, "digest": session._digest(token), "issued_at": fields.Datetime.now()}
        )
        return token

    @api.model
    def _exchange(self, token):
        """Use up a refresh token. A client that sends one several times at once is not taken for a thief.

        :return: ``giftcard.api.token`` that goes on
        :raise Problem: ``invalid_refresh_token``, ``token_expired``, or that the member may not act
        """
        now = fields.Datetime.now()
        digest = self.env["giftcard.api.token"]._digest(token)
        # One at a time; what the statements after this one read is what the call before has left.
        self.env.execute_query(SQL("SELECT id FROM giftcard_api_refresh WHERE digest = %s FOR UPDATE", digest))
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE giftcard_api_refresh SET used_at = %(now)s
                 WHERE digest = %(digest)s AND used_at IS NULL AND replaced IS NOT TRUE
             RETURNING token_id
                """,
                now=now,
                digest=digest,
            )
        )
        [(session_id,)] = rows or [self._repeat(digest, now)]
        return self._session(session_id, now)

    def _session(self, session_id, now):
        # Whoever holds the refresh token is the session's owner; nobody is logged in yet.
        session = self.env["giftcard.api.token"].sudo().browse(session_id)
        if session.revoked_at or (session.refresh_until or session.expires_at) <= now:
            raise Problem("token_expired")
        self.env["giftcard.api.session"]._check_member(session.member_id)
        return session

    def _repeat(self, digest, now):
        """What becomes of a token that was exchanged before.

        :return: (session id,), when its answer may have been lost
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT refresh.id, refresh.token_id,
                       refresh.replaced IS NOT TRUE AND refresh.used_at > %(now)s - %(leniency)s * INTERVAL '1 second'
                       AND NOT EXISTS (SELECT 1 FROM giftcard_api_refresh later
                                        WHERE later.token_id = refresh.token_id AND later.id > refresh.id
                                          AND later.used_at IS NOT NULL)
                  FROM giftcard_api_refresh refresh
                 WHERE refresh.digest = %(digest)s
                """,
                now=now,
                leniency=LENIENCY,
                digest=digest,
            )
        )
        if not rows:
            raise Problem("invalid_refresh_token")
        [(refresh_id, session_id, lenient)] = rows
        if not lenient or not self._replace_successor(refresh_id, session_id):
            self._end_family(session_id, now)
            raise Problem("invalid_refresh_token")
        return (session_id,)

    def _replace_successor(self, refresh_id, session_id):
        return self.env.execute_query(
            SQL(
                """
                UPDATE giftcard_api_refresh SET replaced = TRUE
                 WHERE token_id = %s AND id > %s AND used_at IS NULL AND replaced IS NOT TRUE
             RETURNING id
                """,
                session_id,
                refresh_id,
            )
        )

    def _end_family(self, session_id, now):
        """End the session for both who hold its tokens, whatever becomes of the request."""
        _logger.warning("A refresh token of session %s came back: the session ends", session_id)
        with separate_transaction(self.env) as cr:
            cr.execute(
                SQL(
                    """
                    UPDATE giftcard_api_token SET revoked_at = %(now)s, revoked_by_id = %(uid)s, stolen = TRUE
                     WHERE id = %(session)s AND revoked_at IS NULL
                    """,
                    now=now,
                    uid=self.env.uid,
                    session=session_id,
                )
            )

    @api.autovacuum
    def _gc_used(self):
        """Forget what was used long ago; it would not be taken anyway."""
        self.flush_model()
        self.env.execute_query(
            SQL(
                "DELETE FROM giftcard_api_refresh WHERE issued_at < %s AND used_at IS NOT NULL RETURNING id",
                fields.Datetime.subtract(fields.Datetime.now(), days=PRUNE_DAYS),
            )
        )
        self.invalidate_model(flush=False)
