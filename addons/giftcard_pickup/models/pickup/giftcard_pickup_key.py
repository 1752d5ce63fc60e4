import base64
import secrets

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from odoo import api, fields, models
from odoo.exceptions import AccessError

from odoo.addons.giftcard_points.secret import derive_key

CURVE = ec.SECP256R1()
# Of the group of P-256 (FIPS 186-5, SP 800-186, section 3.2.1.3).
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
ALGORITHM = ec.ECDSA(hashes.SHA256())


class GiftcardPickupKey(models.Model):
    """The key pair that signs a company's pickup codes: ECDSA on P-256 with SHA-256, which every browser verifies.

    The private key is nowhere stored: it is derived from the server's secret and the key's ``salt``, so that a copy of
    the database signs nothing. A server with another secret makes itself a new key; what the old one signed stays good.
    An archived key is not trusted any more, by nobody.
    """

    _name = "giftcard.pickup.key"
    _description = "Signing Key of Pickup Codes"
    _order = "id desc"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="cascade")
    active = fields.Boolean(default=True, help="Codes that an archived key has signed are refused.")
    salt = fields.Char(required=True, readonly=True, groups="base.group_system")
    public_key = fields.Char(
        required=True, readonly=True, help="SubjectPublicKeyInfo (RFC 5480), DER in base64: what tills verify with."
    )
    create_date = fields.Datetime(string="Made On")

    @api.depends("company_id")
    def _compute_display_name(self):
        for key in self:
            key.display_name = f"{key.company_id.name} #{key.id}"

    # Actions

    def action_rotate(self):
        """Sign with a new key from now on. Codes signed before stay good until they lapse or this key is archived."""
        self._require_manager()
        for company in self.company_id:
            # Managers do not write keys; a new one takes nothing away.
            self.sudo()._make(company)
        self._renew_codes()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_archive(self):
        """Distrust a key: what it has signed is refused from now on, and open codes are signed anew."""
        self._require_manager()
        keys = self.sudo()
        result = super(GiftcardPickupKey, keys).action_archive()
        for company in keys.company_id:
            keys._current(company)
        self._renew_codes()
        return result

    def _require_manager(self):
        if not self.env.user.has_group("giftcard_pickup.group_manager"):
            raise AccessError(self.env._("Only managers of the points mall change keys."))
        self.check_access("read")

    # Business

    @api.model
    def _current(self, company):
        """:return: the key that signs for ``company``, made if there is none that this server can sign with"""
        key = self.search([("company_id", "=", company.id)], limit=1)
        return key if key and key._matches() else self._make(company)

    @api.model
    def _make(self, company):
        salt = secrets.token_hex(16)
        return self.create(
            {"company_id": company.id, "salt": salt, "public_key": self._public_key(self._private_key(salt))}
        )

    def _sign(self, bodies):
        """:return: list of the signatures of ``bodies`` (list of str): r and s, 32 bytes each (as in IEEE P1363 and RFC
        7518)
        """
        self.ensure_one()
        private_key = self._private_key(self.salt)
        signatures = (decode_dss_signature(private_key.sign(body.encode(), ALGORITHM)) for body in bodies)
        return [b"".join(part.to_bytes(32, "big") for part in signature) for signature in signatures]

    def _verify(self, body, signature):
        """:return: whether ``signature`` (64 bytes) of ``body`` (str) was made by this key"""
        self.ensure_one()
        public_key = serialization.load_der_public_key(base64.b64decode(self.public_key))
        parts = (int.from_bytes(part, "big") for part in (signature[:32], signature[32:]))
        try:
            public_key.verify(encode_dss_signature(*parts), body.encode(), ALGORITHM)
        except InvalidSignature:
            return False
        return True

    @api.model
    def _renew_codes(self):
        """Let open codes be signed by the new key; members see the new QR code when they look next.

        A few now, so that a small shop has done with it, the others by a job.
        """
        # Who may change keys need not read codes.
        codes = self.env["giftcard.pickup.code"].sudo()
        if codes._sign_anew(limit=100):
            self.env.ref("giftcard_pickup.ir_cron_sign_pickup_codes").sudo()._trigger()

    def _matches(self):
        return self.public_key == self._public_key(self._private_key(self.salt))

    @api.model
    def _private_key(self, salt):
        # 128 bits more than the order of the group leave no bias worth the name (FIPS 186-5, A.2.1).
        seed = derive_key(self.env, f"pickup-key/v1/{salt}/1") + derive_key(self.env, f"pickup-key/v1/{salt}/2")[:16]
        return ec.derive_private_key(int.from_bytes(seed, "big") % (ORDER - 1) + 1, CURVE)

    @api.model
    def _public_key(self, private_key):
        der = private_key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return base64.b64encode(der).decode()
