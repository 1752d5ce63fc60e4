from odoo import api, fields, models
from odoo.tools import SQL

# Source -> the model and field whose selection names its actions.
ACTIONS = {
    "operation": ("giftcard.operation", "kind"),
    "step": ("giftcard.redemption.transition", "to_state"),
    "pickup": ("giftcard.pickup.event", "kind"),
    "verification": ("giftcard.pickup.attempt", "result"),
    "secret": ("giftcard.code.attempt", "result"),
    "setting": ("giftcard.audit.event", "kind"),
    "login": ("giftcard.audit.event", "kind"),
}
# One id for the records of all sources: their own, and a last digit for the source.
SOURCES = 10


class GiftcardAudit(models.Model):
    """Who did what, from every table that records it. Each of them is append-only but for the sessions of members."""

    _name = "giftcard.audit"
    _description = "Audit Log"
    _order = "date desc, id desc"
    _auto = False
    _rec_name = "action"

    date = fields.Datetime(readonly=True)
    source = fields.Selection(
        [
            ("operation", "Value"),
            ("step", "Redemption"),
            ("pickup", "Pickup code"),
            ("verification", "Verification attempt"),
            ("secret", "Attempt to use a secret"),
            ("session", "Member's session"),
            ("login", "Login of staff"),
            ("setting", "Setting"),
        ],
        readonly=True,
    )
    action = fields.Char(string="Code of the Action", readonly=True)
    action_name = fields.Char(string="Action", compute="_compute_action_name")
    user_id = fields.Many2one("res.users", string="By", readonly=True)
    member_id = fields.Many2one(
        "res.partner", string="Acting Member", readonly=True, help="Empty when it was the user or the system."
    )
    store_id = fields.Many2one("giftcard.store", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    ip = fields.Char(string="Address or Device", readonly=True)
    detail = fields.Char(readonly=True)
    res_model = fields.Char(string="Model", readonly=True)
    res_id = fields.Many2oneReference(string="Record", model_field="res_model", readonly=True)
    record_name = fields.Char(string="Of", compute="_compute_record_name")

    @property
    def _table_query(self):
        return SQL(" UNION ALL ").join(
            SQL(
                """
                SELECT id::bigint * %s + %s AS id, date, source, action, user_id, member_id, store_id, company_id, ip,
                       detail, res_model, res_id
                  FROM (%s) AS source
                """,
                SOURCES,
                number,
                query,
            )
            for number, query in enumerate(self._sources())
        )

    @api.model
    def _sources(self):
        """What the log consists of; at most ten, and a new one comes last, since its place is part of the ids.

        :return: list of SQL with the columns of the log
        """
        return [
            SQL(
                """
                SELECT id, date, 'operation' AS source, kind AS action, create_uid AS user_id, member_id, store_id,
                       company_id, NULL AS ip, reason AS detail, 'giftcard.operation' AS res_model, id AS res_id
                  FROM giftcard_operation
                """
            ),
            SQL(
                """
                SELECT step.id, step.date, 'step' AS source, step.to_state AS action, step.user_id, step.member_id,
                       redemption.store_id, redemption.company_id, NULL AS ip, step.reason AS detail,
                       'giftcard.redemption' AS res_model, step.redemption_id AS res_id
                  FROM giftcard_redemption_transition step
                  JOIN giftcard_redemption redemption ON redemption.id = step.redemption_id
                """
            ),
            SQL(
                """
                SELECT event.id, event.date, 'pickup' AS source, event.kind AS action, event.user_id, event.member_id,
                       COALESCE(code.used_store_id, code.store_id) AS store_id, code.company_id, NULL AS ip,
                       event.reason AS detail, 'giftcard.pickup.code' AS res_model, event.code_id AS res_id
                  FROM giftcard_pickup_event event
                  JOIN giftcard_pickup_code code ON code.id = event.code_id
                """
            ),
            SQL(
                """
                SELECT id, date, 'verification' AS source, result AS action, user_id, NULL::integer AS member_id,
                       store_id, company_id, device AS ip, hint AS detail,
                       'giftcard.pickup.attempt' AS res_model, id AS res_id
                  FROM giftcard_pickup_attempt
                """
            ),
            SQL(
                """
                SELECT id, date, 'secret' AS source, result AS action, user_id, member_id, store_id, company_id,
                       ip, hint AS detail, 'giftcard.code.attempt' AS res_model, id AS res_id
                  FROM giftcard_code_attempt
                """
            ),
            SQL(
                """
                SELECT id, create_date AS date, 'session' AS source, 'login' AS action, create_uid AS user_id,
                       member_id, NULL::integer AS store_id, company_id, ip_address AS ip, device AS detail,
                       'giftcard.api.token' AS res_model, id AS res_id
                  FROM giftcard_api_token
                """
            ),
            SQL(
                """
                SELECT id, revoked_at AS date, 'session' AS source, 'logout' AS action, revoked_by_id AS user_id,
                       member_id, NULL::integer AS store_id, company_id, NULL AS ip, device AS detail,
                       'giftcard.api.token' AS res_model, id AS res_id
                  FROM giftcard_api_token
                 WHERE revoked_at IS NOT NULL
                """
            ),
            SQL(
                """
                SELECT id, date, CASE kind WHEN 'login' THEN 'login' ELSE 'setting' END AS source, kind AS action,
                       actor AS user_id, NULL::integer AS member_id, NULL::integer AS store_id,
                       NULLIF(company, 0) AS company_id, ip, detail, res_model, res_id
                  FROM giftcard_audit_event
                """
            ),
        ]

    @api.depends("source", "action")
    @api.depends_context("lang")
    def _compute_action_name(self):
        labels = {
            source: dict(self.env[model]._fields[name]._description_selection(self.env))
            for source, (model, name) in ACTIONS.items()
        }
        labels["session"] = {"login": self.env._("Logged in"), "logout": self.env._("Session ended")}
        for entry in self:
            entry.action_name = labels[entry.source].get(entry.action, entry.action)

    @api.depends("res_model", "res_id")
    def _compute_record_name(self):
        for model_name, entries in self.grouped("res_model").items():
            # What is gone, or the user may not see, has no name.
            found = entries.env[model_name].browse(entries.mapped("res_id")) if model_name in self.env else None
            found = found.exists()._filtered_access("read") if found is not None else self.browse()
            names = {record.id: record.display_name for record in found}
            for entry in entries:
                entry.record_name = names.get(entry.res_id)

    def action_open_record(self):
        self.ensure_one()
        return self.env[self.res_model].browse(self.res_id).get_formview_action()
