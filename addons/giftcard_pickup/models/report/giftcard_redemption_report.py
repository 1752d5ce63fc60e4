from odoo import fields, models
from odoo.tools import SQL

from ..states import STATES, UNDONE


class GiftcardRedemptionReport(models.Model):
    """What was redeemed, rejected and picked up, a row each redemption line."""

    _name = "giftcard.redemption.report"
    _description = "Redemption Analysis"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "redemption_id"

    company_id = fields.Many2one("res.company", readonly=True)
    redemption_id = fields.Many2one("giftcard.redemption", readonly=True)
    date = fields.Datetime(string="Submitted On", readonly=True)
    store_id = fields.Many2one("giftcard.store", readonly=True)
    program_id = fields.Many2one("loyalty.program", string="Points Program", readonly=True)
    reward_id = fields.Many2one("giftcard.reward", readonly=True)
    category_id = fields.Many2one("giftcard.reward.category", readonly=True)
    brand_id = fields.Many2one("giftcard.reward.tag", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    state = fields.Selection(STATES, readonly=True)
    asked = fields.Integer(string="Pieces Asked For", readonly=True)
    redeemed = fields.Integer(
        string="Pieces Redeemed", readonly=True, help="Without what was undone, given up or returned."
    )
    handed_over = fields.Integer(
        string="Pieces Handed Over", readonly=True, help="Or delivered; whether or not they came back later."
    )
    points = fields.Float(
        string="Turnover (Points)",
        digits="Gift Card Value",
        readonly=True,
        help="Without what was undone, given up or returned.",
    )
    rejected = fields.Float(string="Rejection Rate", aggregator="avg", readonly=True, help="Of what was decided.")
    review_hours = fields.Float(
        string="Hours to Decision", aggregator="avg", readonly=True, help="From submission to approval or rejection."
    )
    pickup_hours = fields.Float(
        string="Hours to Pickup", aggregator="avg", readonly=True, help="From ready in the store to the handover."
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT line.id, redemption.company_id, redemption.id AS redemption_id, redemption.date, redemption.store_id,
                   redemption.program_id, line.reward_id, terms.category_id, terms.brand_id, line.product_id,
                   redemption.state, line.quantity AS asked,
                   kept.quantity AS redeemed,
                   CASE WHEN redemption.fulfilment = 'pickup' THEN line.handed_quantity
                        WHEN redemption.state IN ('done', 'returned') THEN line.quantity
                        ELSE 0 END AS handed_over,
                   kept.quantity * line.points_price AS points,
                   CASE WHEN step.decided IS NOT NULL
                        THEN (redemption.state = 'rejected')::int::numeric END AS rejected,
                   EXTRACT(EPOCH FROM step.decided - step.submitted) / 3600 AS review_hours,
                   EXTRACT(EPOCH FROM step.done - step.ready) / 3600 AS pickup_hours
              FROM giftcard_redemption_line line
              JOIN giftcard_redemption redemption ON redemption.id = line.redemption_id
              JOIN giftcard_reward reward ON reward.id = line.reward_id
              JOIN giftcard_reward terms ON terms.id = COALESCE(reward.main_id, reward.id)
        CROSS JOIN LATERAL (SELECT CASE WHEN redemption.state IN %(undone)s THEN 0
                                        ELSE line.quantity - line.unclaimed_quantity - line.returned_quantity
                                   END AS quantity) kept
         LEFT JOIN LATERAL (SELECT MIN(date) FILTER (WHERE to_state = 'to_review') AS submitted,
                                   MIN(date) FILTER (WHERE to_state IN ('approved', 'rejected')) AS decided,
                                   MIN(date) FILTER (WHERE to_state = 'ready') AS ready,
                                   MIN(date) FILTER (WHERE to_state = 'done') AS done
                              FROM giftcard_redemption_transition
                             WHERE redemption_id = redemption.id) step ON TRUE
             WHERE redemption.state <> 'draft'
            """,
            undone=UNDONE,
        )
