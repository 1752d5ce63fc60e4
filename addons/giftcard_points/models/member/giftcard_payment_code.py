import hashlib
import hmac
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.orm.models import NO_ACCESS
from odoo.tools import SQL

from ...exceptions import CodeNotAccepted, TooManyAttempts
from ...secret import derive_key

LENGTH = 18
# Seconds a code can be scanned, and those a till then has for the order.
SECONDS = 60
BOUND_SECONDS = 300
# Codes that a member gets within a minute.
RATE = 10
# First digits that tell the tills of China whose code it is, and that are not ours to use: WeChat Pay 10-15, Alipay
# 25-30, UnionPay 62, digital yuan 01. The EAN-13 of a product has 13 digits, so it is not taken for one of ours.
PREFIX_PARAMETER = "giftcard_points.payment_code_prefix"
PREFIX = "88"
TAKEN = frozenset({*map(str, range(10, 16)), *map(str, range(25, 31)), "62", "01"})


class GiftcardPaymentCode(models.Model):
    """What a member shows to pay: 18 random digits, good for a minute and for one order.

    A till scans it and thereby binds it to its order; the transaction that takes the value uses it up. Only a keyed
    hash is stored. A member has at most one code that waits to be scanned, the last one asked for.
    """

    _name = "giftcard.payment.code"
    _description = "Payment Code"
    _order = "id desc"
    _log_access = False
    _rec_name = "partner_id"

    partner_id = fields.Many2one("res.partner", string="Member", required=True, readonly=True, ondelete="cascade")
    digest = fields.Char(required=True, readonly=True, groups=NO_ACCESS)
    state = fields.Selection(
        [("issued", "Issued"), ("bound", "Scanned"), ("used", "Used"), ("void", "Void")], required=True, readonly=True
    )
    issued_at = fields.Datetime(required=True, readonly=True)
    expires_at = fields.Datetime(required=True, readonly=True)
    minute_at = fields.Datetime(required=True, readonly=True, help="Start of the minute in which codes are counted.")
    minute_count = fields.Integer(required=True, readonly=True, aggregator=None)
    order_uuid = fields.Char(string="Order of the Till", readonly=True)
    session_id = fields.Many2one("pos.session", readonly=True, ondelete="restrict", index="btree_not_null")
    operation_id = fields.Many2one(
        "giftcard.operation", string="Used By", readonly=True, ondelete="restrict", index="btree_not_null"
    )

    _digest_uniq = models.Constraint("UNIQUE(digest)", "Two payment codes cannot be the same.")
    _waiting_uniq = models.UniqueIndex("(partner_id) WHERE state = 'issued'", "A member has one payment code.")
    _bound_uniq = models.UniqueIndex("(order_uuid) WHERE state = 'bound'", "An order has one payment code.")
    _partner_index = models.Index("(partner_id)")

    @api.autovacuum
    def _gc_unused(self):
        """Forget codes that nobody has paid with, a day after."""
        old = fields.Datetime.now() - timedelta(days=1)
        self.search([("state", "!=", "used"), ("expires_at", "<", old)], limit=10000).unlink()

    @api.model
    def _prefix(self):
        # A setting of the installation, not a secret.
        return self.env["ir.config_parameter"].sudo().get_param(PREFIX_PARAMETER) or PREFIX

    @api.model
    def _issue(self, partner):
        """Make the member's next code; the one before can no longer be scanned.

        :return: ``{"code": str of 18 digits, "expires_in": seconds}``
        :raise TooManyAttempts: when there were too many within a minute
        """
        prefix, now = self._prefix(), fields.Datetime.now()
        digits = LENGTH - len(prefix)
        code = f"{prefix}{secrets.randbelow(10**digits):0{digits}}"
        # One statement: of two calls at once the later one's code is the good one, and both are counted.
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO giftcard_payment_code AS code
                       (partner_id, digest, state, issued_at, expires_at, minute_at, minute_count)
                VALUES (%(partner)s, %(digest)s, 'issued', %(now)s, %(end)s, %(now)s, 1)
                    ON CONFLICT (partner_id) WHERE state = 'issued' DO UPDATE
                   SET digest = EXCLUDED.digest, issued_at = EXCLUDED.issued_at, expires_at = EXCLUDED.expires_at,
                       minute_at = CASE WHEN code.minute_at > %(minute)s THEN code.minute_at ELSE %(now)s END,
                       minute_count = CASE WHEN code.minute_at > %(minute)s THEN code.minute_count + 1 ELSE 1 END
                 WHERE code.minute_at <= %(minute)s OR code.minute_count < %(rate)s
             RETURNING id
                """,
                partner=partner.id,
                digest=self._digest(code),
                now=now,
                end=now + timedelta(seconds=SECONDS),
                minute=now - timedelta(minutes=1),
                rate=RATE,
            )
        )
        if not rows:
            raise TooManyAttempts(self.env._("Too many payment codes. Wait a minute."), 60)
        self.invalidate_model(flush=False)
        return {"code": code, "expires_in": SECONDS}

    @api.model
    def _scan(self, text, session, order_uuid=None):
        """Tell whose code it is and, for an order, bind it to that order; the same scan again finds it bound.

        :param text: as scanned
        :param session: ``pos.session`` of the till
        :param order_uuid: of the till's order; None: only look
        :return: ``res.partner``
        :raise CodeNotAccepted: when it is none, too old or used
        :raise TooManyAttempts: when the till has to wait
        """
        digest, now = self._digest(text), fields.Datetime.now()
        usable = SQL(
            """digest = %s AND expires_at >= %s
               AND (state = 'issued' OR (state = 'bound' AND order_uuid = %s AND session_id = %s))
               AND EXISTS (SELECT FROM res_partner WHERE res_partner.id = partner_id AND member_state = 'active')""",
            digest,
            now,
            order_uuid or "",
            session.id,
        )
        rows = self.env.execute_query(SQL("SELECT partner_id FROM giftcard_payment_code WHERE %s", usable))
        known = rows or self.env.execute_query(SQL("SELECT FROM giftcard_payment_code WHERE digest = %s", digest))
        self._attempt("accepted" if rows else "unusable" if known else "wrong", text, session)
        if order_uuid and rows:
            rows = self._bind(digest, usable, order_uuid, session, now)
        if not rows:
            raise CodeNotAccepted(self.env._("This payment code is not accepted. Ask for a new one."))
        return self.env["res.partner"].browse(rows[0])

    def _bind(self, digest, usable, order_uuid, session, now):
        """The guarded statement that binds a code to an order; one bound to it before is void.

        :return: rows ``(partner_id,)``, none when the code is bound to another order by now
        """
        self.env.execute_query(
            SQL(
                "UPDATE giftcard_payment_code SET state = 'void'"
                " WHERE order_uuid = %s AND state = 'bound' AND digest <> %s RETURNING id",
                order_uuid,
                digest,
            )
        )
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE giftcard_payment_code
                   SET state = 'bound', order_uuid = %s, session_id = %s,
                       expires_at = CASE WHEN state = 'bound' THEN expires_at ELSE %s END
                 WHERE %s
             RETURNING partner_id
                """,
                order_uuid,
                session.id,
                now + timedelta(seconds=BOUND_SECONDS),
                usable,
            )
        )
        self.invalidate_model(flush=False)
        return rows

    @api.model
    def _keep(self, order_uuid, seconds):
        """Let the code bound to an order last as long as the order's hold.

        :return: the member whose code it is, or none
        """
        now = fields.Datetime.now()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE giftcard_payment_code SET expires_at = GREATEST(expires_at, %s)
                 WHERE order_uuid = %s AND state = 'bound' AND expires_at >= %s
             RETURNING partner_id
                """,
                now + timedelta(seconds=seconds),
                order_uuid,
                now,
            )
        )
        self.invalidate_model(flush=False)
        return self.env["res.partner"].browse(rows[0] if rows else [])

    @api.model
    def _use(self, order, members, operation):
        """Use up the code bound to an order: the guarded statement lets one of several uses win.

        The session was checked when it was bound. An order that is stored after that one's end gets another.

        :param order: ``pos.order`` that is being stored
        :param members: ``res.partner`` records whose value is taken
        :param operation: that takes the value
        :return: the member whose code it was, or none when there is no good one
        """
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE giftcard_payment_code SET state = 'used', operation_id = %s
                 WHERE order_uuid = %s AND partner_id = ANY(%s) AND state = 'bound' AND expires_at >= %s
             RETURNING partner_id
                """,
                operation.id,
                order.uuid,
                members.ids,
                fields.Datetime.now(),
            )
        )
        self.invalidate_model(flush=False)
        return self.env["res.partner"].browse(rows[0] if rows else [])

    def _attempt(self, result, text, session):
        """Count the attempt for good. :raise TooManyAttempts: when the till has to wait"""
        result, pause = self.env["giftcard.code.attempt"]._record(
            result,
            # The till's store, which cashiers need not read.
            store_id=session.sudo().config_id.giftcard_store_id.id or None,
            hint=str(text or "")[-2:] if result == "wrong" else None,
        )
        if pause:
            raise TooManyAttempts(self.env._("Too many wrong codes. Try again in %s minutes.", -(-pause // 60)), pause)

    def _digest(self, code):
        key = derive_key(self.env, "payment code v1")
        return hmac.digest(key, str(code or "").strip().encode(), hashlib.sha256).hex()
