from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

PERIODS = (7, 30, 90)
# What is drawn: title, report, kind of view, view.
CHARTS = (
    ("trend", "giftcard.redemption.report", "graph", "giftcard_redemption_report_view_graph"),
    ("category", "giftcard.redemption.report", "graph", "giftcard_redemption_report_view_graph_category"),
    ("store", "giftcard.redemption.report", "graph", "giftcard_redemption_report_view_graph_store"),
    ("cover", "giftcard.reward.cover", "list", "giftcard_reward_cover_view_list"),
)


class GiftcardPickupDashboard(models.AbstractModel):
    """The figures of the points mall's dashboard, of what the user may see."""

    _name = "giftcard.pickup.dashboard"
    _description = "Points Mall Dashboard"

    @api.model
    @api.readonly
    def action_board(self, days):
        """:param days: 7, 30 or 90
        :return: dict of ``tiles`` (name, label, value, value of the time before), ``charts`` and their ``domain``
        """
        if days not in PERIODS:
            raise ValidationError(self.env._("The dashboard looks back 7, 30 or 90 days."))
        now = fields.Datetime.now()
        start = now - timedelta(days=days)
        current = self._figures(Domain("date", ">=", start))
        before = self._figures(Domain("date", ">=", start - timedelta(days=days)) & Domain("date", "<", start))
        labels = self._labels()
        return {
            "tiles": [
                {"name": name, "label": labels[name], "value": value, "before": before[name]}
                for name, value in current.items()
            ],
            "charts": [
                {
                    "name": name,
                    "title": labels[name],
                    "model": model,
                    "type": kind,
                    "view_id": self.env.ref(f"giftcard_pickup.{view}").id,
                    "domain": [("date", ">=", fields.Datetime.to_string(start))] if "report" in model else [],
                }
                for name, model, kind, view in CHARTS
            ],
        }

    def _labels(self):
        return {
            "redemptions": self.env._("Redemptions"),
            "redeemed": self.env._("Pieces redeemed"),
            "points": self.env._("Turnover in points"),
            "rejected": self.env._("Rejected (%)"),
            "review_hours": self.env._("Hours to decision"),
            "pickup_hours": self.env._("Hours to pickup"),
            "trend": self.env._("Pieces redeemed by day"),
            "category": self.env._("By category"),
            "store": self.env._("By store"),
            "cover": self.env._("Shortest stock cover"),
        }

    def _figures(self, domain):
        """:return: dict of figure -> value; None where there is nothing to tell"""
        [row] = self.env["giftcard.redemption.report"]._read_group(
            domain,
            [],
            [
                "redemption_id:count_distinct",
                "redeemed:sum",
                "points:sum",
                "rejected:avg",
                "review_hours:avg",
                "pickup_hours:avg",
            ],
        )
        redemptions, redeemed, points, rejected, review, pickup = row
        return {
            "redemptions": redemptions or 0,
            "redeemed": redeemed or 0,
            "points": points or 0,
            "rejected": None if rejected is None else round(100 * rejected, 1),
            "review_hours": None if review is None else round(review, 1),
            "pickup_hours": None if pickup is None else round(pickup, 1),
        }
