from odoo import api, fields, models
from odoo.orm.models import NO_ACCESS

from ...api.problems import Problem
from ...exceptions import WeakPassword

# What is tried first, without digits at its end and in lower case.
COMMON = frozenset(
    (
        "password",
        "passw0rd",
        "qwerty",
        "qwertyuiop",
        "asdfghjkl",
        "iloveyou",
        "admin",
        "woaini",
        "abc",
        "abcd",
        "a",
        "aa",
    )
)
MIN_DIFFERENT = 5


class GiftcardIdentity(models.Model):
    """The password that goes with a phone number, kept as Odoo keeps its own users'."""

    _inherit = "giftcard.identity"

    password = fields.Char(readonly=True, copy=False, groups=NO_ACCESS, help="Hash.")

    _password_of_phone = models.Constraint(
        "CHECK(password IS NULL OR provider = 'phone')", "Only phone numbers have passwords."
    )

    @api.model
    def _by_password(self, subject, password, ip):
        """Who a number and a password belong to. Unknown numbers, and those without a password, take as long.

        :param subject: :class:`Subject` of a phone
        :return: ``giftcard.identity``
        :raise Problem: ``invalid_credentials``, ``too_many_attempts``
        """
        attempts = self.env["giftcard.login.attempt"]
        company = self.env["res.company"].browse(subject.company_id)
        attempt_id = attempts._begin(company, subject.openid, ip)
        identity = self._find(subject)
        # Hashes are nobody's to read.
        hashed = identity.sudo().password
        context = self._crypt_context()
        if not hashed:
            context.dummy_verify()
            raise Problem("invalid_credentials")
        if not context.verify(password, hashed):
            raise Problem("invalid_credentials")
        attempts._accept(attempt_id)
        return identity.with_env(self.env)

    def _set_password(self, password):
        """Keep a password. Where it replaces one, the member's devices are logged out.

        :raise WeakPassword: with what is wrong
        """
        self.ensure_one()
        self._check_strength(password)
        # As above; the owner has proved that the number is his.
        identity = self.sudo()
        if identity.password:
            identity.member_id.giftcard_token_ids._revoke()
        identity.password = self._crypt_context().hash(password)

    def _check_strength(self, password):
        phone = self.sudo().openid
        kinds = [any(map(kind, password)) for kind in (str.isdecimal, str.isalpha, lambda sign: not sign.isalnum())]
        if sum(kinds) < 2:
            raise WeakPassword(self.env._("Take letters and digits, or signs."))
        if len(set(password)) < MIN_DIFFERENT or password.lower().rstrip("0123456789!.@#") in COMMON:
            raise WeakPassword(self.env._("Everybody guesses this password."))
        if phone[-8:] in password:
            raise WeakPassword(self.env._("The password must not be the phone number."))

    def _crypt_context(self):
        # How hard hashing is, is the administrator's setting.
        return self.env["res.users"].sudo()._crypt_context()
