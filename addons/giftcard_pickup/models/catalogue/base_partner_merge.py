from odoo import models
from odoo.tools import SQL


class BasePartnerMerge(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        self._merge_reward_uses(src_partners, dst_partner)
        return super()._update_foreign_keys(src_partners, dst_partner)

    def _merge_reward_uses(self, src_partners, dst_partner):
        """Count what merged members have had in one row each reward. No limit is asked: it has been had already."""
        self.env.execute_query(
            SQL(
                """
                WITH merged AS (
                    DELETE FROM giftcard_reward_use WHERE member_id = ANY(%(members)s) RETURNING *
                ), latest AS (
                    SELECT reward_id, MAX(day) AS day FROM merged GROUP BY reward_id
                )
                INSERT INTO giftcard_reward_use
                       (reward_id, member_id, day, pieces, pieces_day, pieces_week, pieces_month, allowed, period)
                SELECT reward_id, %(kept)s, latest.day, SUM(pieces),
                       SUM(pieces_day) FILTER (WHERE merged.day = latest.day),
                       COALESCE(SUM(pieces_week) FILTER (
                           WHERE merged.day >= date_trunc('week', latest.day::timestamp)), 0),
                       COALESCE(SUM(pieces_month) FILTER (
                           WHERE merged.day >= date_trunc('month', latest.day::timestamp)), 0),
                       0, 'ever'
                  FROM merged
                  JOIN latest USING (reward_id)
                 GROUP BY reward_id, latest.day
             RETURNING id
                """,
                members=(src_partners | dst_partner).ids,
                kept=dst_partner.id,
            )
        )
        self.env["giftcard.reward.use"].invalidate_model(flush=False)
