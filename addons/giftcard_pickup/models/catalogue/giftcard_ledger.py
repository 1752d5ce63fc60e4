from odoo import models
from odoo.tools import SQL

from ..states import UNDONE


class GiftcardLedger(models.AbstractModel):
    """What is always true of the counters of a day and of a member."""

    _inherit = "giftcard.ledger"

    def _invariants(self):
        live = SQL(
            """
            SELECT line.reward_id, COALESCE(reward.main_id, reward.id) AS main_id, redemption.member_id,
                   redemption.counted_on AS day,
                   line.quantity - line.unclaimed_quantity - line.returned_quantity AS quantity
              FROM giftcard_redemption_line line
              JOIN giftcard_redemption redemption ON redemption.id = line.redemption_id
              JOIN giftcard_reward reward ON reward.id = line.reward_id
             WHERE redemption.counted_on IS NOT NULL AND redemption.state NOT IN %s
            """,
            UNDONE,
        )
        return {
            **super()._invariants(),
            "a reward's pieces of a day are what live redemptions took that day": SQL(
                """
                SELECT reward_id, day, counter.pieces, live.pieces AS live
                  FROM (SELECT reward_id, day, pieces FROM giftcard_reward_day WHERE pieces <> 0) counter
             FULL JOIN (SELECT reward_id, day, SUM(quantity) AS pieces
                          FROM (%s) line
                         GROUP BY reward_id, day
                        HAVING SUM(quantity) <> 0) live USING (reward_id, day)
                 WHERE counter.pieces IS DISTINCT FROM live.pieces
                """,
                live,
            ),
            "a member's pieces of a reward are what the live redemptions took": SQL(
                """
                SELECT counter.id AS counter_id, line.reward_id, line.member_id, counter.pieces,
                       SUM(line.quantity) AS live
                  FROM giftcard_reward_use counter
             FULL JOIN (SELECT main_id AS reward_id, member_id, day, quantity FROM (%s) live) line
                    ON line.reward_id = counter.reward_id AND line.member_id = counter.member_id
                 GROUP BY counter.id, line.reward_id, line.member_id
                HAVING counter.pieces IS DISTINCT FROM COALESCE(SUM(line.quantity), 0)
                    OR counter.pieces_day <> COALESCE(SUM(line.quantity) FILTER (WHERE line.day = counter.day), 0)
                    OR counter.pieces_week <> COALESCE(SUM(line.quantity) FILTER (
                           WHERE line.day >= date_trunc('week', counter.day::timestamp)), 0)
                    OR counter.pieces_month <> COALESCE(SUM(line.quantity) FILTER (
                           WHERE line.day >= date_trunc('month', counter.day::timestamp)), 0)
                """,
                live,
            ),
        }
