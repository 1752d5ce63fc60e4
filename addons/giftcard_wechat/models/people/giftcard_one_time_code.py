import hashlib
import hmac
import logging
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.orm.models import NO_ACCESS
from odoo.tools import SQL
from odoo.tools.misc import consteq

from odoo.addons.giftcard_points.secret import derive_key

from ...api.problems import Problem
from ...api.transaction import separate_transaction
from ...exceptions import SmsRefused, SmsUnavailable

_logger = logging.getLogger(__name__)

DIGITS = 6
SECONDS = 300
TRIES = 5
# Codes per number and per address: how many within how many seconds.
LIMITS = {"phone": ((1, 60), (5, 3600), (10, 86400)), "ip": ((30, 3600), (100, 86400))}
KEPT_DAYS = 30


class GiftcardOneTimeCode(models.Model):
    """A code sent to a phone, which proves that one holds it: six digits, five minutes, five tries, one use.

    Only a keyed hash is stored. The last code of a number and purpose is the good one. Rows are written, and tries
    counted, in transactions of their own, so the limits hold whatever becomes of the request.
    """

    _name = "giftcard.one.time.code"
    _description = "One-Time Code"
    _order = "id desc"
    _rec_name = "phone"
    _log_access = False

    date = fields.Datetime(required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="cascade")
    phone = fields.Char(required=True, readonly=True)
    purpose = fields.Selection(
        [("login", "Log in"), ("bind", "Bind the number"), ("password", "Set a password")], required=True, readonly=True
    )
    ip = fields.Char(string="IP Address", readonly=True)
    digest = fields.Char(required=True, readonly=True, groups=NO_ACCESS)
    expires_at = fields.Datetime(required=True, readonly=True)
    tries = fields.Integer(required=True, readonly=True, aggregator=None)
    used_at = fields.Datetime(readonly=True)
    gateway_id = fields.Many2one("giftcard.sms.gateway", readonly=True, ondelete="set null", index="btree_not_null")
    state = fields.Selection(
        [("sending", "Sending"), ("sent", "Sent"), ("failed", "Failed")], required=True, readonly=True
    )
    reference = fields.Char(readonly=True, help="The vendor's.")
    error = fields.Char(readonly=True)
    shown = fields.Char(
        string="Code", readonly=True, groups="giftcard_points.group_manager", help="If nobody sends codes, it is here."
    )

    _phone_index = models.Index("(phone, id DESC)")
    _ip_index = models.Index("(ip, id DESC)")

    @api.model
    def _issue(self, company, phone, purpose, ip):
        """Send a code. What is known of the number makes no difference.

        :param phone: E.164
        :raise Problem: ``too_many_attempts`` with the seconds to wait
        :raise SmsRefused, SmsUnavailable: by the gateway
        """
        # Guests ask, who have no rights on settings.
        gateway = company.sudo().giftcard_sms_gateway_id
        if not gateway.active:
            _logger.error("No SMS gateway is set up for %s", company.id)
            raise SmsUnavailable(self.env._("No SMS gateway is set up."))
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        # The row is committed before the gateway is asked: it counts, and nothing is locked meanwhile.
        with separate_transaction(self.env) as cr:
            codes = self.with_env(self.env(cr=cr)).sudo()
            wait = codes._wait(phone, ip)
            if not wait:
                values = codes._values(company, phone, purpose, ip, code, gateway)
                code_id = codes.create(values).id
        if wait:
            raise Problem("too_many_attempts", retry_after=wait)
        try:
            reference = gateway._send_code(phone, code)
        except SmsRefused as refusal:
            self._note(code_id, "failed", error=str(refusal)[:200])
            raise
        self._note(code_id, "sent", reference=reference)

    @api.model
    def _redeem(self, company, phone, purpose, code):
        """Use up a code: the try counts for good, the use with the caller's transaction.

        :raise Problem: ``one_time_code_wrong`` without telling why
        """
        now = fields.Datetime.now()
        with separate_transaction(self.env) as cr:
            cr.execute(
                SQL(
                    """
                    UPDATE giftcard_one_time_code SET tries = tries + 1
                     WHERE id = (SELECT id FROM giftcard_one_time_code
                                  WHERE company_id = %s AND phone = %s AND purpose = %s
                                  ORDER BY id DESC LIMIT 1)
                       AND tries < %s AND used_at IS NULL AND expires_at > %s
                 RETURNING id, digest
                    """,
                    company.id,
                    phone,
                    purpose,
                    TRIES,
                    now,
                )
            )
            row = cr.fetchone()
        if not row or not consteq(row[1], self._digest(company, phone, purpose, code)):
            raise Problem("one_time_code_wrong")
        # Of two calls with the right code one is first.
        if not self.env.execute_query(
            SQL(
                "UPDATE giftcard_one_time_code SET used_at = %s WHERE id = %s AND used_at IS NULL RETURNING id",
                now,
                row[0],
            )
        ):
            raise Problem("one_time_code_wrong")

    def _values(self, company, phone, purpose, ip, code, gateway):
        now = fields.Datetime.now()
        return {
            "date": now,
            "company_id": company.id,
            "phone": phone,
            "purpose": purpose,
            "ip": ip,
            "digest": self._digest(company, phone, purpose, code),
            "expires_at": now + timedelta(seconds=SECONDS),
            "gateway_id": gateway.id,
            "tries": 0,
            "state": "sending",
            "shown": code if gateway.kind == "backoffice" else False,
        }

    def _wait(self, phone, ip):
        """:return: seconds until the number and the address may have another code; the locks are kept"""
        wait = 0
        now = fields.Datetime.now()
        for name, value in (("ip", ip), ("phone", phone)):
            self.env.execute_query(
                SQL("SELECT pg_advisory_xact_lock(hashtext('giftcard.one.time.code'), hashtext(%s))", f"{name}/{value}")
            )
            for most, seconds in LIMITS[name]:
                since = now - timedelta(seconds=seconds)
                last = self.search([(name, "=", value), ("date", ">", since)], limit=most)
                if len(last) == most:
                    left = last[-1].date + timedelta(seconds=seconds) - now
                    wait = max(wait, int(left.total_seconds()) + 1)
        return wait

    def _note(self, code_id, state, reference=None, error=None):
        with separate_transaction(self.env) as cr:
            cr.execute(
                SQL(
                    "UPDATE giftcard_one_time_code SET state = %s, reference = %s, error = %s WHERE id = %s",
                    state,
                    reference,
                    error,
                    code_id,
                )
            )

    @api.model
    def _digest(self, company, phone, purpose, code):
        text = f"{company.id}|{phone}|{purpose}|{code}"
        return hmac.new(derive_key(self.env, "one-time-code/1"), text.encode(), hashlib.sha256).hexdigest()

    @api.autovacuum
    def _gc_old(self):
        self.flush_model()
        self.env.execute_query(
            SQL(
                "DELETE FROM giftcard_one_time_code WHERE date < %s RETURNING id",
                fields.Datetime.now() - timedelta(days=KEPT_DAYS),
            )
        )
        self.invalidate_model(flush=False)
