from collections import Counter

from odoo import api, fields, models
from odoo.tools import SQL

from ...exceptions import IllegalTransition, NotLeftToHandOver, OutOfStock


class GiftcardRedemption(models.Model):
    """Handing over at the counter, at once or in parts; each piece exactly once."""

    _inherit = "giftcard.redemption"

    handover_ids = fields.One2many("giftcard.pickup.handover", "redemption_id", readonly=True)
    picked_up_in_part = fields.Boolean(compute="_compute_picked_up_in_part", compute_sudo=True)

    @api.depends("state", "line_ids.handed_quantity")
    def _compute_picked_up_in_part(self):
        for redemption in self:
            redemption.picked_up_in_part = redemption.state == "ready" and any(
                line.handed_quantity for line in redemption.line_ids
            )

    # Business

    def _hand_over_to(self, code, store, parts, moment, key=None):
        """Hand over what is asked for, and close the redemption with its last piece. Runs with the redemption's rights.

        The caller has locked the redemption's row.

        :param code: the open ``giftcard.pickup.code`` that was shown
        :param parts: None for all that is left, or ``[{"line_id", "quantity", "lots": [{"name", "quantity"}]}]``
        :param moment: when it was handed over; the code has to be valid then
        :param key: of this act, made by the screen
        :return: the ``giftcard.pickup.handover``, or none if the code is not open any more
        :raise NotLeftToHandOver, LotRequired, LotNotAvailable, OutOfStock: nothing has happened once it is rolled back
        """
        self.ensure_one()
        wanted = self._wanted(parts)
        last = all(wanted.get(line, {}).get("quantity", 0) == line.left_quantity for line in self._pickup_lines())
        if not code._use(store, moment, last):
            return self.env["giftcard.pickup.handover"]
        self._count_handed({line: part["quantity"] for line, part in wanted.items()})
        handover = self.env["giftcard.pickup.handover"].create(
            {
                "redemption_id": self.id,
                "code_id": code.id,
                "company_id": self.company_id.id,
                "store_id": store.id,
                "user_id": self.env.uid,
                "date": moment,
                "key": key,
                "line_ids": [
                    fields.Command.create(
                        {
                            "line_id": line.id,
                            "quantity": part["quantity"],
                            "lots": ", ".join(lot["name"] for lot in part["lots"]) or False,
                        }
                    )
                    for line, part in wanted.items()
                ],
            }
        )
        code._log("used" if last else "part")
        if last:
            # A proxy's code dies with the member's, and the other way round.
            (self.pickup_code_ids - code)._close("void", self.env._("Handed over against the other code"))
        self._issue(wanted, last)
        return handover

    def _pickup_lines(self):
        """:return: the lines whose pieces go over the counter"""
        return self.line_ids.filtered(lambda line: not line.reward_id._is_virtual())

    def _wanted(self, parts):
        """:return: dict of line -> ``{"quantity", "lots"}``, what is asked for and left

        :raise NotLeftToHandOver:
        """
        lines = self._pickup_lines()
        if parts is None:
            parts = [{"line_id": line.id, "quantity": line.left_quantity} for line in lines if line.left_quantity]
        wanted = {}
        for part in parts if isinstance(parts, list) else ():
            part = part if isinstance(part, dict) else {}
            line = lines.filtered_domain([("id", "=", part.get("line_id"))])
            quantity = part.get("quantity")
            if not line or line in wanted or type(quantity) is not int or not 0 < quantity <= line.left_quantity:
                raise NotLeftToHandOver(self.env._("Choose what of %s is left to be handed over.", self.name))
            wanted[line] = {"quantity": quantity, "lots": self._checked_lots(line, quantity, part.get("lots"))}
        if not wanted:
            raise NotLeftToHandOver(self.env._("Choose what of %s is left to be handed over.", self.name))
        return wanted

    def _count_handed(self, quantities):
        """Count pieces as handed over, guarded: whoever comes second finds too few left.

        :param quantities: dict of line -> pieces
        :raise NotLeftToHandOver:
        """
        self.env["giftcard.redemption.line"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE giftcard_redemption_line line SET handed_quantity = line.handed_quantity + part.quantity
                  FROM unnest(%s, %s) AS part (line_id, quantity)
                 WHERE line.id = part.line_id AND line.redemption_id = %s
                   AND line.handed_quantity + line.unclaimed_quantity + part.quantity <= line.quantity
             RETURNING line.id
                """,
                [line.id for line in quantities],
                list(quantities.values()),
                self.id,
            )
        )
        self.line_ids.invalidate_recordset(flush=False)
        if len(rows) != len(quantities):
            raise NotLeftToHandOver(self.env._("Choose what of %s is left to be handed over.", self.name))

    def _issue(self, wanted, last):
        """Let the goods leave: the last of them with the whole transfer, a part by a transfer of its own."""
        self._make_transfers()
        picking = self._open_picking()
        if picking:
            self._lock_goods(with_destination=True)
            self._assign(picking)
            self._reserve_lots(picking, wanted)
        if last:
            self._complete()
        elif picking:
            self._issue_part(picking, wanted)

    def _issue_part(self, picking, wanted):
        """Validate the transfer for a part; the rest stays reserved in a backorder."""
        leaving = Counter()
        for line, part in wanted.items():
            leaving[line.product_id] += part["quantity"]
        if not any(leaving[move.product_id] for move in picking.move_ids):
            # Services alone: nothing leaves the stock.
            return
        whole = True
        for move in picking.move_ids:
            if move.product_uom.compare(move.quantity, leaving[move.product_id]):
                move.quantity = leaving[move.product_id]
            whole = whole and not move.product_uom.compare(move.quantity, move.product_uom_qty)
        if not whole:
            picking.action_split_transfer()
        # No wizard may ask anything here: the rest is in the backorder already.
        picking.with_context(skip_backorder=True, skip_sms=True).button_validate()
        if picking.state != "done":
            raise OutOfStock(self.env._("The goods of %s could not be issued from the stock.", self.name))
        if rest := self._open_picking():
            self._assign(rest)

    def _open_picking(self):
        return self.picking_ids.filtered(lambda picking: picking.state not in ("done", "cancel"))

    def _needed_goods(self):
        """What has left already, or was given up, is needed no more."""
        needed = super()._needed_goods()
        for line in self.line_ids:
            if line.product_id in needed:
                needed[line.product_id] -= line.unclaimed_quantity
        for move in self._issued_moves():
            needed[move.product_id] -= int(move.quantity)
        return +needed

    def _issued_moves(self):
        moves = self.picking_ids.move_ids
        return moves.filtered(lambda move: move.state == "done" and move.location_dest_id.usage == "customer")

    def _check_issue(self, picking):
        """A transfer leaves when its redemption is done, or with no more than was handed over of it at the counter."""
        if self.state == "done":
            return
        left = Counter()
        for line in self.line_ids:
            left[line.product_id] += line.handed_quantity
        handed = left.total()
        for move in self._issued_moves() | picking.move_ids:
            left[move.product_id] -= move.quantity
        if self.state != "ready" or not handed or min(left.values()) < 0:
            raise IllegalTransition(
                self.env._("The goods of %s are handed over against the member's pickup code.", self.name)
            )
