from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

STATES = [
    ("draft", "Draft"),
    ("requested", "Requested"),
    ("in_transit", "In Transit"),
    ("received", "Received"),
    ("cancelled", "Cancelled"),
]

# Written by the methods below alone.
OWN = frozenset({"name", "company_id", "user_id", "reference_id", "state"})


class GiftcardStoreRequest(models.Model):
    """Goods that a store asks another warehouse for.

    Sending it runs the standard resupply route between the two warehouses, which makes their transfers: out of the one
    into transit, out of transit into the other. What has become of them is what its state says.
    """

    _name = "giftcard.store.request"
    _description = "Goods Request"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(string="Number", readonly=True, copy=False, default=lambda self: self.env._("New"))
    store_id = fields.Many2one("giftcard.store", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="store_id.company_id", store=True, index=True)
    warehouse_id = fields.Many2one(related="store_id.warehouse_id", string="To")
    possible_source_ids = fields.Many2many("stock.warehouse", compute="_compute_possible_source_ids", compute_sudo=True)
    source_id = fields.Many2one(
        "stock.warehouse",
        string="From",
        compute="_compute_source_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
        check_company=True,
        domain="[('id', 'in', possible_source_ids)]",
        help="One of the warehouses that the store's warehouse is resupplied from.",
    )
    date_planned = fields.Datetime(string="Needed By", required=True, default=fields.Datetime.now)
    user_id = fields.Many2one(
        "res.users",
        string="Requested By",
        readonly=True,
        copy=False,
        default=lambda self: self.env.user,
        ondelete="restrict",
    )
    note = fields.Char()
    line_ids = fields.One2many("giftcard.store.request.line", "request_id", copy=True)
    reference_id = fields.Many2one("stock.reference", readonly=True, copy=False, index="btree_not_null")
    move_ids = fields.Many2many(related="reference_id.move_ids", groups="stock.group_stock_user")
    state = fields.Selection(STATES, required=True, readonly=True, copy=False, index=True, default="draft")
    is_arriving = fields.Boolean(compute="_compute_is_arriving", compute_sudo=True)

    @api.depends("warehouse_id")
    def _compute_possible_source_ids(self):
        for request in self:
            request.possible_source_ids = request.store_id.warehouse_id.resupply_wh_ids

    @api.depends("store_id")
    def _compute_source_id(self):
        for request in self:
            possible = request.store_id.sudo().warehouse_id.resupply_wh_ids
            if request.source_id not in possible:
                request.source_id = possible[:1]

    @api.depends("reference_id.move_ids.picking_id.state")
    def _compute_is_arriving(self):
        for request in self:
            request.is_arriving = bool(request._arriving_pickings())

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._refuse_own(vals)
        # Nor may it be given as a default.
        defaults = {f"default_{name}" for name in OWN}
        context = {key: value for key, value in self.env.context.items() if self.env.su or key not in defaults}
        plain = self.with_context(context)  # pylint: disable=context-overridden; keys are taken away
        return super(GiftcardStoreRequest, plain).create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        if any(request.reference_id for request in self):
            raise UserError(self.env._("A request that was sent is cancelled by its transfers, not deleted."))

    def write(self, vals):
        self._refuse_own(vals)
        if not self.env.su and any(request.reference_id for request in self):
            raise UserError(self.env._("This request has been sent already."))
        result = super().write(vals)
        if "store_id" in vals:
            # Not for a store of others either.
            self.check_access("write")
        return result

    def _refuse_own(self, vals):
        if not self.env.su and OWN & vals.keys():
            raise AccessError(self.env._("What has become of a request cannot be written."))

    def action_send(self):
        """Ask for the goods: by the store's staff or who manages stores."""
        self.check_access("write")
        for request in self:
            request._send()

    def action_receive(self):
        """Take in what has arrived: by the store's staff or who manages stores."""
        self.check_access("write")
        for request in self:
            request._receive()

    def action_open_pickings(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("stock.action_picking_tree_all")
        return {**action, "domain": [("move_ids.reference_ids", "in", self.reference_id.ids)], "context": {}}

    def _send(self):
        """Run the resupply route from the source to the store's warehouse.

        :raise UserError: when it was sent already, asks for nothing, or no route leads there
        """
        # The staff have no rights on stock; they may send what they could write, through the route that was set up.
        request = self.sudo()
        locked = request.try_lock_for_update()
        request.invalidate_recordset(["reference_id"])
        if not locked or request.reference_id:
            raise UserError(self.env._("This request has been sent already."))
        if not request.line_ids:
            raise UserError(self.env._("Say what is needed."))
        route = request.warehouse_id.resupply_route_ids.filtered(
            lambda route: route.supplier_wh_id == request.source_id
        )
        if not route:
            raise UserError(
                self.env._(
                    "%(warehouse)s is not resupplied from %(supplier)s.",
                    warehouse=request.warehouse_id.name or request.store_id.name,
                    supplier=request.source_id.name,
                )
            )
        request.name = request.env["ir.sequence"].next_by_code("giftcard.store.request")
        request.reference_id = request.env["stock.reference"].create({"name": request.name})
        rules = request.env["stock.rule"]
        rules.run([line._procurement(rules, route) for line in request.line_ids])
        request._update_state()

    def _receive(self):
        """Take in the goods that have been sent; for what has not, another transfer waits.

        :raise UserError: when nothing is on its way
        """
        # The staff have no rights on stock; they may take in what comes to their own store. The transfer names them.
        pickings = self.sudo()._arriving_pickings()
        if not pickings:
            raise UserError(self.env._("Nothing is on its way."))
        pickings.user_id = self.env.user
        # No wizard may ask anything here: what has not been sent stays in another transfer.
        pickings.with_context(skip_backorder=True, skip_sms=True).button_validate()
        if any(picking.state != "done" for picking in pickings):
            raise UserError(self.env._("This cannot be received here: ask the warehouse to validate the transfer."))

    def _arriving_pickings(self):
        """:return: the transfers that bring goods which have left the source already"""
        return self._arriving(self.reference_id.move_ids).picking_id.filtered(
            lambda picking: picking.state == "assigned"
        )

    def _update_state(self):
        """Say what has become of the goods; called when a transfer is done or cancelled."""
        for request in self:
            request._cancel_stranded()
            moves = request.reference_id.move_ids.filtered(lambda move: move.state != "cancel")
            arriving = request._arriving(moves)
            if not arriving:
                request.state = "cancelled"
            elif all(move.state == "done" for move in arriving):
                request.state = "received"
            elif any(move.state == "done" for move in moves):
                request.state = "in_transit"
            else:
                request.state = "requested"

    def _cancel_stranded(self):
        """Do not wait for what is not sent: native resupply leaves the second transfer of a cancelled first one."""
        stranded = self._arriving(self.reference_id.move_ids).filtered(
            lambda move: (
                move.state not in ("done", "cancel")
                and not move.quantity
                and all(origin.state in ("done", "cancel") for origin in move.move_orig_ids)
            )
        )
        if stranded:
            stranded._action_cancel()

    def _arriving(self, moves):
        return moves.filtered_domain([("picking_type_id.warehouse_id", "=", self.warehouse_id.id)])
