from odoo import api, fields, models
from odoo.http import request

from odoo.addons.giftcard_points.models.ledger.immutable import protect


class GiftcardAuditEvent(models.Model):
    """What no document records: logins of staff and changes of settings. Never changed afterwards."""

    _name = "giftcard.audit.event"
    _description = "Login or Changed Setting"
    _order = "id desc"
    _log_access = False
    _rec_name = "detail"

    date = fields.Datetime(required=True, readonly=True)
    kind = fields.Selection(
        [("login", "Logged in"), ("created", "Created"), ("changed", "Changed"), ("deleted", "Deleted")],
        required=True,
        readonly=True,
    )
    # Plain ids: what is recorded of a user or a company is kept when they are not, and does not keep them.
    actor = fields.Integer(required=True, readonly=True, help="Id of the user.")
    company = fields.Integer(readonly=True, help="Id of the company that it concerns, if it concerns one.")
    ip = fields.Char(string="IP Address", readonly=True)
    res_model = fields.Char(string="Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(string="Record", model_field="res_model", required=True, readonly=True)
    detail = fields.Char(readonly=True, help="What was changed, from what to what; secrets are not told.")

    _audit_index = models.Index("USING brin (date)")

    def init(self):
        protect(self.env.cr, self._table)

    @api.model
    def _record(self, kind, record, detail=None, company=None):
        """Record what the user does, in the transaction in which it is done.

        :param record: what is created, changed or deleted, or the user who logs in
        :param company: ``res.company`` that it concerns, if it concerns one
        """
        # Everybody's deeds are recorded, nobody writes the record by hand.
        self.sudo().create(
            {
                "date": fields.Datetime.now(),
                "kind": kind,
                "actor": self.env.uid,
                "company": company and company.id,
                "ip": request.httprequest.remote_addr if request else False,
                "res_model": record._name,
                "res_id": record.id,
                "detail": detail,
            }
        )
