from odoo import fields, models

# What says who somebody is.
PERSONAL = (
    "phone",
    "email",
    "website",
    "street",
    "street2",
    "city",
    "zip",
    "state_id",
    "country_id",
    "function",
    "comment",
    "birth_month",
    "image_1920",
    "member_avatar_key",
)


class ResPartner(models.Model):
    _inherit = "res.partner"

    member_closure_ids = fields.One2many(
        "giftcard.closure", "member_id", string="Closures", groups="giftcard_points.group_auditor"
    )
    member_consent_ids = fields.One2many(
        "giftcard.consent", "member_id", string="Consents", groups="giftcard_points.group_auditor"
    )

    def _anonymise(self):
        """Leave nothing that says who these closed members were. The number, under which the ledger knows them, stays;
        so do documents that the law wants kept: invoices, consents."""
        # Tracking would write down what is to be forgotten.
        for member in self.sudo().with_context(tracking_disable=True):
            self.env["giftcard.one.time.code"].sudo().search([("phone", "in", member._own_phones())]).unlink()
            self.env["giftcard.login.attempt"].sudo().search([("phone", "in", member._own_phones())]).unlink()
            addresses = member.with_context(active_test=False).child_ids
            blank = dict.fromkeys(PERSONAL, False) | {"birth_day": 0, "birth_year": 0}
            name = self.env._("Closed member %s", member.member_number)
            member.write(blank | {"name": name})
            addresses.write(blank | {"name": name, "active": False, "member_default_address": False})
            member._forget_person()

    def _own_phones(self):
        identities = self.giftcard_identity_ids.filtered(lambda identity: identity.provider == "phone")
        return [*identities.mapped("openid"), *filter(None, [self.phone])]

    def _forget_person(self):
        """What goes with the person; addons that keep more about members extend it."""
        self.giftcard_token_ids.unlink()
        self.giftcard_identity_ids.unlink()
        self.member_message_ids.unlink()
        self.env["giftcard.api.request"].search([("member_id", "=", self.id)]).unlink()
        self.env["giftcard.text.check"].search([("member_id", "=", self.id)]).unlink()
        # What staff wrote about the person, and what fields held before.
        self.message_ids.unlink()

    def _merge_people(self, kept):
        # Who joins two accounts wants to go on. As in the overridden method.
        closures = (
            self.env["giftcard.closure"].sudo().search([("member_id", "in", self.ids), ("state", "=", "waiting")])
        )
        if closures:
            closures._resolve("cancelled")
        return super()._merge_people(kept)
