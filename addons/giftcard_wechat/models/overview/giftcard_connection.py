from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

# Ids of the list: the record's own, and a last digit for its model.
KINDS = 10


class GiftcardConnection(models.Model):
    """The outside services that are set up, whatever model keeps their settings, to see and test them in one place.

    A model that has services answers ``action_test_connection()``, which raises a ``UserError`` that says what is wrong
    or returns a notification.
    """

    _name = "giftcard.connection"
    _description = "Outside Service"
    _auto = False
    _order = "id"

    name = fields.Char(compute="_compute_service")
    service = fields.Char(compute="_compute_service")
    company_id = fields.Many2one("res.company", readonly=True)
    res_model = fields.Char(string="Model", readonly=True)
    res_id = fields.Many2oneReference(string="Record", model_field="res_model", readonly=True)
    status = fields.Selection(
        [("works", "No failures"), ("failing", "Fails"), ("paused", "Paused")],
        compute="_compute_status",
        help="Of the latest calls. After several failures in a row calls pause for half a minute.",
    )
    error = fields.Char(string="Last Error", compute="_compute_status")

    @property
    def _table_query(self):
        return SQL(" UNION ALL ").join(
            SQL(
                "SELECT id::bigint * %s + %s AS id, company_id, %s AS res_model, id AS res_id FROM %s WHERE %s",
                KINDS,
                number,
                name,
                SQL.identifier(self.env[name]._table),
                condition,
            )
            for number, (name, condition) in enumerate(self._kinds().items())
        )

    @api.model
    def _kinds(self):
        """:return: dict of model -> SQL condition of the records that are in use; a new model comes last"""
        return {
            "payment.provider": SQL("code = 'wechatpay' AND state <> 'disabled'"),
            "giftcard.wechat.app": SQL("active"),
            "giftcard.sms.gateway": SQL("active AND kind <> 'backoffice'"),
            "giftcard.qq.app": SQL("active"),
        }

    def _compute_service(self):
        for connection in self:
            record = connection._record()
            # What a service is called is no secret; its settings stay closed.
            connection.name = record.sudo().display_name
            connection.service = self.env["ir.model"]._get(record._name).name

    def _compute_status(self):
        # Whether a service answers is no secret of those who pay by it.
        circuits = self.env["giftcard.circuit"].sudo()
        names = {connection: connection._record().sudo()._circuit_name() for connection in self}
        failed = {circuit.name: circuit for circuit in circuits.search([("name", "in", list(names.values()))])}
        now = fields.Datetime.now()
        for connection, name in names.items():
            circuit = failed.get(name, circuits)
            paused = circuit.open_until and circuit.open_until > now
            connection.status = ("paused" if paused else "failing") if circuit else "works"
            connection.error = circuit.error

    def action_test_connection(self):
        self.ensure_one()
        self.check_access("read")
        try:
            return self._record().action_test_connection()
        except AccessError:
            raise
        except UserError as error:
            # The web client shows refusals of Odoo's own classes alone as such.
            raise ValidationError(str(error)) from error

    def action_open(self):
        self.ensure_one()
        return self._record().get_formview_action()

    def _record(self):
        return self.env[self.res_model].browse(self.res_id)
