import base64
import hashlib
import hmac
from datetime import date

from cryptography.fernet import Fernet, InvalidToken

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.giftcard_points.secret import derive_key

LONGEST = 500
# Columns of a statement; a file may have any number of rows.
CHUNK = 5_000


class GiftcardCodePool(models.Model):
    """Codes of somebody else that are given to members, each once.

    At rest a code is encrypted (Fernet: AES-128-CBC and HMAC-SHA256), with a key derived from the server's pepper, so
    that a copy of the database alone tells none. That a code is in the pool already is seen by its keyed hash.
    """

    _name = "giftcard.code.pool"
    _description = "Pool of Codes"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        index="btree_not_null",
        domain=[("share", "=", False)],
        help="Is told when codes run low.",
    )
    low_stock = fields.Integer(
        string="Warn Below", default=20, help="When fewer codes are free, the responsible user gets an activity."
    )
    reward_ids = fields.One2many("giftcard.reward", "code_pool_id", readonly=True)
    code_ids = fields.One2many("giftcard.pool.code", "pool_id", readonly=True)
    free_count = fields.Integer(string="Free", compute="_compute_counts")
    reserved_count = fields.Integer(string="Reserved", compute="_compute_counts")
    given_count = fields.Integer(string="Given", compute="_compute_counts")
    outdated_count = fields.Integer(string="Out of Date", compute="_compute_counts")
    is_low = fields.Boolean(compute="_compute_counts")

    _low_stock_check = models.Constraint("CHECK(low_stock >= 0)", "The limit cannot be negative.")

    @api.depends("code_ids.state", "low_stock")
    def _compute_counts(self):
        self.env["giftcard.pool.code"].flush_model()
        counts = {
            (pool_id, state): count
            for pool_id, state, count in self.env.execute_query(
                SQL(
                    """
                    SELECT pool_id,
                           CASE WHEN state = 'free' AND valid_until < today THEN 'outdated' ELSE state END AS shown,
                           COUNT(*)
                      FROM giftcard_pool_code
                      JOIN %s USING (pool_id)
                     GROUP BY pool_id, shown
                    """,
                    self._days(),
                )
            )
        }
        for pool in self:
            for state in ("free", "reserved", "given", "outdated"):
                pool[f"{state}_count"] = counts.get((pool.id, state), 0)
            pool.is_low = pool.free_count < pool.low_stock

    def action_open_codes(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("giftcard_pickup.giftcard_pool_code_action")
        return {**action, "domain": [("pool_id", "=", self.id)], "context": {"search_default_free": 1}}

    def action_import(self):
        """:return: action that opens the wizard for a file of codes"""
        self.ensure_one()
        self.check_access("write")
        return self.env["giftcard.pool.import"].create({"pool_id": self.id})._open(self.env._("Import Codes"))

    def _import(self, rows):
        """Add codes; those that the company has in a pool already are left out.

        :param rows: list of (code, last day of use or None)
        :return: (number added, number left out)
        :raise UserError: when one is no code: empty or longer than 500 characters
        """
        self.ensure_one()
        self.check_access("write")
        codes = {}
        for number, (code, valid_until) in enumerate(rows, 1):
            if not isinstance(code, str) or not 0 < len(code.strip()) <= LONGEST:
                raise UserError(
                    self.env._(
                        "Row %(row)s has no code, or one of more than %(size)s characters.", row=number, size=LONGEST
                    )
                )
            if valid_until is not None and not isinstance(valid_until, date):
                raise UserError(self.env._("Row %s has a last day that is no date.", number))
            codes.setdefault(code.strip(), valid_until)
        added, items = 0, list(codes.items())
        for start in range(0, len(items), CHUNK):
            added += self._insert(items[start : start + CHUNK])
        self.env["giftcard.pool.code"].invalidate_model(flush=False)
        self._warn()
        return added, len(rows) - added

    def _insert(self, items):
        cipher, key = self._cipher(), derive_key(self.env, "pool code digest/v1")
        return len(
            self.env.execute_query(
                SQL(
                    """
                    INSERT INTO giftcard_pool_code
                           (pool_id, company_id, state, ciphertext, digest, hint, valid_until, create_uid, create_date)
                    SELECT %(pool)s, %(company)s, 'free', ciphertext, digest, hint, valid_until, %(uid)s, %(now)s
                      FROM unnest(%(ciphertext)s::text[], %(digests)s::text[], %(hints)s::text[], %(days)s::date[])
                        AS code (ciphertext, digest, hint, valid_until)
                        ON CONFLICT (company_id, digest) DO NOTHING
                 RETURNING id
                    """,
                    pool=self.id,
                    company=self.company_id.id,
                    uid=self.env.uid,
                    now=fields.Datetime.now(),
                    ciphertext=[cipher.encrypt(code.encode()).decode() for code, __ in items],
                    digests=[hmac.digest(key, code.encode(), hashlib.sha256).hex() for code, __ in items],
                    # Of a short code even its end tells too much.
                    hints=[code[-4:] if len(code) >= 12 else None for code, __ in items],
                    days=[day for __, day in items],
                )
            )
        )

    def _free(self):
        """:return: dict of pool id -> number of codes that can be given"""
        counts = dict.fromkeys(self.ids, 0)
        if self:
            self.env["giftcard.pool.code"].flush_model()
            counts.update(
                self.env.execute_query(
                    SQL(
                        """
                        SELECT pool_id, COUNT(*)
                          FROM giftcard_pool_code
                          JOIN %s USING (pool_id)
                         WHERE state = 'free' AND (valid_until IS NULL OR valid_until >= today)
                         GROUP BY pool_id
                        """,
                        self._days(),
                    )
                )
            )
        return counts

    def _warn(self):
        """Tell who is responsible that codes run low, once; and take that back when there are enough."""
        self.invalidate_recordset(flush=False)
        for pool in self:
            # An activity of the pool is made for its responsible user, whoever redeems or imports.
            warnings = pool.sudo().activity_search(["mail.mail_activity_data_warning"])
            if pool.is_low and not warnings and pool.user_id:
                pool.sudo().activity_schedule(
                    "mail.mail_activity_data_warning",
                    summary=self.env._("Codes run low"),
                    note=self.env._("%(pool)s has only %(count)s free codes.", pool=pool.name, count=pool.free_count),
                    user_id=pool.user_id.id,
                )
            elif not pool.is_low and warnings:
                warnings.unlink()

    @api.model
    def _warn_low(self):
        """Look through all pools (cron)."""
        self.search([("low_stock", ">", 0)])._warn()

    def _days(self):
        """:return: SQL of a table ``pool`` (pool_id, today): the current date is that of the company, whoever asks"""
        # The date of a company is no secret.
        today = {company: company._giftcard_today() for company in self.company_id.sudo()}
        return SQL(
            "unnest(%s::int4[], %s::date[]) AS pool (pool_id, today)",
            self.ids,
            [today[pool.company_id] for pool in self],
        )

    @api.model
    def _cipher(self):
        return Fernet(base64.urlsafe_b64encode(derive_key(self.env, "pool code/v1")))

    @api.model
    def _open(self, ciphertext):
        """:return: the code. :raise UserError: when it was ciphertext under another pepper"""
        try:
            return self._cipher().decrypt(ciphertext.encode()).decode()
        except InvalidToken:
            raise UserError(
                self.env._("This code cannot be decrypted: the server's secret is not the one it was imported with.")
            ) from None
