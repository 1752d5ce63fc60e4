from odoo import api, fields, models

from odoo.addons.giftcard_points.models.ledger.immutable import protect


class GiftcardConsent(models.Model):
    """A member's word on a document, never changed: the last one counts."""

    _name = "giftcard.consent"
    _description = "Consent of a Member"
    _order = "id desc"
    _log_access = False
    _rec_name = "document_id"

    member_id = fields.Many2one("res.partner", required=True, readonly=True, index=True, ondelete="restrict")
    document_id = fields.Many2one(
        "giftcard.consent.document", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="document_id.company_id")
    kind = fields.Selection(related="document_id.kind")
    granted = fields.Boolean(readonly=True)
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)

    def init(self):
        # Merging two partners rewrites every reference to them; that is the one change a consent may see.
        protect(self.env.cr, self._table, but="member_id")

    @api.model
    def _decide(self, member, document, granted):
        """Write down what a member says.

        :return: ``giftcard.consent``
        """
        # Consents are nobody's to write but by their member, who acts here.
        return self.sudo().create({"member_id": member.id, "document_id": document.id, "granted": granted})

    @api.model
    def _last_words(self, member):
        """:return: the last of a member's consents on each kind of document"""
        consents = self.search([("member_id", "=", member.id)], order="id desc")
        return self.union(*(same[0] for same in consents.grouped(lambda consent: consent.sudo().kind).values()))
