import math
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...api.problems import Problem
from ...api.transaction import separate_transaction

# Wrong passwords after which the number, or the address, has to wait, and for how long.
LIMITS = {"phone": 5, "ip": 20}
PAUSE = timedelta(minutes=15)
KEPT_DAYS = 90


class GiftcardLoginAttempt(models.Model):
    """Each try of a password, right or wrong.

    A try counts as wrong until it turned out right: of any number at once no more than the limit are made.
    """

    _name = "giftcard.login.attempt"
    _description = "Attempt to Log In by Password"
    _order = "id desc"
    _rec_name = "phone"
    _log_access = False

    date = fields.Datetime(required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="cascade")
    phone = fields.Char(required=True, readonly=True)
    ip = fields.Char(string="IP Address", readonly=True)
    result = fields.Selection([("accepted", "Accepted"), ("wrong", "Wrong")], required=True, readonly=True)

    _phone_index = models.Index("(phone, id DESC) WHERE result = 'wrong'")
    _ip_index = models.Index("(ip, id DESC) WHERE result = 'wrong'")

    @api.model
    def _begin(self, company, phone, ip):
        """Count a try.

        :return: id of the attempt
        :raise Problem: ``too_many_attempts`` with the seconds to wait
        """
        with separate_transaction(self.env) as cr:
            # Attempts are nobody's to write, and guests make them.
            attempts = self.with_env(self.env(cr=cr)).sudo()
            wait = attempts._wait(phone, ip)
            if not wait:
                values = {"date": fields.Datetime.now(), "company_id": company.id, "phone": phone, "ip": ip}
                attempt_id = attempts.create({**values, "result": "wrong"}).id
        if wait:
            raise Problem("too_many_attempts", retry_after=wait)
        return attempt_id

    def _wait(self, phone, ip):
        """:return: seconds until the number and the address may try again; the locks are kept"""
        now, wait = fields.Datetime.now(), 0
        for name, value in (("ip", ip), ("phone", phone)):
            self.env.execute_query(
                SQL("SELECT pg_advisory_xact_lock(hashtext('giftcard.login.attempt'), hashtext(%s))", f"{name}/{value}")
            )
            domain = [(name, "=", value), ("result", "=", "wrong"), ("date", ">", now - PAUSE)]
            wrong = self.search(domain, limit=LIMITS[name])
            if len(wrong) == LIMITS[name]:
                wait = max(wait, math.ceil((wrong[-1].date + PAUSE - now).total_seconds()))
        return wait

    @api.model
    def _accept(self, attempt_id):
        with separate_transaction(self.env) as cr:
            cr.execute(SQL("UPDATE giftcard_login_attempt SET result = 'accepted' WHERE id = %s", attempt_id))

    @api.autovacuum
    def _gc_old(self):
        self.flush_model()
        self.env.execute_query(
            SQL(
                "DELETE FROM giftcard_login_attempt WHERE date < %s RETURNING id",
                fields.Datetime.now() - timedelta(days=KEPT_DAYS),
            )
        )
        self.invalidate_model(flush=False)
