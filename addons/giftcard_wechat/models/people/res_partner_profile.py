from odoo import api, fields, models
from odoo.orm.models import NO_ACCESS


class ResPartner(models.Model):
    """What members keep about themselves."""

    _inherit = "res.partner"

    member_avatar_key = fields.Char(
        readonly=True, copy=False, index="btree_not_null", groups=NO_ACCESS, help="Part of the picture's address."
    )
    member_default_address = fields.Boolean(string="Default Address", readonly=True, copy=False)

    _member_default_address_uniq = models.UniqueIndex(
        "(parent_id) WHERE member_default_address", "A member has one default address."
    )

    @api.model
    def _member_of_avatar(self, key):
        """:return: ``res.partner`` whose picture has this key, may be empty"""
        return self.search([("member_avatar_key", "=", key), ("member_state", "!=", "closed")])

    def _merge_people(self, kept):
        # Contacts are merged by those who manage contacts, or by the member's own proof.
        addresses = self.sudo().search([("parent_id", "in", self.ids), ("member_default_address", "=", True)])
        spare = addresses - (addresses.filtered(lambda address: address.parent_id == kept)[:1] or addresses[:1])
        spare.member_default_address = False
        spare.flush_recordset(["member_default_address"])
        return super()._merge_people(kept)
