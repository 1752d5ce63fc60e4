from collections import Counter
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...exceptions import IllegalTransition


class GiftcardRedemption(models.Model):
    """The way of what is sent: what left when, with whom, and that it arrived."""

    _inherit = "giftcard.redemption"

    tracking_number = fields.Char(compute="_compute_tracking", compute_sudo=True)
    tracking_url = fields.Char(string="Track", compute="_compute_tracking", compute_sudo=True)

    @api.depends(
        "picking_ids.state",
        "picking_ids.carrier_id",
        "picking_ids.carrier_tracking_ref",
        "picking_ids.move_ids.quantity",
    )
    def _compute_tracking(self):
        for redemption in self:
            shipments = redemption._shipments() if redemption.fulfilment == "delivery" else []
            tracked = [shipment for shipment in shipments if shipment["tracking_number"]]
            redemption.tracking_number = ", ".join(shipment["tracking_number"] for shipment in tracked)
            redemption.tracking_url = tracked[-1]["tracking_url"] if tracked else False

    # Actions

    def action_receive(self):
        """Close what has arrived, for a member who did not say so."""
        self._require_reviewer()
        self._receive()

    # Business

    def _shipments(self):
        """What has left, in order, and what is to follow.

        :return: list of dicts: ``state`` (``sent`` or ``picking``), ``sent_at`` (naive UTC in ISO 8601, or None),
            ``carrier``, ``tracking_number``, ``tracking_url`` (strings or None), ``packages`` (names) and ``lines``
            (list of ``{"name", "quantity"}``)
        """
        # A member may know of his own goods what the warehouse knows.
        shipments = []
        for picking in self.sudo().picking_ids.sorted("id"):
            sent = picking.state == "done"
            if picking.state == "cancel" or (sent and picking.location_dest_id.usage != "customer"):
                continue
            shipments.append(
                {
                    "state": "sent" if sent else "picking",
                    "sent_at": picking.date_done.isoformat() if sent else None,
                    "carrier": picking.carrier_id.name or None,
                    "tracking_number": picking.carrier_tracking_ref or None,
                    "tracking_url": picking.carrier_tracking_url or None,
                    "packages": picking.move_line_ids.result_package_id.mapped("name"),
                    "lines": [
                        {
                            "name": move.product_id.display_name,
                            "quantity": move.quantity if sent else move.product_uom_qty,
                        }
                        for move in picking.move_ids
                        if move.state != "cancel"
                    ],
                }
            )
        return shipments

    @api.model
    def _receive_due(self, limit=100):
        """Take what was sent so many days ago for received (cron)."""
        failed, seconds = [], 1
        while seconds and (redemptions := self._sent_long_ago(failed, limit)):
            for redemption in redemptions:
                try:
                    with self.env.cr.savepoint():
                        redemption.sudo()._transition(
                            "done", self.env._("Taken for received after some days"), sources=("shipped",)
                        )
                except UserError:
                    failed.append(redemption.id)
            seconds = self.env["ir.cron"]._commit_progress(len(redemptions))

    def _sent_long_ago(self, but, limit):
        now, due = fields.Datetime.now(), SQL()
        for company in self.env["res.company"].sudo().search([("giftcard_receive_days", ">", 0)]):
            before = now - timedelta(days=company.giftcard_receive_days)
            due = SQL("%s OR (redemption.company_id = %s AND step.date <= %s)", due, company.id, before)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT redemption.id
                  FROM giftcard_redemption redemption
                  JOIN giftcard_redemption_transition step
                    ON step.redemption_id = redemption.id AND step.to_state = 'shipped'
                 WHERE redemption.state = 'shipped' AND redemption.id <> ALL(%s) AND (FALSE %s)
                 ORDER BY redemption.id
                 LIMIT %s
                   FOR NO KEY UPDATE OF redemption SKIP LOCKED
                """,
                but,
                due,
                limit,
            )
        )
        return self.browse([redemption_id for (redemption_id,) in rows])

    # Building blocks

    def _check_shippable(self):
        self._refuse_more_than_redeemed(self._to_come("quantity"))
        return super()._check_shippable()

    def _ship(self):
        for redemption in self:
            to_come = redemption._to_come("product_uom_qty")
            for product, needed in redemption._needed_goods().items():
                if product.uom_id.compare(to_come[product], needed) < 0:
                    raise IllegalTransition(
                        self.env._(
                            "Of %(redemption)s some %(product)s would be left out. Keep a backorder for the rest.",
                            redemption=redemption.name,
                            product=product.display_name,
                        )
                    )
        return super()._ship()

    def _to_come(self, field):
        """:param field: "quantity" (reserved, or about to be moved) or "product_uom_qty" (asked for)
        :return: Counter of product -> what is in the open transfers; each piece is in one of them
        """
        to_come = Counter()
        for move in self.picking_ids.move_ids:
            if move.state not in ("done", "cancel"):
                to_come[move.product_id] += move.product_uom._compute_quantity(move[field], move.product_id.uom_id)
        return to_come

    def _refuse_more_than_redeemed(self, to_come):
        needed = self._needed_goods()
        for product, quantity in to_come.items():
            if product.uom_id.compare(quantity, needed[product]) > 0:
                raise IllegalTransition(
                    self.env._(
                        "The transfer of %(redemption)s has more of %(product)s than was redeemed.",
                        redemption=self.name,
                        product=product.display_name,
                    )
                )
