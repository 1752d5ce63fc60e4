import hashlib
import secrets

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from odoo.addons.giftcard_points.codes import make_code, normalize, readable

from ...api.problems import Problem
from ...api.transaction import separate_transaction

PAIRING_MINUTES = 10
TOKEN_BYTES = 32
DAYS = 7


class GiftcardStaffSession(models.Model):
    """A clerk's phone: paired by a code that is shown once in the back office, then known by a bearer token.

    Of both only the SHA-256 is kept. What the phone does is done by the clerk's own user, with its rights.
    """

    _name = "giftcard.staff.session"
    _description = "Phone of a Clerk"
    _order = "id desc"

    user_id = fields.Many2one("res.users", string="Clerk", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="cascade")
    create_uid = fields.Many2one("res.users", string="Paired By")
    pairing_digest = fields.Char(required=True, readonly=True, groups="base.group_no_one", copy=False)
    pairing_until = fields.Datetime(string="Code Valid Until", required=True, readonly=True)
    paired_at = fields.Datetime(readonly=True)
    digest = fields.Char(readonly=True, groups="base.group_no_one", copy=False)
    device = fields.Char(readonly=True, help="What the phone says of itself (user agent).")
    ip_address = fields.Char(string="IP Address", readonly=True)
    expires_at = fields.Datetime(readonly=True)
    last_used_at = fields.Datetime(readonly=True, help="Within an hour.")
    revoked_at = fields.Datetime(readonly=True)
    revoked_by_id = fields.Many2one("res.users", readonly=True, index="btree_not_null", ondelete="restrict")
    state = fields.Selection(
        [("waiting", "To Be Paired"), ("active", "Active"), ("expired", "Expired"), ("revoked", "Revoked")],
        compute="_compute_state",
    )

    _pairing_uniq = models.UniqueIndex("(pairing_digest)", "Two pairing codes cannot be the same.")
    _digest_uniq = models.UniqueIndex("(digest) WHERE digest IS NOT NULL", "Two phones cannot have the same token.")

    @api.depends("pairing_until", "paired_at", "expires_at", "revoked_at")
    def _compute_state(self):
        now = fields.Datetime.now()
        for session in self:
            if session.revoked_at:
                session.state = "revoked"
            elif (session.expires_at or session.pairing_until) <= now:
                session.state = "expired"
            else:
                session.state = "active" if session.paired_at else "waiting"

    @api.depends("device", "user_id")
    def _compute_display_name(self):
        for session in self:
            session.display_name = f"{session.user_id.name} ({session.device or '?'})"

    # Actions

    def action_revoke(self):
        """End the sessions; the next call of these phones is refused."""
        self.check_access("write")
        self._revoke()

    # Business

    @api.model
    def _pair(self, user):
        """Make a code that a clerk's phone is paired with, within ten minutes. Clerks pair their own, managers all.

        :param user: ``res.users``
        :return: the code as people type it, which is shown here and never again
        :raise AccessError: when the acting user may not
        :raise UserError: when the user is no clerk
        """
        if user != self.env.user and not self.env.user.has_group("giftcard_pickup.group_manager"):
            raise AccessError(self.env._("Only managers pair the phones of others."))
        if not user.active or not user.has_group("giftcard_pickup.group_clerk"):
            raise UserError(self.env._("%s is no clerk.", user.name))
        code, now = make_code(), fields.Datetime.now()
        # Clerks have no rights on sessions; who acts is kept as the creator.
        self.sudo().create(
            {
                "user_id": user.id,
                "company_id": user.company_id.id,
                "pairing_digest": self._digest(code),
                "pairing_until": fields.Datetime.add(now, minutes=PAIRING_MINUTES),
            }
        )
        return readable(code)

    @api.model
    def _exchange(self, typed, device=None, ip_address=None):
        """Pair a phone: a code gives one token, to whoever is first.

        :param typed: the code as it was typed or scanned
        :return: the token, which is shown here and never again, and its record
        :raise Problem: ``invalid_pairing_code``
        """
        code, now = normalize(typed), fields.Datetime.now()
        token = secrets.token_urlsafe(TOKEN_BYTES)
        self.flush_model()
        rows = code and self.env.execute_query(
            SQL(
                """
                UPDATE giftcard_staff_session session
                   SET paired_at = %(now)s, last_used_at = %(now)s, digest = %(digest)s, expires_at = %(expires)s,
                       device = %(device)s, ip_address = %(ip)s
                  FROM res_users clerk
                 WHERE session.pairing_digest = %(pairing)s AND session.paired_at IS NULL
                   AND session.revoked_at IS NULL AND session.pairing_until > %(now)s
                   AND clerk.id = session.user_id AND clerk.active
             RETURNING session.id
                """,
                now=now,
                digest=self._digest(token),
                expires=fields.Datetime.add(now, days=DAYS),
                device=(device or "")[:200] or None,
                ip=ip_address,
                pairing=self._digest(code),
            )
        )
        if not rows:
            raise Problem("invalid_pairing_code")
        self.invalidate_model(flush=False)
        # The code has proved that the back office let this phone in.
        return token, self.sudo().browse(rows[0])

    @api.model
    def _authenticate(self, token):
        """:return: (session id, user id, company id) of a bearer token
        :raise Problem: when there is none, it has ended, or the user is archived
        """
        now = fields.Datetime.now()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT session.id, session.user_id, session.company_id,
                       session.revoked_at IS NOT NULL OR session.expires_at <= %(now)s OR NOT clerk.active,
                       session.last_used_at < %(now)s - INTERVAL '1 hour'
                  FROM giftcard_staff_session session JOIN res_users clerk ON clerk.id = session.user_id
                 WHERE session.digest = %(digest)s
                """,
                digest=self._digest(token),
                now=now,
            )
        )
        if not rows:
            raise Problem("unauthenticated")
        [(session_id, user_id, company_id, ended, stale)] = rows
        if ended:
            raise Problem("token_expired")
        if stale:
            with separate_transaction(self.env) as cr:
                cr.execute(SQL("UPDATE giftcard_staff_session SET last_used_at = %s WHERE id = %s", now, session_id))
        return session_id, user_id, company_id

    def _revoke(self):
        # Clerks end their own session, managers those they may see; the record itself is nobody's to write.
        self.sudo().filtered(lambda session: not session.revoked_at).write(
            {"revoked_at": fields.Datetime.now(), "revoked_by_id": self.env.uid}
        )

    @api.model
    def _digest(self, secret):
        return hashlib.sha256(secret.encode()).hexdigest()

    @api.autovacuum
    def _gc_ended(self):
        """Forget codes that nobody used after a day; sessions stay for 90 days after their end."""
        now = fields.Datetime.now()
        self.search([("paired_at", "=", False), ("pairing_until", "<", fields.Datetime.subtract(now, days=1))]).unlink()
        self.search([("expires_at", "<", fields.Datetime.subtract(now, days=90))]).unlink()
