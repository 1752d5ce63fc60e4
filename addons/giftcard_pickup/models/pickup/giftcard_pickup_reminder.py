from odoo import api, fields, models
from odoo.tools import SQL, format_datetime


class GiftcardPickupCode(models.Model):
    _inherit = "giftcard.pickup.code"

    @api.model
    def _remind_due(self, limit=500):
        """Remind members whose time to pick up is nearly over, once for each end of it (cron)."""
        seconds, last = 1, 0
        while seconds and (codes := self._to_remind(last, limit)):
            self.env["giftcard.message"]._post([code._reminder() for code in codes])
            last = codes[-1].id
            seconds = self.env["ir.cron"]._commit_progress(len(codes))

    def _to_remind(self, after, limit):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT code.id
                  FROM giftcard_pickup_code code
                  JOIN giftcard_store store ON store.id = code.store_id
                  JOIN giftcard_redemption redemption ON redemption.id = code.redemption_id
                 WHERE code.state = 'open' AND code.role = 'member' AND redemption.state = 'ready'
                   AND store.pickup_reminder_days > 0 AND code.id > %(after)s
                   AND code.valid_until >= %(now)s
                   AND code.valid_until - store.pickup_reminder_days * interval '1 day' <= %(now)s
                   AND NOT EXISTS (SELECT FROM giftcard_message
                                    WHERE key = 'pickup/' || code.redemption_id || '/until/' || code.valid_until::text)
                 ORDER BY code.id
                 LIMIT %(limit)s
                """,
                after=after,
                now=fields.Datetime.now(),
                limit=limit,
            )
        )
        return self.browse([code_id for (code_id,) in rows])

    def _reminder(self):
        member = self.redemption_id.member_id
        told = self.with_context(lang=member.lang, tz=member.tz or self.env.user.tz)
        until = format_datetime(told.env, self.valid_until)
        return {
            "partner_id": member.id,
            "kind": "pickup",
            "key": f"pickup/{self.redemption_id.id}/until/{self.valid_until}",
            "title": told.env._("Pick up %s soon", self.redemption_id.name),
            "body": told.env._(
                "Your goods are kept at %(store)s until %(until)s.", store=told.store_id.name, until=until
            ),
        }
