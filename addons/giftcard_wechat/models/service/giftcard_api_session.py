from odoo import api, models
from odoo.http import request

from ...api.problems import Problem
from ...schemas.session import Device, Session, Tokens


class GiftcardApiSession(models.AbstractModel):
    _name = "giftcard.api.session"
    _inherit = "giftcard.api.service"
    _description = "API: Logging In and Out"

    def _login(self, proof):
        """Start a session for whom the provider names.

        :param proof: one of the :data:`~...schemas.session.Proof`
        :return: :class:`~...schemas.session.Session`
        :raise Problem: when the provider, or the member's state, refuses
        """
        httprequest = request.httprequest
        self.env["giftcard.api.rate"]._take("login", httprequest.remote_addr)
        identity = self.env["giftcard.api.proof"]._identity(proof)
        # The member has just proved who he is.
        identity = identity.sudo()
        self._check_member(identity.member_id)
        token, record = self.env["giftcard.api.token"]._issue(
            identity, httprequest.user_agent.string, httprequest.remote_addr
        )
        member = self.with_context(giftcard_member_id=record.member_id.id, allowed_company_ids=record.company_id.ids)
        return Session(**self._tokens(token, record), member=member.env["giftcard.api.member"]._profile())

    def _refresh(self, refresh):
        """:param refresh: :class:`~...schemas.session.Refresh`. :return: :class:`~...schemas.session.Tokens`"""
        self.env["giftcard.api.rate"]._take("login", request.httprequest.remote_addr)
        record = self.env["giftcard.api.refresh"]._exchange(refresh.refresh_token)
        return Tokens(**self._tokens(record._renew(), record))

    def _tokens(self, token, record):
        return {
            "access_token": token,
            "token_type": "Bearer",
            "expires_at": record.expires_at,
            "refresh_token": self.env["giftcard.api.refresh"]._issue(record),
            "refresh_until": record.refresh_until,
        }

    def _devices(self, query):
        """:return: page of :class:`~...schemas.session.Device`, the latest login first"""
        in_force = [("revoked_at", "=", False), ("refresh_until", ">", "now")]
        return self._page(Device, "giftcard.api.token", in_force, query, [("id", "desc")])

    def _end(self, session_id):
        self._own("giftcard.api.token", session_id)._revoke()

    def _logout(self):
        """End the session of this request."""
        self.env["giftcard.api.token"].browse(self.env.context["giftcard_token_id"])._revoke()

    @api.model
    def _check_member(self, member):
        """:raise Problem: when the member may not act"""
        state = member.member_state
        if state != "active":
            raise Problem("member_frozen" if state == "frozen" else "member_closed")
