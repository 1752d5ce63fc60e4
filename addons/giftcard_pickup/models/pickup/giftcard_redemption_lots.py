from collections import Counter

from odoo import models

from ...exceptions import LotNotAvailable, LotRequired


class GiftcardRedemption(models.Model):
    """Lots and serial numbers: what the clerk scans is what leaves, whatever had been reserved."""

    _inherit = "giftcard.redemption"

    def _checked_lots(self, line, quantity, lots):
        """:return: list of ``{"name", "quantity"}`` that add up to ``quantity``; none for goods that are not tracked

        :raise LotRequired:
        """
        tracking = self._tracking(line)
        if tracking == "none":
            return []
        found = Counter()
        for lot in lots if isinstance(lots, list) else ():
            lot = lot if isinstance(lot, dict) else {}
            name, pieces = lot.get("name"), lot.get("quantity")
            if isinstance(name, str) and name.strip() and type(pieces) is int and pieces > 0:
                found[name.strip()] += pieces
        if found.total() != quantity or (tracking == "serial" and max(found.values()) > 1):
            message = (
                self.env._("Scan the serial number of each %s.", line.product_id.display_name)
                if tracking == "serial"
                else self.env._("Scan the lot of each %s.", line.product_id.display_name)
            )
            raise LotRequired(message)
        return [{"name": name, "quantity": pieces} for name, pieces in found.items()]

    def _tracking(self, line):
        """:return: "serial", "lot" or "none": how the pieces of a line are told apart"""
        return line.product_id.tracking if line.product_id.is_storable else "none"

    def _reserve_lots(self, picking, wanted):
        """Reserve the lots that are being handed over instead of those that were reserved.

        The caller has locked the quants of the goods.

        :raise LotNotAvailable: when the store has too little of a lot, or another order could not be served any more
        """
        pieces = {}
        for line, part in wanted.items():
            for lot in part["lots"]:
                pieces.setdefault(line.product_id, Counter())[lot["name"]] += lot["quantity"]
        for product, names in pieces.items():
            move = picking.move_ids.filtered_domain([("product_id", "=", product.id)])
            lots = self._find_lots(product, names)
            move._do_unreserve()
            others = self._others(move, lots)
            served = others.filtered(lambda other: other.state == "assigned")
            others._do_unreserve()
            for lot in lots:
                self._reserve_lot(move, lot, names[lot.name])
            move._recompute_state()
            others._action_assign()
            if any(other.state != "assigned" for other in served):
                raise LotNotAvailable(
                    self.env._("These pieces of %s are kept for another order.", product.display_name)
                )

    def _find_lots(self, product, names):
        lots = self.env["stock.lot"].search(
            [
                ("product_id", "=", product.id),
                ("name", "in", list(names)),
                ("company_id", "in", [False, self.company_id.id]),
            ]
        )
        for name in names:
            if len(lots.filtered(lambda lot, name=name: lot.name == name)) != 1:
                self._refuse_lot(product, name)
        return lots

    def _others(self, move, lots):
        """:return: the moves of other orders for which these lots were reserved"""
        return (
            self.env["stock.move.line"]
            .search(
                [
                    ("lot_id", "in", lots.ids),
                    ("location_id", "child_of", move.location_id.id),
                    ("state", "in", ("assigned", "partially_available")),
                    ("quantity", ">", 0),
                ]
            )
            .move_id
        )

    def _reserve_lot(self, move, lot, quantity):
        quants = self.env["stock.quant"].search(
            [("lot_id", "=", lot.id), ("location_id", "child_of", move.location_id.id), ("quantity", ">", 0)]
        )
        for quant in quants:
            quantity -= move._update_reserved_quantity(
                min(quantity, max(0, quant.quantity - quant.reserved_quantity)),
                quant.location_id,
                lot_id=lot,
                package_id=quant.package_id,
                owner_id=quant.owner_id,
            )
        if move.product_uom.compare(quantity, 0) > 0:
            self._refuse_lot(move.product_id, lot.name)

    def _refuse_lot(self, product, name):
        raise LotNotAvailable(
            self.env._(
                "%(store)s has no %(product)s with the number %(name)s.",
                store=self.store_id.name,
                product=product.display_name,
                name=name,
            )
        )

    def _reserved_numbers(self, line):
        """:return: the numbers that are reserved for a line, which the clerk finds on the shelf"""
        if self._tracking(line) == "none":
            return []
        move_lines = self._open_picking().move_line_ids
        return move_lines.filtered_domain([("product_id", "=", line.product_id.id)]).lot_id.mapped("name")
