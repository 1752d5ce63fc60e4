from odoo import fields, models
from odoo.tools import SQL


class GiftcardPromise(models.Model):
    """Stock set aside for a redemption that has no transfer yet.

    It is counted in ``reserved_quantity`` of the quants, so that nobody, native code included, can give it away; the
    transfer takes its place later. It names what a quant is told apart by, since quants themselves are merged and
    replaced.
    """

    _name = "giftcard.promise"
    _description = "Promised Stock"
    _order = "id"
    _log_access = False

    redemption_id = fields.Many2one(
        "giftcard.redemption", required=True, readonly=True, index=True, ondelete="restrict"
    )
    product_id = fields.Many2one("product.product", required=True, readonly=True, index=True, ondelete="restrict")
    location_id = fields.Many2one("stock.location", required=True, readonly=True, ondelete="restrict")
    lot_id = fields.Many2one("stock.lot", readonly=True, ondelete="restrict")
    package_id = fields.Many2one("stock.package", readonly=True, ondelete="restrict")
    owner_id = fields.Many2one("res.partner", readonly=True, ondelete="restrict")
    quantity = fields.Float(required=True, readonly=True, digits="Product Unit")

    _quantity_check = models.Constraint("CHECK(quantity > 0)", "More than nothing is promised.")

    def _make(self, redemption, needed, location):
        """Set stock aside; its quants are locked, and enough of it is free.

        :param needed: dict of ``product.product`` -> pieces
        :param location: ``stock.location`` in and below which it lies
        """
        self.env.execute_query(
            SQL(
                """
                WITH needed AS (
                    SELECT * FROM unnest(%(products)s, %(quantities)s) AS needed (product_id, quantity)
                ), free AS (
                    SELECT quant.id, quant.product_id, quant.location_id, quant.lot_id, quant.package_id,
                           quant.owner_id, quant.quantity - quant.reserved_quantity AS amount,
                           SUM(quant.quantity - quant.reserved_quantity)
                               OVER (PARTITION BY quant.product_id ORDER BY quant.in_date, quant.id) AS running
                      FROM stock_quant quant
                      JOIN stock_location location ON location.id = quant.location_id
                     WHERE quant.product_id = ANY(%(products)s) AND quant.quantity > quant.reserved_quantity
                       AND location.parent_path LIKE %(path)s
                ), part AS (
                    SELECT free.*, LEAST(free.amount, needed.quantity - (free.running - free.amount)) AS taken
                      FROM free JOIN needed ON needed.product_id = free.product_id
                     WHERE free.running - free.amount < needed.quantity
                ), reserved AS (
                    UPDATE stock_quant quant SET reserved_quantity = quant.reserved_quantity + part.taken
                      FROM part
                     WHERE quant.id = part.id
                )
                INSERT INTO giftcard_promise
                       (redemption_id, product_id, location_id, lot_id, package_id, owner_id, quantity)
                SELECT %(redemption)s, product_id, location_id, lot_id, package_id, owner_id, taken
                  FROM part
             RETURNING id
                """,
                products=[product.id for product in needed],
                quantities=list(needed.values()),
                path=f"{location.parent_path}%",
                redemption=redemption.id,
            )
        )
        self._changed()

    def _take(self, redemptions):
        """Dissolve the promises of redemptions; the quants of their products are locked."""
        self.env.execute_query(
            SQL(
                """
                WITH gone AS (
                    DELETE FROM giftcard_promise WHERE redemption_id = ANY(%s) RETURNING *
                ), total AS (
                    SELECT product_id, location_id, lot_id, package_id, owner_id, SUM(quantity) AS quantity
                      FROM gone
                     GROUP BY product_id, location_id, lot_id, package_id, owner_id
                ), reserved AS (
                    SELECT quant.id, quant.reserved_quantity AS amount, total.quantity,
                           SUM(quant.reserved_quantity) OVER (
                               PARTITION BY quant.product_id, quant.location_id, quant.lot_id, quant.package_id,
                                            quant.owner_id
                               ORDER BY quant.id) AS running
                      FROM stock_quant quant
                      JOIN total ON total.product_id = quant.product_id AND total.location_id = quant.location_id
                       AND total.lot_id IS NOT DISTINCT FROM quant.lot_id
                       AND total.package_id IS NOT DISTINCT FROM quant.package_id
                       AND total.owner_id IS NOT DISTINCT FROM quant.owner_id
                     WHERE quant.reserved_quantity > 0
                )
                UPDATE stock_quant quant
                   SET reserved_quantity = quant.reserved_quantity
                                           - LEAST(reserved.amount, reserved.quantity - (running - reserved.amount))
                  FROM reserved
                 WHERE quant.id = reserved.id AND running - reserved.amount < reserved.quantity
             RETURNING quant.id
                """,
                redemptions.ids,
            )
        )
        self._changed()

    def _unexplained(self):
        """:return: whether anything is reserved that neither a move nor a promise asks for, or the other way round"""
        self.env["stock.move.line"].flush_model()
        self.env["stock.quant"].flush_model()
        columns = SQL("product_id, location_id, lot_id, package_id, owner_id")
        return bool(
            self.env.execute_query(
                SQL(
                    """
                    SELECT 1
                      FROM (SELECT %(columns)s, reserved_quantity AS amount FROM stock_quant
                             WHERE reserved_quantity <> 0
                         UNION ALL
                            SELECT %(columns)s, -quantity FROM giftcard_promise
                         UNION ALL
                            SELECT move.product_id, move.location_id, lot_id, package_id, owner_id,
                                   -quantity_product_uom
                              FROM stock_move_line move
                              JOIN product_product product ON product.id = move.product_id
                              JOIN product_template template ON template.id = product.product_tmpl_id
                             WHERE state IN ('assigned', 'partially_available', 'waiting', 'confirmed')
                               AND template.is_storable AND quantity_product_uom <> 0) reserved
                     GROUP BY %(columns)s
                    HAVING ABS(SUM(amount)) > 0.000001
                     LIMIT 1
                    """,
                    columns=columns,
                )
            )
        )

    def _count(self, sign):
        """Add all promises to the quants, or take them out: ``sign`` is + or -."""
        self.env["stock.quant"].flush_model()
        self.env.execute_query(
            SQL(
                """
                WITH total AS (
                    SELECT product_id, location_id, lot_id, package_id, owner_id, SUM(quantity) AS quantity
                      FROM giftcard_promise
                     GROUP BY product_id, location_id, lot_id, package_id, owner_id
                ), first AS (
                    SELECT MIN(quant.id) AS id, total.quantity
                      FROM stock_quant quant
                      JOIN total ON total.product_id = quant.product_id AND total.location_id = quant.location_id
                       AND total.lot_id IS NOT DISTINCT FROM quant.lot_id
                       AND total.package_id IS NOT DISTINCT FROM quant.package_id
                       AND total.owner_id IS NOT DISTINCT FROM quant.owner_id
                     GROUP BY total.product_id, total.location_id, total.lot_id, total.package_id, total.owner_id,
                              total.quantity
                )
                UPDATE stock_quant quant SET reserved_quantity = quant.reserved_quantity %s first.quantity
                  FROM first
                 WHERE quant.id = first.id
             RETURNING quant.id
                """,
                sign,
            )
        )
        self._changed()

    def _changed(self):
        self.invalidate_model(flush=False)
        self.env["stock.quant"].invalidate_model(flush=False)
