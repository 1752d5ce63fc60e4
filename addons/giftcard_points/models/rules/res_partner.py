from odoo import fields, models
from odoo.exceptions import AccessError


class ResPartner(models.Model):
    _inherit = "res.partner"

    real_name_verified = fields.Boolean(
        string="Name Verified",
        readonly=True,
        copy=False,
        tracking=True,
        help="The staff has seen a document of identity with this name.",
    )
    real_name_verified_on = fields.Datetime(string="Verified On", readonly=True, copy=False)
    real_name_verified_by_id = fields.Many2one(
        "res.users", string="Verified By", readonly=True, copy=False, ondelete="restrict", index="btree_not_null"
    )

    def write(self, vals):
        """Another name is not the one that was verified."""
        if "name" in vals and (renamed := self.filtered(lambda p: p.real_name_verified and p.name != vals["name"])):
            # Whoever may write the name need not be allowed to verify it.
            super(ResPartner, renamed.sudo()).write(renamed._verification(False))
        return super().write(vals)

    def action_verify_name(self):
        """State that one has seen a document of identity with this name."""
        self._verify(True)

    def action_unverify_name(self):
        self._verify(False)

    def _verification(self, verified):
        return {
            "real_name_verified": verified,
            "real_name_verified_on": verified and fields.Datetime.now(),
            "real_name_verified_by_id": verified and self.env.uid,
        }

    def _kept_fields(self):
        return super()._kept_fields() | self._verification(False).keys()

    def _verify(self, verified):
        if not (self.env.su or self.env.user.has_group("giftcard_points.group_officer")):
            raise AccessError(self.env._("Only officers verify names."))
        self.check_access("write")
        # Nobody writes these fields by hand; who did it is recorded.
        self.sudo().write(self._verification(verified))
