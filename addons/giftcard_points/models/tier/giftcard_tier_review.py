from odoo import fields, models
from odoo.tools import SQL


class GiftcardTierReview(models.Model):
    """The nightly review of all members' tiers, in chunks; it goes on where it was stopped."""

    _name = "giftcard.tier.review"
    _description = "Review of Tiers"
    _order = "date desc"
    _rec_name = "date"

    date = fields.Date(required=True, readonly=True)
    cursor = fields.Integer(readonly=True, help="The last contact that was reviewed.", aggregator=None)
    reviewed = fields.Integer(readonly=True)
    risen = fields.Integer(readonly=True)
    warned = fields.Integer(readonly=True)
    fallen = fields.Integer(readonly=True)
    done = fields.Boolean(readonly=True)

    _date_uniq = models.Constraint("UNIQUE(date)", "The tiers were reviewed on this day already.")

    def _run(self, limit=10000):
        """Review all members once a day (cron)."""
        if not self.env["giftcard.tier"].search_count([], limit=1):
            return
        today, seconds = fields.Date.context_today(self), 1
        review = self.search([("date", "=", today)]) or self.create({"date": today})
        while seconds and not review.done:
            seconds = self.env["ir.cron"]._commit_progress(review._step(limit))

    def _step(self, limit):
        """:return: how many members were reviewed"""
        self.ensure_one()
        self.env["res.partner"].flush_model()
        ids = [
            partner_id
            for (partner_id,) in self.env.execute_query(
                SQL(
                    """
                    SELECT id FROM res_partner
                     WHERE id > %s AND member_number IS NOT NULL AND member_state IN ('active', 'frozen')
                     ORDER BY id
                     LIMIT %s
                    """,
                    self.cursor,
                    limit,
                )
            )
        ]
        if not ids:
            self.done = True
            return 0
        counts = self.env["giftcard.tier"]._decide(ids)
        self.write(
            {
                "cursor": ids[-1],
                "reviewed": self.reviewed + len(ids),
                "risen": self.risen + counts["rise"],
                "warned": self.warned + counts["warn"],
                "fallen": self.fallen + counts["fall"],
            }
        )
        return len(ids)
