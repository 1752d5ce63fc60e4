import logging
from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL

from ..exceptions import IllegalTransition, OutOfStock

_logger = logging.getLogger(__name__)


class GiftcardRedemption(models.Model):
    """The goods of a redemption: promised first, then a standard transfer out of its warehouse. Services have none.

    All methods run with the redemption's own rights (sudo), since neither members nor clerks have stock rights; they
    touch the redemption's own transfers only.
    """

    _inherit = "giftcard.redemption"

    transfer_due = fields.Boolean(readonly=True, help="Its goods are promised; a transfer will take their place.")

    _transfer_due_index = models.Index("(id) WHERE transfer_due")

    def _reserve_goods(self):
        """Number the redemption and set its goods aside as a whole; the transfer is made later.

        :raise OutOfStock:
        """
        self.ensure_one()
        needed = self._needed_goods()
        self.name = self.env["ir.sequence"].next_by_code("giftcard.redemption")
        if not needed:
            return
        self.transfer_due = True
        location = self.warehouse_id.lot_stock_id
        storable = {product: quantity for product, quantity in needed.items() if product.is_storable}
        free = self.env["stock.quant"]._giftcard_lock(self.env["product.product"].union(*storable), location)
        for product, quantity in storable.items():
            if free[product.id] < quantity:
                self._refuse_stock(product, free[product.id])
        if storable:
            self.env["giftcard.promise"]._make(self, storable, location)

    def _make_transfers(self):
        """Let standard transfers, reserved as a whole, take the place of what was promised.

        :raise OutOfStock: when promised goods are gone
        """
        self._lock()
        due = self.filtered("transfer_due").sorted("id")
        if not due:
            return
        due._lock_goods()
        due.write({"transfer_due": False})
        self.env["giftcard.promise"]._take(due)
        due._create_transfers()
        for redemption in due:
            redemption._assign(redemption.picking_ids)

    def _create_transfers(self):
        """Create and confirm the transfers of these; their quants are locked."""
        pickings = self.env["stock.picking"].create([redemption._transfer_values() for redemption in self])
        pickings.action_confirm()

    @api.model
    def _make_due_transfers(self, limit=50):
        """Make the transfers of what is approved, in batches (cron).

        One that cannot be made, since its goods are gone, is logged and left to people.
        """
        failed, seconds = [], 1
        while seconds and (redemptions := self._due_for_transfer(failed, limit)):
            try:
                with self.env.cr.savepoint():
                    redemptions._make_transfers()
            except UserError:
                for redemption in redemptions:
                    try:
                        with self.env.cr.savepoint():
                            redemption._make_transfers()
                    except UserError:
                        _logger.exception("The transfer of %s could not be made", redemption.name)
                        failed.append(redemption.id)
            sent = redemptions.filtered(
                lambda redemption: (
                    redemption.state == "approved"
                    and redemption.fulfilment == "delivery"
                    and not redemption.transfer_due
                )
            )
            if sent:
                sent._transition("picking")
            seconds = self.env["ir.cron"]._commit_progress(len(redemptions))

    def _due_for_transfer(self, but, limit):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM giftcard_redemption
                 WHERE transfer_due AND state IN ('approved', 'ready') AND id <> ALL(%s)
                 ORDER BY id
                 LIMIT %s
                   FOR NO KEY UPDATE SKIP LOCKED
                """,
                but,
                limit,
            )
        )
        return self.browse([redemption_id for (redemption_id,) in rows])

    def _transfer_values(self):
        """:return: values of the ``stock.picking`` that takes the goods to the member"""
        location, customers = self.warehouse_id.lot_stock_id, self._customer_location()
        return {
            "giftcard_redemption_id": self.id,
            "partner_id": (self.address_id or self.member_id).id,
            "origin": self.name,
            "company_id": self.company_id.id,
            "picking_type_id": self.warehouse_id.out_type_id.id,
            "location_id": location.id,
            "location_dest_id": customers.id,
            "move_ids": [
                Command.create(
                    {
                        "product_id": product.id,
                        "product_uom_qty": quantity,
                        "product_uom": product.uom_id.id,
                        "location_id": location.id,
                        "location_dest_id": customers.id,
                        "company_id": self.company_id.id,
                    }
                )
                for product, quantity in self._needed_goods().items()
            ],
        }

    def _customer_location(self):
        """:return: the ``stock.location`` of the member, in the company of this redemption"""
        return self.member_id.with_company(self.company_id).property_stock_customer

    def _deliver_goods(self):
        """Validate the transfer as it stands: reserved as a whole, no backorder."""
        self.ensure_one()
        self._make_transfers()
        picking = self.picking_ids.filtered(lambda picking: picking.state not in ("done", "cancel"))
        if not picking:
            return
        self._lock_goods(with_destination=True)
        self._assign(picking)
        # No wizard may ask anything here: there is no backorder to decide on, and no text message to confirm.
        picking.with_context(skip_backorder=True, skip_sms=True).button_validate()
        if any(one.state != "done" for one in picking):
            raise OutOfStock(self.env._("The goods of %s could not be issued from the stock.", self.name))

    def _release_goods(self):
        """Free what is promised, and cancel the transfers, which frees what they reserved.

        :raise IllegalTransition: when a part has left
        """
        for redemption in self:
            if redemption._issued_moves():
                raise IllegalTransition(self.env._("A part of %s has been sent already.", redemption.name))
        due = self.filtered("transfer_due")
        pickings = self.picking_ids.filtered(lambda picking: picking.state not in ("done", "cancel"))
        if due or pickings:
            self._lock_goods()
        if due:
            due.transfer_due = False
            self.env["giftcard.promise"]._take(due)
        if pickings:
            pickings.action_cancel()

    def _check_shippable(self):
        """:raise IllegalTransition: when the goods may not leave: not approved, or called off meanwhile"""
        if self.state != "picking":
            raise IllegalTransition(self.env._("The goods of %s are not to be sent.", self.name))

    def _ship(self):
        """The step that follows once the last transfer has left the warehouse."""
        for redemption in self:
            if all(picking.state in ("done", "cancel") for picking in redemption.picking_ids):
                redemption._transition("shipped")

    def _needed_goods(self):
        """:return: Counter of ``product.product`` -> pieces"""
        needed = Counter()
        for line in self.line_ids:
            if line._is_goods():
                needed[line.product_id] += line.quantity
        return needed

    def _lock_goods(self, with_destination=False):
        moves, promises = self.picking_ids.move_ids, self.env["giftcard.promise"]
        if due := self.filtered("transfer_due"):
            promises = promises.search([("redemption_id", "in", due.ids)])
        locations = moves.location_id | promises.location_id
        if with_destination:
            locations |= moves.location_dest_id
        products = moves.product_id | promises.product_id
        self.env["stock.quant"]._giftcard_lock(products.filtered("is_storable"), locations)

    def _assign(self, picking):
        """Reserve what is not reserved yet.

        :raise OutOfStock: when that is not all
        :raise IllegalTransition: when somebody has added goods to the transfer
        """
        if missing := picking.move_ids.filtered(lambda move: move.state != "assigned"):
            missing._action_assign()
        reserved = Counter()
        for move in picking.move_ids:
            reserved[move.product_id] += move.quantity
        needed = self._needed_goods()
        for product in needed.keys() | reserved.keys():
            difference = product.uom_id.compare(reserved[product], needed[product])
            if difference < 0:
                self._refuse_stock(product, reserved[product])
            if difference > 0:
                raise IllegalTransition(
                    self.env._(
                        "The transfer of %(redemption)s has more of %(product)s than was redeemed.",
                        redemption=self.name,
                        product=product.display_name,
                    )
                )

    def _refuse_stock(self, product, available):
        raise OutOfStock(
            self.env._(
                "%(store)s has only %(available)s of %(product)s left.",
                store=self.store_id.name or self.warehouse_id.name,
                available=int(available),
                product=product.display_name,
            ),
            int(available),
        )
