from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL


class GiftcardTierGrant(models.Model):
    """A tier that a member was given for a time, whatever he has grown to; the days of one tier follow each other.

    Written by the methods below alone. The member rises at once and falls with the review after the last day.
    """

    _name = "giftcard.tier.grant"
    _description = "Tier Given for a Time"
    _order = "id desc"
    _rec_name = "tier_id"

    partner_id = fields.Many2one(
        "res.partner", string="Member", required=True, readonly=True, index=True, ondelete="restrict"
    )
    tier_id = fields.Many2one("giftcard.tier", required=True, readonly=True, index=True, ondelete="restrict")
    first_on = fields.Date(string="From", required=True, readonly=True)
    last_on = fields.Date(string="Until", required=True, readonly=True)
    ended = fields.Boolean(
        default=False, required=True, readonly=True, help="The member's tier was decided anew after it."
    )
    revoked_at = fields.Datetime(string="Revoked", readonly=True)
    key = fields.Char(required=True, readonly=True, help="What it was given for; it is given once for that.")

    # An index, since the merge of partners deletes what breaks a constraint.
    _key_uniq = models.UniqueIndex("(key)", "The tier was given for this already.")
    _open_index = models.Index("(partner_id, last_on) WHERE NOT ended")
    _days_check = models.Constraint(
        "CHECK(first_on <= last_on OR revoked_at IS NOT NULL)", "The last day is not before the first."
    )

    @api.model
    def _give(self, partner, tier, days, key):
        """Give a member a tier for so many days, beginning today or after the days of this tier he has already.

        :param partner: ``res.partner``, a member
        :param tier: ``giftcard.tier``
        :param key: what it is given for; again for the same, it returns what it gave first
        :return: the ``giftcard.tier.grant``
        """
        # Days of one member follow each other, so they are given one after the other.
        self.env.execute_query(SQL("SELECT id FROM res_partner WHERE id = %s FOR NO KEY UPDATE", partner.id))
        if given := self.search([("key", "=", key)]):
            return given
        today = fields.Date.context_today(self)
        last = self.search(
            [
                ("partner_id", "=", partner.id),
                ("tier_id", "=", tier.id),
                ("last_on", ">=", today),
                ("ended", "=", False),
            ],
            order="last_on desc",
            limit=1,
        ).last_on
        first = last + timedelta(days=1) if last else today
        grant = self.create(
            {
                "partner_id": partner.id,
                "tier_id": tier.id,
                "first_on": first,
                "last_on": first + timedelta(days=days - 1),
                "key": key,
            }
        )
        grant.flush_recordset()
        self.env["giftcard.tier"]._raise_members(partner)
        return grant

    def _revoke(self):
        """Take back what is left of the days; a member who has not grown to the tier falls at once.

        :return: whether there was something left
        """
        self.ensure_one()
        self.flush_recordset()
        today = fields.Date.context_today(self)
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE giftcard_tier_grant SET last_on = %s, revoked_at = %s
                 WHERE id = %s AND NOT ended AND revoked_at IS NULL AND last_on >= %s
             RETURNING partner_id
                """,
                today - timedelta(days=1),
                fields.Datetime.now(),
                self.id,
                today,
            )
        )
        self.invalidate_recordset(flush=False)
        if rows:
            self.env["giftcard.tier"]._decide([rows[0][0]])
        return bool(rows)
