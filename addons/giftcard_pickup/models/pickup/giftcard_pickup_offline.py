from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from odoo.addons.giftcard_points.exceptions import AlreadyResolved


class GiftcardPickupOffline(models.Model):
    """A handover that a till did without network, as it told the server afterwards.

    What the server could not book, because the code had been used elsewhere or the order was cancelled meanwhile, stays
    here as a conflict until somebody has dealt with it: the goods have left the store.
    """

    _name = "giftcard.pickup.offline"
    _description = "Handover Without Network"
    _order = "id desc"
    _rec_name = "redemption_id"

    uuid = fields.Char(required=True, readonly=True, help="Given by the till; it is booked once.")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="restrict")
    store_id = fields.Many2one("giftcard.store", required=True, readonly=True, index=True, ondelete="restrict")
    user_id = fields.Many2one("res.users", string="Clerk", required=True, readonly=True, ondelete="restrict")
    device = fields.Char(readonly=True)
    handed_at = fields.Datetime(string="Handed Over", required=True, readonly=True, help="By the clock of the till.")
    synced_at = fields.Datetime(string="Told", required=True, readonly=True)
    scanned = fields.Char(required=True, readonly=True, groups="base.group_system")
    code_id = fields.Many2one("giftcard.pickup.code", readonly=True, index="btree_not_null", ondelete="restrict")
    redemption_id = fields.Many2one("giftcard.redemption", readonly=True, index="btree_not_null", ondelete="restrict")
    parts = fields.Json(readonly=True)
    goods = fields.Text(compute="_compute_goods", compute_sudo=True)
    state = fields.Selection(
        [("applied", "Booked"), ("conflict", "Conflict"), ("resolved", "Resolved")], required=True, readonly=True
    )
    message = fields.Char(string="Answer", readonly=True)
    resolution = fields.Char(readonly=True)
    resolved_by_id = fields.Many2one("res.users", readonly=True, ondelete="restrict", index="btree_not_null")
    resolved_at = fields.Datetime(string="Resolved On", readonly=True)

    _uuid_uniq = models.Constraint("UNIQUE(uuid)", "This handover has been told already.")
    _conflict_index = models.Index("(store_id) WHERE state = 'conflict'")
    _resolved_check = models.Constraint(
        "CHECK((state = 'resolved') = (resolution IS NOT NULL)"
        " AND (state = 'resolved') = (resolved_by_id IS NOT NULL)"
        " AND (state = 'resolved') = (resolved_at IS NOT NULL))",
        "A resolved conflict says how, when and by whom.",
    )

    @api.depends("parts")
    def _compute_goods(self):
        for record in self:
            parts = [part for part in record.parts or () if isinstance(part, dict)]
            lines = record.redemption_id.line_ids.filtered_domain(
                [("id", "in", [part.get("line_id") for part in parts])]
            )
            names = {line.id: line.reward_id.display_name for line in lines}
            record.goods = "\n".join(
                f"{names[part['line_id']]} × {part.get('quantity')}" for part in parts if part.get("line_id") in names
            )

    # Actions

    def action_retry(self):
        """Try to book a conflict once more, say after the stock was put right."""
        self._require_reviewer()
        for record in self.sudo():
            record._claim()
            # It is the clerk's handover, whoever books it.
            codes = self.env["giftcard.pickup.code"].with_user(record.user_id)
            answer = codes._hand_over(
                record.scanned, record.store_id, record.parts, record.device, record.uuid, record.handed_at, "sync"
            )
            if answer["result"] != "handed_over":
                raise UserError(answer["message"])
            record.write({"state": "applied", "message": answer["message"]})

    def action_resolve(self):
        self.ensure_one()
        self._require_reviewer()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Resolve the Conflict"),
            "res_model": "giftcard.pickup.resolve",
            "view_mode": "form",
            "target": "new",
            "context": {"default_offline_id": self.id},
        }

    def _require_reviewer(self):
        if not self.env.user.has_group("giftcard_pickup.group_reviewer"):
            raise AccessError(self.env._("Only reviewers resolve conflicts."))
        self.check_access("read")

    # Business

    def _resolve(self, reason):
        """Close a conflict with the words of who dealt with it.

        :raise AlreadyResolved: when it is none any more
        """
        record = self.sudo()
        record._claim()
        record.write(
            {
                "state": "resolved",
                "resolution": reason,
                "resolved_by_id": self.env.uid,
                "resolved_at": fields.Datetime.now(),
            }
        )

    def _claim(self):
        """Write the row, so that one of several gets on. :raise AlreadyResolved:"""
        rows = self.env.execute_query(
            SQL(
                "UPDATE giftcard_pickup_offline SET write_date = %s WHERE id = %s AND state = 'conflict' RETURNING id",
                fields.Datetime.now(),
                self.id,
            )
        )
        self.invalidate_recordset(flush=False)
        if not rows:
            raise AlreadyResolved(self.env._("This conflict has been dealt with already."))
