import base64
import logging
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

_logger = logging.getLogger(__name__)


class GiftcardPickupCode(models.Model):
    """What a member shows at the counter to get the goods of a redemption.

    It has two faces. ``digits``: 8 random digits to be typed, unique among the open codes of a store and worth nothing
    anywhere else. ``token`` for the QR code, signed; nobody without the server's key can make one.
    """

    _name = "giftcard.pickup.code"
    _description = "Pickup Code"
    _order = "id desc"
    _rec_name = "redemption_id"

    redemption_id = fields.Many2one(
        "giftcard.redemption", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="restrict")
    store_id = fields.Many2one("giftcard.store", required=True, readonly=True, index=True, ondelete="restrict")
    # A clerk must be shown the code, not look it up.
    digits = fields.Char(required=True, readonly=True, groups="giftcard_pickup.group_reviewer")
    nonce = fields.Char(required=True, readonly=True, groups="base.group_system")
    token = fields.Char(compute="_compute_token", compute_sudo=True, groups="giftcard_pickup.group_reviewer")
    qr = fields.Binary("QR Code", compute="_compute_qr", compute_sudo=True, groups="giftcard_pickup.group_reviewer")
    state = fields.Selection(
        [("open", "Open"), ("used", "Used"), ("expired", "Expired"), ("void", "Void")], required=True, readonly=True
    )
    role = fields.Selection(
        [("member", "Member"), ("proxy", "Proxy")], string="For", required=True, readonly=True, default="member"
    )
    valid_until = fields.Datetime(required=True, readonly=True)
    used_at = fields.Datetime(readonly=True)
    used_by_id = fields.Many2one("res.users", readonly=True, ondelete="restrict", index="btree_not_null")
    used_store_id = fields.Many2one("giftcard.store", readonly=True, ondelete="restrict", index="btree_not_null")

    _digits_uniq = models.UniqueIndex(
        "(store_id, digits) WHERE state = 'open'", "Two open codes of a store cannot have the same digits."
    )
    _open_uniq = models.UniqueIndex(
        "(redemption_id, role) WHERE state = 'open'", "A redemption has one code for the member and one for a proxy."
    )
    _used_uniq = models.UniqueIndex(
        "(redemption_id) WHERE state = 'used'", "A redemption is handed over against one code."
    )
    _digits_index = models.Index("(digits, store_id)")
    _due_index = models.Index("(valid_until) WHERE state = 'open'")
    _used_check = models.Constraint(
        "CHECK((state = 'used') = (used_at IS NOT NULL)"
        " AND (state = 'used') = (used_by_id IS NOT NULL) AND (state = 'used') = (used_store_id IS NOT NULL))",
        "A used code says when, where and by whom.",
    )

    @api.depends("token")
    def _compute_qr(self):
        Report = self.env["ir.actions.report"]
        for code in self:
            code.qr = base64.b64encode(Report.barcode("QR", code.token, width=400, height=400)) if code.token else False

    @api.model
    def _issue(self, redemptions, reason=None, member=None, **values):
        """Make a code for each of these, valid for as long as its store keeps goods.

        :param member: the ``res.partner``, when it is the member who asked for it
        :param values: fields of the codes that are not as usual
        :return: ``giftcard.pickup.code`` records
        """
        codes = self.browse()
        for redemption in redemptions:
            codes |= self._issue_one(redemption, values)
        codes._sign()
        codes._log("issued", reason, member)
        redemptions.invalidate_recordset(flush=False)
        return codes

    def _issue_one(self, redemption, overrides):
        now = fields.Datetime.now()
        # With less than a million open codes in a store a draw is free 99 times in 100.
        for __ in range(50):
            values = {
                "redemption_id": redemption.id,
                "company_id": redemption.company_id.id,
                "store_id": redemption.store_id.id,
                "digits": f"{secrets.randbelow(10**8):08d}",
                "nonce": base64.b32encode(secrets.token_bytes(10)).decode(),
                "state": "open",
                "role": "member",
                "valid_until": now + timedelta(days=redemption.store_id.pickup_days),
                "create_uid": self.env.uid,
                "create_date": now,
                **overrides,
            }
            rows = self.env.execute_query(
                SQL(
                    """
                    INSERT INTO giftcard_pickup_code (%s) VALUES %s
                        ON CONFLICT (store_id, digits) WHERE state = 'open' DO NOTHING
                    RETURNING id
                    """,
                    SQL(", ").join(map(SQL.identifier, values)),
                    tuple(values.values()),
                )
            )
            if rows:
                return self.browse(rows[0])
        raise UserError(self.env._("%s has too many open pickup codes.", redemption.store_id.name))

    def _close(self, state, reason=None, member=None):
        """Make the open ones among these unusable: ``expired`` or ``void``."""
        rows = self.env.execute_query(
            SQL(
                "UPDATE giftcard_pickup_code SET state = %s WHERE id = ANY(%s) AND state = 'open' RETURNING id",
                state,
                self.ids,
            )
        )
        self.invalidate_recordset(flush=False)
        self.browse([code_id for (code_id,) in rows])._log(state, reason, member)

    @api.model
    def _expire_due(self, limit=100):
        """Expire codes that are past their time, and undo their redemptions (cron).

        One that cannot be undone, because the member's card is closed say, is logged and left to people.
        """
        failed, seconds = [], 1
        while seconds and (redemptions := self._due(failed, limit)):
            for redemption in redemptions:
                try:
                    with self.env.cr.savepoint():
                        redemption._expire()
                except UserError:
                    _logger.exception("Redemption %s could not be expired", redemption.name)
                    failed.append(redemption.id)
            seconds = self.env["ir.cron"]._commit_progress(len(redemptions))

    def _due(self, but, limit):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT redemption.id
                  FROM giftcard_pickup_code code
                  JOIN giftcard_redemption redemption ON redemption.id = code.redemption_id
                 WHERE code.state = 'open' AND code.role = 'member' AND code.valid_until < %s
                   AND redemption.state = 'ready' AND redemption.id <> ALL(%s)
                 ORDER BY redemption.id
                 LIMIT %s
                   FOR NO KEY UPDATE OF redemption SKIP LOCKED
                """,
                fields.Datetime.now(),
                but,
                limit,
            )
        )
        return self.env["giftcard.redemption"].browse([redemption_id for (redemption_id,) in rows])
