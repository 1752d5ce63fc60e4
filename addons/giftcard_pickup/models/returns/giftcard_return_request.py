from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ...exceptions import IllegalTransition

OPEN = ("requested", "accepted")


class GiftcardReturnRequest(models.Model):
    """A member who wants to bring goods back, or send them. Accepted by a reviewer, the warehouse takes them in by
    standard returns, which give points, cash and quota back for what really comes."""

    _name = "giftcard.return.request"
    _description = "Return Requested by a Member"
    _order = "id desc"
    _rec_name = "redemption_id"

    redemption_id = fields.Many2one(
        "giftcard.redemption", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="redemption_id.company_id", store=True, index=True)
    member_masked = fields.Char(string="Member (Masked)", related="redemption_id.member_masked")
    date = fields.Datetime(string="Requested On", required=True, readonly=True)
    state = fields.Selection(
        [
            ("requested", "Requested"),
            ("accepted", "Accepted"),
            ("done", "Goods Are Back"),
            ("refused", "Refused"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        readonly=True,
        default="requested",
        index=True,
    )
    reason = fields.Char(readonly=True)
    answer = fields.Char(string="Answer to the Member", help="Shown to the member with the decision.")
    line_ids = fields.One2many("giftcard.return.request.line", "request_id", string="Goods", readonly=True)
    decided_at = fields.Datetime(readonly=True)
    decided_by_id = fields.Many2one("res.users", readonly=True, index="btree_not_null", ondelete="restrict")
    picking_ids = fields.One2many(
        comodel_name="stock.picking",
        inverse_name="giftcard_return_request_id",
        string="Transfers",
        readonly=True,
        groups="stock.group_stock_user",
    )

    _open_uniq = models.UniqueIndex(
        "(redemption_id) WHERE state IN ('requested', 'accepted')", "A redemption has one open request for a return."
    )

    def write(self, vals):
        if not self.env.su and vals.keys() - {"answer"}:
            raise AccessError(self.env._("Requests for returns are decided, not edited."))
        return super().write(vals)

    # Actions

    def action_accept(self):
        """Let the goods come back: make their standard returns."""
        self.redemption_id._require_reviewer()
        for request in self:
            request._accept()

    def action_refuse(self):
        self.redemption_id._require_reviewer()
        self._decide("refused", ("requested",))

    def action_open_pickings(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("stock.action_picking_tree_all")
        return {**action, "domain": [("giftcard_return_request_id", "=", self.id)], "context": {}}

    # Business

    def _accept(self):
        """:raise IllegalTransition: when it has been decided already, or the goods cannot come back any more"""
        # The reviewer has been checked; transfers are made for goods that he may take back.
        request = self.sudo()
        request._decide("accepted", ("requested",))
        left = {line.line_id.product_id: 0 for line in request.line_ids}
        for line in request.line_ids:
            left[line.line_id.product_id] += line.quantity
        for picking in request.redemption_id.picking_ids.sorted("id"):
            if picking.state == "done" and picking.location_dest_id.usage == "customer":
                request._return_of(picking, left)
        if any(left.values()):
            raise IllegalTransition(self.env._("Fewer pieces of %s can come back.", request.redemption_id.name))

    def _withdraw(self):
        """The member keeps the goods after all.

        :raise IllegalTransition: when it has been decided already
        """
        self.sudo()._decide("withdrawn", ("requested",))

    def _finish(self):
        """Close what has come back; called when a return was taken in."""
        for request in self.sudo():
            if all(picking.state in ("done", "cancel") for picking in request.picking_ids):
                request._decide("done", ("accepted",))

    def _return_of(self, picking, left):
        """Make the return of one transfer, of what of ``left`` (product -> pieces) it had."""
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=picking.id, active_ids=picking.ids, active_model="stock.picking")
            .create({"picking_id": picking.id})
        )
        taken = False
        for line in wizard.product_return_moves:
            move = line.move_id
            gone = sum(
                back.quantity
                for back in move.returned_move_ids
                if back.state != "cancel" and back.origin_returned_move_id == move
            )
            pieces = min(left.get(line.product_id, 0), int(move.quantity - gone))
            line.quantity = pieces
            if pieces:
                left[line.product_id] -= pieces
                taken = True
        if taken:
            wizard._create_return().giftcard_return_request_id = self

    def _decide(self, state, sources):
        """The guarded step of a request. :raise IllegalTransition:"""
        self.flush_recordset()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE giftcard_return_request
                   SET state = %(state)s, decided_at = %(now)s, decided_by_id = %(uid)s,
                       write_uid = %(uid)s, write_date = %(now)s
                 WHERE id = ANY(%(ids)s) AND state IN %(sources)s
             RETURNING id
                """,
                state=state,
                now=fields.Datetime.now(),
                uid=self.env.uid,
                ids=self.ids,
                sources=sources,
            )
        )
        self.invalidate_recordset(flush=False)
        if len(rows) < len(self):
            raise IllegalTransition(self.env._("This return has been decided already."))

    @api.model
    def _open_of(self, redemption):
        """:return: the open request of a redemption, or none"""
        # The caller has made sure that the redemption may be seen.
        return self.sudo().search([("redemption_id", "=", redemption.id), ("state", "in", OPEN)])
