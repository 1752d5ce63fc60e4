from odoo import models
from odoo.http import request

from ...exceptions import IdentityTaken, LastIdentity
from ...schemas.identity import Identities, Identity


class GiftcardApiIdentity(models.AbstractModel):
    _name = "giftcard.api.identity"
    _inherit = "giftcard.api.proof"
    _description = "API: Ways of Logging In"

    def _list(self):
        """:return: :class:`~...schemas.identity.Identities`"""
        return Identities(items=[Identity.from_record(identity) for identity in self._identities()])

    def _bind(self, binding):
        """Give the member another way of logging in. If it is another member's, and the client asks for it, that member
        is merged into this one: the session proves the one, the proof the other.

        :param binding: :class:`~...schemas.identity.Binding`
        :return: :class:`~...schemas.identity.Identity`
        :raise IdentityTaken: when it is another member's
        :raise LedgerError, UserError: when the two cannot be merged; nothing has happened then
        """
        self.env["giftcard.api.rate"]._take("login", request.httprequest.remote_addr)
        identities, proof = self.env["giftcard.identity"], binding.proof
        if proof.provider == "phone_password":
            identity = self._by_password(proof)
            self._unite(identity.sudo().member_id, binding.merge)
            return Identity.from_record(identity)
        subject = self._subject(proof, "bind")
        identities._claim(subject)
        identity = identities._find(subject)
        other = identity.member_id or identities._known_member(subject)
        self._unite(other, binding.merge)
        identity = identity or identities._add(subject, self._member())
        identity._note_unionid(subject)
        if subject.provider == "phone":
            # A proved number takes the place of what somebody typed.
            self._member().sudo().phone = subject.openid
        return Identity.from_record(identity.with_env(self.env))

    def _unbind(self, identity_id):
        """Take a way of logging in away, and log out the other devices that used it.

        :raise LastIdentity: when no other would be left
        """
        identity = self._own("giftcard.identity", identity_id)
        member = self._member()
        # One at a time: of two identities, two calls at once would otherwise take both.
        member._claim_cards()
        # The rest is decided for the member's own identity, which the rules have let pass.
        identity = identity.sudo().exists()
        if not (member.sudo().giftcard_identity_ids - identity).filtered(lambda other: other._is_usable()):
            raise LastIdentity(self.env._("Bind another account or a phone number before."))
        tokens = self.env["giftcard.api.token"].sudo().search([("identity_id", "=", identity.id)])
        tokens.filtered(lambda token: token.id != self.env.context["giftcard_token_id"])._revoke()
        identity.unlink()

    def _identities(self):
        return self.env["giftcard.identity"].search([("member_id", "=", self._member().id)], order="id")

    def _unite(self, other, merge):
        member = self._member()
        if not other or other == member:
            return
        if not merge:
            raise IdentityTaken(self.env._("It is another member's. Do you want to merge the two?"))
        # Both have proved who they are; members have no rights on contacts.
        self.env["base.partner.merge.automatic.wizard"].sudo()._merge([member.id, other.id], member.sudo())
        self.env.invalidate_all()
