import base64
import hashlib
import hmac
import re
import secrets

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from odoo import api, fields, models
from odoo.orm.models import NO_ACCESS
from odoo.tools import SQL

from odoo.addons.giftcard_points.codes import SYMBOLS
from odoo.addons.giftcard_points.secret import derive_key

from ...exceptions import SceneNotValid

# 100 random bits, in 20 of the 32 characters that WeChat takes.
LENGTH = 20
_KEY = re.compile(rf"[{SYMBOLS}]{{{LENGTH}}}")


class GiftcardScene(models.Model):
    """Where a mini program's code or link leads: a short key, good for a time and a number of uses.

    The key of a store or an inviter is printed and no secret. That of a gift or a pickup code is worth what it leads
    to: only its keyed hash is stored, and what it leads to is sealed with the key itself.
    """

    _name = "giftcard.scene"
    _description = "Scene of a Mini Program"
    _order = "id desc"

    kind = fields.Selection(
        [("store", "Store"), ("referral", "Invitation"), ("gift", "Gift"), ("pickup", "Pickup")],
        required=True,
        readonly=True,
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="cascade")
    key = fields.Char(readonly=True, copy=False, help="Of a store or an invitation.")
    digest = fields.Char(required=True, readonly=True, copy=False, groups=NO_ACCESS)
    sealed = fields.Char(readonly=True, copy=False, groups=NO_ACCESS)
    member_id = fields.Many2one("res.partner", readonly=True, index="btree_not_null", ondelete="cascade")
    store_id = fields.Many2one("giftcard.store", readonly=True, index="btree_not_null", ondelete="cascade")
    expires_at = fields.Datetime(readonly=True)
    most_uses = fields.Integer(string="Uses Allowed", readonly=True, help="0: as many as there are.")
    uses = fields.Integer(readonly=True)
    last_used_at = fields.Datetime(readonly=True)
    image = fields.Binary(string="Mini Program Code", attachment=True, readonly=True, copy=False)

    _digest_uniq = models.UniqueIndex("(digest)")
    _store_uniq = models.UniqueIndex("(store_id) WHERE kind = 'store'", "A store has one code.")
    _referral_uniq = models.UniqueIndex(
        "(member_id, company_id) WHERE kind = 'referral'", "A member invites by one code."
    )
    _expires_index = models.Index("(expires_at) WHERE expires_at IS NOT NULL")

    @api.depends("kind", "store_id", "member_id")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for scene in self:
            owner = scene.store_id or scene.member_id
            scene.display_name = f"{labels.get(scene.kind, '')}: {owner.display_name or ''}"

    def action_fetch_image(self):
        """Fetch the code that is printed, from WeChat.

        :raise WechatRefused: or :class:`WechatUnavailable`
        """
        self.check_access("write")
        for scene in self.filtered("key"):
            app = self.env["giftcard.wechat.app"]._choose_for(scene.company_id)
            scene.sudo().image = base64.b64encode(app._scene_image(scene.key))

    @api.model
    def _of_store(self, store):
        """:return: the scene of a store; there is one for all time"""
        return self._public("store", store.company_id, store_id=store.id)

    @api.model
    def _of_inviter(self, member, company):
        """:return: the scene by which a member invites others"""
        return self._public("referral", company, member_id=member.id)

    @api.model
    def _for_secret(self, kind, member, company, secret, expires_at, most_uses=0):
        """A scene that leads to something worth keeping secret.

        :param secret: text that only who has the key reads
        :return: (``giftcard.scene``, its key, which is told here and never again)
        """
        key = self._new_key()
        values = {"member_id": member.id, "expires_at": expires_at, "most_uses": most_uses}
        sealed = self._cipher(key).encrypt(secret.encode()).decode()
        # Members have no rights of their own on scenes; the callers check what is the member's.
        scene = self.sudo().create(
            {"kind": kind, "company_id": company.id, "digest": self._digest(key), "sealed": sealed, **values}
        )
        return scene, key

    @api.model
    def _open(self, key):
        """Count a use of a key, by whoever brings it.

        :return: (``giftcard.scene`` with all rights, its secret or None)
        :raise SceneNotValid: unknown, over, used up: all the same to the outside
        """
        rows = _KEY.fullmatch(key or "") and self.env.execute_query(
            SQL(
                """
                UPDATE giftcard_scene
                   SET uses = COALESCE(uses, 0) + 1, last_used_at = now() AT TIME ZONE 'UTC'
                 WHERE digest = %s
                   AND (expires_at IS NULL OR expires_at > now() AT TIME ZONE 'UTC')
                   AND (COALESCE(most_uses, 0) = 0 OR COALESCE(uses, 0) < most_uses)
             RETURNING id
                """,
                self._digest(key),
            )
        )
        if not rows:
            raise SceneNotValid(self.env._("This code or link is not valid any more."))
        # Who has the key may know where it leads.
        scene = self.sudo().browse(rows[0][0])
        scene.invalidate_recordset(flush=False)
        return scene, self._cipher(key).decrypt(scene.sealed.encode()).decode() if scene.sealed else None

    # Building blocks

    def _public(self, kind, company, **owner):
        # As in _for_secret.
        scenes = self.sudo()
        domain = [("kind", "=", kind), ("company_id", "=", company.id), *[(n, "=", v) for n, v in owner.items()]]
        scene = scenes.search(domain)
        if not scene:
            key = self._new_key()
            [[name, value]] = owner.items()
            # Of two at once the second takes what the first has made.
            self.env.execute_query(
                SQL(
                    """
                    INSERT INTO giftcard_scene (kind, company_id, key, digest, %s, create_uid, create_date)
                    VALUES (%s, %s, %s, %s, %s, %s, now() AT TIME ZONE 'UTC')
                        ON CONFLICT DO NOTHING
                 RETURNING id
                    """,
                    SQL.identifier(name),
                    kind,
                    company.id,
                    key,
                    self._digest(key),
                    value,
                    self.env.uid,
                )
            )
            scene = scenes.search(domain)
        return scene.with_env(self.env)

    def _new_key(self):
        return "".join(secrets.choice(SYMBOLS) for __ in range(LENGTH))

    def _digest(self, key):
        return hmac.digest(derive_key(self.env, "scene v1"), key.encode(), hashlib.sha256).hex()

    def _cipher(self, key):
        derived = HKDF(hashes.SHA256(), 32, salt=None, info=b"giftcard/scene v1").derive(key.encode())
        return Fernet(base64.urlsafe_b64encode(derived))

    @api.autovacuum
    def _gc_over(self):
        rows = self.env.execute_query(
            SQL(
                """
                DELETE FROM giftcard_scene
                 WHERE expires_at < now() AT TIME ZONE 'UTC' - interval '90 days'
             RETURNING id
                """
            )
        )
        self.invalidate_model(flush=False)
        return len(rows), 0
