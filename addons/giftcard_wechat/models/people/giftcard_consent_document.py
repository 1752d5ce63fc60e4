from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

FIXED = {"kind", "version", "title", "body", "required", "company_id", "published_at"}


class GiftcardConsentDocument(models.Model):
    """A text that members agree to. Once published it is not changed; another version takes its place."""

    _name = "giftcard.consent.document"
    _description = "Consent Document"
    _order = "kind, published_at desc nulls first, id desc"
    _rec_name = "title"

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company, ondelete="restrict"
    )
    kind = fields.Selection(
        [("privacy", "Privacy policy"), ("terms", "Terms of membership"), ("marketing", "Offers by message")],
        required=True,
    )
    version = fields.Char(required=True, copy=False, help="E.g. 2026-11.")
    title = fields.Char(required=True, translate=True)
    body = fields.Html(translate=True, sanitize=True)
    required = fields.Boolean(default=True, help="Whether membership depends on it.")
    published_at = fields.Datetime(string="Published", readonly=True, copy=False)
    consent_ids = fields.One2many("giftcard.consent", "document_id", readonly=True)
    granted_count = fields.Integer(string="Agreed", compute="_compute_granted_count")

    _version_uniq = models.Constraint(
        "UNIQUE(company_id, kind, version)", "There is another document of this kind and version."
    )

    @api.depends("kind", "version", "title")
    def _compute_display_name(self):
        for document in self:
            document.display_name = f"{document.title} ({document.version})"

    def _compute_granted_count(self):
        counts = dict(
            self.env["giftcard.consent"]._read_group(
                [("document_id", "in", self.ids), ("granted", "=", True)], ["document_id"], ["member_id:count_distinct"]
            )
        )
        for document in self:
            document.granted_count = counts.get(document, 0)

    def write(self, vals):
        if FIXED & vals.keys() and any(document.published_at for document in self):
            raise UserError(self.env._("A published document is not changed. Make another version."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_published(self):
        if any(document.published_at for document in self):
            raise UserError(self.env._("A published document is kept: members have agreed to it."))

    def action_publish(self):
        """Put these documents in force, in the place of earlier versions."""
        self.check_access("write")
        for document in self:
            self.flush_model()
            rows = self.env.execute_query(
                SQL(
                    "UPDATE giftcard_consent_document SET published_at = %s WHERE id = %s AND published_at IS NULL"
                    " RETURNING id",
                    fields.Datetime.now(),
                    document.id,
                )
            )
            if not rows:
                raise UserError(self.env._("%s is published already.", document.display_name))
            document.invalidate_recordset(["published_at"])

    def action_open_consents(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Consents"),
            "res_model": "giftcard.consent",
            "view_mode": "list",
            "domain": [("document_id", "=", self.id)],
        }

    @api.model
    def _in_force(self, company):
        """:return: the last published document of each kind"""
        documents = self.search(
            [("company_id", "=", company.id), ("published_at", "!=", False)], order="kind, published_at, id"
        )
        return self.union(*(same[-1] for same in documents.grouped("kind").values()))
