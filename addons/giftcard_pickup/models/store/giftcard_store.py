from urllib.parse import urlencode

from odoo import api, fields, models
from odoo.exceptions import AccessError

REQUEST_READERS = (
    "giftcard_pickup.group_clerk,giftcard_pickup.group_reviewer,giftcard_points.group_auditor,stock.group_stock_user"
)
#: What clerks may change of the stores that they work in.
STAFF_FIELDS = {"hours_ids", "special_day_ids", "photo_ids", "paused", "pause_note", "image_1920"}


class GiftcardStore(models.Model):
    """What members see of a store, and what its staff do there."""

    _name = "giftcard.store"
    _inherit = ["giftcard.store", "image.mixin"]

    phone = fields.Char(related="partner_id.phone", readonly=False)
    street_address = fields.Char(compute="_compute_street_address", compute_sudo=True, help="The address in one line.")
    latitude = fields.Float(
        digits=(10, 7),
        help="Degrees, positive in the north. Take it from the map that members use: maps in China and WeChat say"
        " GCJ-02, which is some hundred metres off from GPS.",
    )
    longitude = fields.Float(digits=(10, 7), help="Degrees, positive in the east.")
    map_url = fields.Char(string="Map", compute="_compute_map_url")
    photo_ids = fields.One2many("giftcard.store.photo", "store_id", string="Photos", copy=True)
    paused = fields.Boolean(readonly=True, copy=False, help="Takes no new orders; what was ordered is handed out.")
    pause_note = fields.Char(translate=True, help="Shown to members while the store is paused.")
    request_ids = fields.One2many("giftcard.store.request", "store_id", string="Goods Requests", groups=REQUEST_READERS)
    open_request_count = fields.Integer(compute="_compute_open_request_count", groups=REQUEST_READERS)
    may_manage = fields.Boolean(compute="_compute_may_manage")

    _latitude_check = models.Constraint("CHECK(latitude BETWEEN -90 AND 90)", "A latitude is between -90 and 90.")
    _longitude_check = models.Constraint(
        "CHECK(longitude BETWEEN -180 AND 180)", "A longitude is between -180 and 180."
    )

    @api.depends("partner_id.contact_address")
    def _compute_street_address(self):
        for store in self:
            address = store.partner_id._display_address(without_company=True) if store.partner_id else ""
            store.street_address = " ".join(address.split())

    @api.depends("name", "latitude", "longitude")
    def _compute_map_url(self):
        """A marker on the map of AMap, which opens its app on a phone (its URI API)."""
        for store in self:
            place = {"position": f"{store.longitude:.6f},{store.latitude:.6f}", "name": store.name or ""}
            store.map_url = store._is_located() and f"https://uri.amap.com/marker?{urlencode(place)}"

    @api.depends_context("uid")
    def _compute_may_manage(self):
        self.may_manage = self.env.user.has_group("giftcard_points.group_manager")

    @api.depends("request_ids.state")
    def _compute_open_request_count(self):
        counts = dict(
            self.env["giftcard.store.request"]._read_group(
                [("store_id", "in", self.ids), ("state", "in", ("draft", "requested", "in_transit"))],
                ["store_id"],
                ["__count"],
            )
        )
        for store in self:
            store.open_request_count = counts.get(store._origin, 0)

    def write(self, vals):
        if not self.env.su and vals.keys() - STAFF_FIELDS and not self[:1].may_manage:
            raise AccessError(self.env._("The staff of a store look after its hours, photos and pauses only."))
        return super().write(vals)

    def action_pause(self):
        """Take no new orders until :meth:`action_resume`: by the store's staff or a manager."""
        self.paused = True

    def action_resume(self):
        self.paused = False

    def action_request_goods(self):
        """Open a new request for goods from the warehouses that resupply this store's."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Request Goods"),
            "res_model": "giftcard.store.request",
            "view_mode": "form",
            "context": {"default_store_id": self.id},
        }

    def action_open_requests(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("giftcard_pickup.giftcard_store_request_action")
        return {**action, "domain": [("store_id", "=", self.id)], "context": {"default_store_id": self.id}}

    def _is_located(self):
        """Off the coast of Africa, at 0, 0, there is no store: that is a position not entered."""
        self.ensure_one()
        return bool(self.latitude or self.longitude)
