import base64
import hashlib
import hmac
import re
from datetime import UTC

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.giftcard_points.secret import derive_key

NUMBER = r"[1-9]\d{0,8}"
TOKEN = re.compile(rf"(GP2-({NUMBER})-({NUMBER})-{NUMBER}-\d{{10,11}}-([A-Z2-7]{{16}}))-([A-Z2-7]{{103}})", re.ASCII)
OLD_TOKEN = re.compile(r"GP1-(\d{1,9})-([A-Z2-7]{16})-[A-Z2-7]{26}", re.ASCII)


class GiftcardPickupCode(models.Model):
    """The content of the QR code: ``GP2-<key>-<code>-<store>-<expiry>-<nonce>-<signature>``.

    Numbers are ids, the expiry is in seconds since 1970, nonce and signature are base32: it all fits a QR code's
    compact alphanumeric mode and survives scanners that mangle letter case. The signature (see
    ``giftcard.pickup.key``) covers all before it, so that a till without network can tell a genuine code of its store
    that is not over from any other.
    The server asks for more: the nonce is known to nobody who has not seen the code, not even with the key.

    Codes that were issued before there were signatures keep their token ``GP1-<code>-<nonce>-<mac>`` until they lapse.
    """

    _inherit = "giftcard.pickup.code"

    key_id = fields.Many2one("giftcard.pickup.key", readonly=True, index="btree_not_null", ondelete="restrict")
    signature = fields.Char(readonly=True, groups="base.group_system")

    @api.depends("nonce", "signature")
    def _compute_token(self):
        for code in self:
            if code.signature:
                code.token = f"{code._token_body()}-{code.signature}"
            else:
                code.token = code._make_old_token(code.id, code.nonce) if code.nonce else False

    def _sign(self):
        """Sign those of these codes that are open, as they are now, with the current key of their company."""
        for company, codes in self.grouped("company_id").items():
            key = self.env["giftcard.pickup.key"]._current(company)
            signatures = key._sign([code._token_body(key) for code in codes])
            self.env.execute_query(
                SQL(
                    """
                    UPDATE giftcard_pickup_code code SET key_id = %s, signature = signed.signature
                      FROM unnest(%s::int4[], %s::text[]) AS signed (id, signature)
                     WHERE code.id = signed.id AND code.state = 'open'
                 RETURNING code.id
                    """,
                    key.id,
                    codes.ids,
                    [self._base32(signature) for signature in signatures],
                )
            )
        self.invalidate_recordset(["key_id", "signature", "token", "qr"], flush=False)

    @api.model
    def _sign_anew(self, limit):
        """Sign open codes that another key than the current one has signed. Those that somebody is busy with wait.

        :return: whether there may be more
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT code.id
                  FROM giftcard_pickup_code code
                  JOIN (SELECT company_id, MAX(id) AS id FROM giftcard_pickup_key WHERE active GROUP BY company_id) key
                    ON key.company_id = code.company_id
                 WHERE code.state = 'open' AND code.key_id <> key.id
                 ORDER BY code.id
                 LIMIT %s
                   FOR NO KEY UPDATE OF code SKIP LOCKED
                """,
                limit,
            )
        )
        self.browse([code_id for (code_id,) in rows])._sign()
        return len(rows) == limit

    @api.model
    def _sign_all_anew(self, limit=500):
        """Sign all that a replaced key has signed (cron)."""
        seconds = 1
        while seconds and self._sign_anew(limit):
            seconds = self.env["ir.cron"]._commit_progress(limit)

    def _token_body(self, key=None):
        expiry = int(self.valid_until.replace(tzinfo=UTC).timestamp())
        return f"GP2-{(key or self.key_id).id}-{self.id}-{self.store_id.id}-{expiry}-{self.nonce}"

    def _find_token(self, text, store):
        """:return: the code of the store's company for which the server has made this token, or none"""
        if parts := TOKEN.fullmatch(text):
            body, key_id, code_id, nonce, signature = parts.groups()
            key = self.env["giftcard.pickup.key"].search([("id", "=", int(key_id))])
            code = self.browse(int(code_id)).exists()
            genuine = key._verify(body, base64.b32decode(f"{signature}=")) if key else False
            genuine = genuine and key.company_id == store.company_id
        elif parts := OLD_TOKEN.fullmatch(text):
            nonce = parts[2]
            code = self.browse(int(parts[1])).exists()
            genuine = hmac.compare_digest(text, self._make_old_token(int(parts[1]), nonce)) and not code.signature
        else:
            return self.browse()
        if genuine and code.company_id == store.company_id and hmac.compare_digest(nonce, code.nonce):
            return code
        return self.browse()

    @api.model
    def _make_old_token(self, code_id, nonce):
        """HMAC-SHA256 of version, id and nonce, cut to 128 bits (RFC 2104, section 5)."""
        body = f"GP1-{code_id}-{nonce}"
        mac = hmac.new(derive_key(self.env, "pickup-code/v1"), body.encode(), hashlib.sha256).digest()[:16]
        return f"{body}-{self._base32(mac)}"

    @api.model
    def _base32(self, value):
        return base64.b32encode(value).decode().rstrip("=")
