import logging
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.orm.models import NO_ACCESS
from odoo.tools import SQL

from ...by_hand import created_fields
from ...sealing import make_keys, make_password

_logger = logging.getLogger(__name__)

LARGEST = 1_000_000
# What the printed cards say; fixed once there are any.
FIXED = frozenset({"program_id", "store_id", "value", "quantity", "expiration_date", "prefix"})
GUARDED = frozenset({"state", "secrets_state", "generated_count", "public_key", "private_key", "archive"})
COUNTED = {"generated": "inactive_count", "active": "active_count", "used": "used_count", "frozen": "blocked_count"}


class GiftcardBatch(models.Model):
    """Paper cards of one kind that are generated, printed and activated together.

    A card has a public number and a secret. Generated, it is worth nothing; its activation books its value. The secrets
    are sealed while they wait to be handed over (see ``sealing``) and gone once the receipt is confirmed.
    """

    _name = "giftcard.batch"
    _description = "Batch of Paper Cards"
    _inherit = ["mail.thread"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    program_id = fields.Many2one(
        "loyalty.program",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain="[('program_type', 'in', ('gift_card', 'ewallet'))]",
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
    )
    currency_id = fields.Many2one(related="program_id.currency_id")
    store_id = fields.Many2one(
        "giftcard.store",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The only store at which the cards can be used; empty: all of them.",
    )
    merchant_id = fields.Many2one(
        "res.partner",
        string="Issued For",
        index="btree_not_null",
        ondelete="restrict",
        help="The merchant or customer who ordered the cards.",
    )
    value = fields.Monetary(required=True, help="What each card is worth once it is activated.")
    quantity = fields.Integer(required=True)
    expiration_date = fields.Date(
        string="Valid Until", help="The last day on which the cards can be used; empty: as the program says."
    )
    prefix = fields.Char(
        copy=False,
        help="First characters of the card numbers, letters and digits; then come seven digits and a check symbol.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("generating", "Generating"),
            ("generated", "Generated"),
            ("active", "In use"),
            ("closed", "Closed"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    secrets_state = fields.Selection(
        [
            ("none", "None yet"),
            ("sealed", "Sealed"),
            ("exported", "Exported"),
            ("destroyed", "Handed over"),
        ],
        string="Secrets",
        default="none",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    generated_count = fields.Integer(string="Cards Generated", default=0, required=True, readonly=True, copy=False)
    progress = fields.Float(compute="_compute_progress", help="Part of the cards that is generated, in percent.")
    public_key = fields.Text(readonly=True, copy=False, groups=NO_ACCESS)
    private_key = fields.Text(readonly=True, copy=False, groups=NO_ACCESS)
    archive = fields.Binary(
        readonly=True, copy=False, attachment=True, groups="giftcard_points.group_manager", string="Encrypted Archive"
    )
    archive_name = fields.Char(readonly=True, copy=False)
    activation_ids = fields.One2many("giftcard.batch.activation", "batch_id", readonly=True)
    inactive_count = fields.Integer(string="Not Activated", compute="_compute_counts")
    active_count = fields.Integer(string="Active", compute="_compute_counts")
    used_count = fields.Integer(string="Used Up", compute="_compute_counts")
    blocked_count = fields.Integer(string="Blocked", compute="_compute_counts")
    ended_count = fields.Integer(string="Replaced, Expired or Closed", compute="_compute_counts")

    _quantity_check = models.Constraint(f"CHECK(quantity BETWEEN 1 AND {LARGEST})", "A batch has 1 to 1,000,000 cards.")
    _value_check = models.Constraint("CHECK(value > 0)", "A card is worth more than nothing.")
    _prefix_check = models.Constraint(
        "CHECK(prefix ~ '^[A-Z0-9]{2,12}$' AND prefix !~ '^04[34]')",
        "A prefix has 2 to 12 capital letters or digits, not beginning with 043 or 044, by which the till knows codes.",
    )
    _prefix_uniq = models.Constraint("UNIQUE(prefix)", "Two batches cannot have the same prefix.")

    @api.depends("program_id")
    def _compute_company_id(self):
        for batch in self:
            batch.company_id = batch.program_id.company_id or batch.company_id or self.env.company

    @api.depends("generated_count", "quantity")
    def _compute_progress(self):
        for batch in self:
            batch.progress = 100 * batch.generated_count / batch.quantity if batch.quantity else 0

    @api.depends("generated_count", "state")
    def _compute_counts(self):
        counts = defaultdict(int)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT batch_id, CASE WHEN state = 'active' AND balance = 0 THEN 'used' ELSE state END AS shown,
                       COUNT(*)
                  FROM loyalty_card
                 WHERE batch_id = ANY(%s)
                 GROUP BY batch_id, shown
                """,
                self.ids,
            )
        )
        for batch_id, state, count in rows:
            counts[batch_id, COUNTED.get(state, "ended_count")] += count
        for batch in self:
            for name in {*COUNTED.values(), "ended_count"}:
                batch[name] = counts[batch.id, name]

    @api.model_create_multi
    def create(self, vals_list):
        self._refuse_by_hand(created_fields(self.env, vals_list))
        for vals in vals_list:
            # Managers make batches; the sequence is the platform's.
            vals["prefix"] = vals.get("prefix") or self.env["ir.sequence"].sudo().next_by_code("giftcard.batch")
        return super().create(vals_list)

    def write(self, vals):
        self._refuse_by_hand(vals)
        if FIXED & vals.keys() and any(batch.state != "draft" for batch in self):
            raise UserError(self.env._("What the cards say cannot be changed once they are generated."))
        return super().write(vals)

    def _refuse_by_hand(self, names):
        if not self.env.su and not GUARDED.isdisjoint(names):
            raise AccessError(self.env._("The state of a batch changes by its actions only."))

    @api.ondelete(at_uninstall=False)
    def _unlink_draft(self):
        if any(batch.state != "draft" for batch in self):
            raise UserError(self.env._("Only drafts can be deleted; cancel or close a batch."))

    def action_generate(self):
        """Start the generation, which a job does, and show the password of the batch: this once.

        :raise UserError: when it is no draft, or what the cards say cannot be
        """
        self._check_promise()
        password = make_password()
        public_key, private_key = make_keys(password)
        self._advance("generating", ("draft",), secrets_state="sealed", public_key=public_key, private_key=private_key)
        self._trigger()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Password of the Batch"),
            "res_model": "giftcard.batch.password",
            "view_mode": "form",
            "target": "new",
            "context": {"default_batch_name": self.name, "default_password": password},
        }

    def action_export(self):
        """:return: action that opens the wizard for the archive of the secrets"""
        self.ensure_one()
        return self.env["giftcard.batch.export"].create({"batch_id": self.id})._open(self.env._("Export Secrets"))

    def action_cancel(self):
        """Stop the generation, or give up cards of which none is activated. Final."""
        self._advance("cancelled", ("generating", "generated"))
        self._give_up()

    def action_close(self):
        """Close what is not activated and activate no more. Cards in use stay in use. Final."""
        self._advance("closed", ("generated", "active"))
        self._give_up()

    def action_destroy_secrets(self):
        """Confirm that the secrets are where they belong: archive, sealed secrets and key are deleted. Final."""
        self._advance(None, ("generated", "active", "closed"))
        self._destroy_secrets()

    def action_open_cards(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("giftcard_points.giftcard_card_action")
        return {**action, "domain": [("batch_id", "=", self.id)], "context": {}}

    def _check_promise(self):
        """:raise UserError: when the cards would be worth what no card can be, or only in the past"""
        self.ensure_one()
        ledger = self.env["giftcard.ledger"]
        ledger._amount(self.value)
        if self.expiration_date and self.expiration_date < ledger._today(self.company_id):
            raise UserError(self.env._("The last day of these cards is over."))

    def _advance(self, state, allowed, **values):
        """Move the batch on from one of the states ``allowed``; whoever does so at the same time waits, and is refused.

        :param state: None: it stays in its state
        """
        self.ensure_one()
        self.check_access("write")
        self.flush_recordset()
        [(current,)] = self.env.execute_query(
            SQL("SELECT state FROM giftcard_batch WHERE id = %s FOR NO KEY UPDATE", self.id)
        )
        if current not in allowed:
            label = dict(self._fields["state"]._description_selection(self.env))[current]
            raise UserError(self.env._("This is not possible: %(batch)s is %(state)s.", batch=self.name, state=label))
        self.invalidate_recordset(flush=False)
        # Access has been checked; states are written by these actions alone.
        self.sudo().write({"state": state or current, **values})
        self.flush_recordset()

    def _give_up(self):
        """Close the cards that are not activated; they never had value, and their numbers are not used again."""
        self.env.execute_query(
            SQL(
                "UPDATE loyalty_card SET state = 'closed' WHERE batch_id = %s AND state = 'generated' RETURNING id",
                self.id,
            )
        )
        self.env["loyalty.card"].invalidate_model(["state"], flush=False)
        self.invalidate_recordset(flush=False)
        if self.state == "cancelled":
            self._destroy_secrets()

    def _destroy_secrets(self):
        # Nobody has access to the chunks; that of the batch has been checked.
        batch = self.sudo()
        batch.env["giftcard.batch.chunk"].search([("batch_id", "=", self.id)]).unlink()
        batch.write({"secrets_state": "destroyed", "public_key": False, "private_key": False, "archive": False})

    def _trigger(self):
        # Who may start the work need not be allowed to read scheduled actions.
        self.env.ref("giftcard_points.ir_cron_batches").sudo()._trigger()

    @api.model
    def _run(self):
        """Do what batches wait for, chunk by chunk; can be stopped and run again at any time (cron)."""
        works = [
            (self.search([("state", "=", "generating")], order="id"), "_generate_chunk"),
            (self.env["giftcard.batch.activation"].search([("state", "=", "running")], order="id"), "_activate_chunk"),
        ]
        cron = self.env["ir.cron"]
        for records, work in works:
            for record in records:
                while count := self._work(record, work):
                    if not cron._commit_progress(count, remaining=1):
                        return
        cron._commit_progress(remaining=0)
        self.env["giftcard.ledger"]._end_outdated()

    def _work(self, record, work):
        """:return: what the next chunk came to; 0 if it is refused, which is logged and stops no other record"""
        try:
            with self.env.cr.savepoint():
                return getattr(record, work)()
        except UserError as refusal:
            _logger.error("%s does not go on: %s", record.display_name, refusal)
            return 0
