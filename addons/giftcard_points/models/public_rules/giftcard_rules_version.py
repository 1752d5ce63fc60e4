from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...by_hand import created_fields

# What is written by publishing, and by telling the members, alone.
PUBLISHING = frozenset({"state", "number", "published_by_id", "published_at", "announced", "cursor"})


class GiftcardRulesVersion(models.Model):
    """The public text of a programme's rules: written, then published, then never changed again."""

    _name = "giftcard.rules.version"
    _description = "Version of Program Rules"
    _order = "program_id, number desc, id desc"
    _rec_name = "number"

    program_id = fields.Many2one("loyalty.program", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="program_id.company_id", store=True)
    number = fields.Integer(readonly=True, copy=False, help="Given when the version is published.")
    html = fields.Html(string="Rules", required=True, translate=True)
    summary = fields.Char(translate=True, help="What members are told about the change.")
    effective_from = fields.Date(required=True, default=fields.Date.context_today)
    state = fields.Selection(
        [("draft", "Draft"), ("published", "Published")], default="draft", required=True, readonly=True, copy=False
    )
    published_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    published_at = fields.Datetime(string="Published", readonly=True, copy=False)
    announced = fields.Boolean(readonly=True, copy=False)
    cursor = fields.Integer(readonly=True, copy=False, help="The last member who was told.")

    _number_uniq = models.UniqueIndex(
        "(program_id, number) WHERE state = 'published'", "There is a version with this number."
    )

    @api.onchange("program_id")
    def _onchange_program_id(self):
        """A new text begins with what the programme promises by itself."""
        program = self.program_id
        if program.sign_up_amount and not (self.html and self.html.striptags().strip()):
            self.html = Markup("<p>%s</p>") % self.env._(
                "Who joins gets %(points)g %(unit)s.",
                points=program.sign_up_amount,
                unit=program.portal_point_name or self.env._("points"),
            )

    def _compute_display_name(self):
        for version in self:
            number = version.number or self.env._("draft")
            version.display_name = f"{version.program_id.name} / {number}"

    @api.model_create_multi
    def create(self, vals_list):
        self._refuse_by_hand(created_fields(self.env, vals_list))
        return super().create(vals_list)

    def write(self, vals):
        self._refuse_by_hand(vals)
        if vals.keys() & {"program_id", "number", "html", "summary", "effective_from", "state"} and any(
            version.state == "published" for version in self
        ):
            raise UserError(self.env._("Published rules are not changed. Write a new version."))
        return super().write(vals)

    def update_field_translations(self, field_name, translations, source_lang=""):
        if any(version.state == "published" for version in self):
            raise UserError(self.env._("Published rules are not changed. Write a new version."))
        return super().update_field_translations(field_name, translations, source_lang)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_published(self):
        if any(version.state == "published" for version in self):
            raise UserError(self.env._("Published rules are kept."))

    def action_publish(self):
        """Make the text final and tell the members of the programme."""
        self.check_access("write")
        for version in self:
            if version.state == "published":
                raise UserError(self.env._("This version is published already."))
            if version.effective_from < fields.Date.context_today(self):
                raise UserError(self.env._("New rules do not take effect in the past."))
            # One number after the other, also for two who publish at once.
            program = version.program_id.id
            self.env.execute_query(
                SQL("UPDATE loyalty_program SET write_date = write_date WHERE id = %s RETURNING id", program)
            )
            domain = [("program_id", "=", version.program_id.id), ("state", "=", "published")]
            last = self.search(domain, order="number desc", limit=1)
            # Who may write the draft may publish it, by this method alone.
            version.sudo().write(
                {
                    "number": last.number + 1,
                    "state": "published",
                    "published_by_id": self.env.uid,
                    "published_at": fields.Datetime.now(),
                }
            )
        # Triggering a job needs rights that publishers need not have.
        self.env.ref("giftcard_points.ir_cron_announce_rules").sudo()._trigger()

    def _refuse_by_hand(self, names):
        """:raise AccessError: when a client writes what publishing writes"""
        if not self.env.su and not PUBLISHING.isdisjoint(names):
            raise AccessError(self.env._("Rules are published by their action."))

    @api.model
    def _current(self, program, day=None):
        """:return: the published version that counts on a day, today if none is given; may be empty"""
        day = day or fields.Date.context_today(self)
        domain = Domain("program_id", "=", program.id) & Domain("state", "=", "published")
        return self.search(domain & Domain("effective_from", "<=", day), order="number desc", limit=1)

    @api.model
    def _announce(self, limit=5000):
        """Tell the members who have a card of the programme, each once; goes on where it was stopped (cron)."""
        seconds = 1
        for version in self.search([("state", "=", "published"), ("announced", "=", False)], order="id"):
            while seconds and not version.announced:
                seconds = self.env["ir.cron"]._commit_progress(version._announce_step(limit))

    def _announce_step(self, limit):
        """:return: how many members were told"""
        self.ensure_one()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT member.id, member.lang
                  FROM res_partner member
                 WHERE member.id > %s AND member.member_state IN ('active', 'frozen')
                   AND EXISTS (SELECT FROM loyalty_card card
                                WHERE card.partner_id = member.id AND card.program_id = %s)
                 ORDER BY member.id
                 LIMIT %s
                """,
                self.cursor,
                self.program_id.id,
                limit,
            )
        )
        if not rows:
            self.announced = True
            return 0
        texts = {}
        for lang in {lang for __, lang in rows}:
            version = self.with_context(lang=lang or self.env.lang)
            day = fields.Date.to_string(version.effective_from)
            texts[lang] = {
                "title": version.env._("New rules for %s", version.program_id.name),
                "body": version.summary
                or version.env._("Version %(number)s counts from %(day)s.", number=version.number, day=day),
            }
        self.env["giftcard.message"]._post(
            [
                {"partner_id": partner_id, "kind": "rules", "key": f"rules/{self.id}/{partner_id}", **texts[lang]}
                for partner_id, lang in rows
            ]
        )
        self.cursor = rows[-1][0]
        return len(rows)
