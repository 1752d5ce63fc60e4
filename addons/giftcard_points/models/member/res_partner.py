from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ...by_hand import created_fields
from ...exceptions import MemberClosed


class ResPartner(models.Model):
    _inherit = "res.partner"

    member_number = fields.Char(readonly=True, copy=False, help="What a member is known by; assigned when one joins.")
    member_state = fields.Selection(
        [("active", "Active"), ("frozen", "Frozen"), ("closed", "Closed")], readonly=True, copy=False, tracking=True
    )
    member_since = fields.Datetime(readonly=True, copy=False)
    member_channel = fields.Selection(
        [
            ("backoffice", "Back office"),
            ("pos", "Point of Sale"),
            ("miniprogram", "Mini program"),
            ("import", "Import"),
        ],
        readonly=True,
        copy=False,
    )
    member_store_id = fields.Many2one(
        "giftcard.store", string="Joined At", readonly=True, copy=False, index="btree_not_null", ondelete="restrict"
    )
    loyalty_card_ids = fields.One2many("loyalty.card", "partner_id", string="Cards")
    member_points = fields.Float(string="Points", compute="_compute_member_value", digits="Gift Card Value")
    member_money = fields.Monetary(string="Stored Value", compute="_compute_member_value")

    _member_number_uniq = models.UniqueIndex(
        "(member_number) WHERE member_number IS NOT NULL", "Two members cannot have the same number."
    )

    @api.depends_context("company")
    @api.depends("loyalty_card_ids.points", "loyalty_card_ids.program_type")
    def _compute_member_value(self):
        groups = self.env["loyalty.card"]._read_group(
            [
                ("partner_id", "in", self.ids),
                ("state", "=", "active"),
                ("company_id", "in", [False, self.env.company.id]),
            ],
            ["partner_id", "program_id"],
            ["points:sum"],
        )
        money = dict.fromkeys(self.ids, 0.0)
        points = dict.fromkeys(self.ids, 0.0)
        for partner, program, amount in groups:
            if program.program_type in ("gift_card", "ewallet"):
                money[partner.id] += amount
            elif program.program_type == "loyalty":
                points[partner.id] += amount
        for partner in self:
            partner.member_money = money.get(partner.id, 0.0)
            partner.member_points = points.get(partner.id, 0.0)

    @api.model_create_multi
    def create(self, vals_list):
        self._refuse_by_hand(created_fields(self.env, vals_list))
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and (names := self._kept_fields() & vals.keys()):
            # A merge of contacts writes all values of the contact that is kept once more.
            self._refuse_by_hand({name for name in names if self._changes(name, vals[name])})
            vals = {name: value for name, value in vals.items() if name not in names}
        return super().write(vals)

    def _changes(self, name, value):
        """:return: whether writing ``value`` would change a field of one of these partners"""
        field = self._fields[name]
        return any(
            field.convert_to_record(field.convert_to_cache(value, partner), partner) != partner[name]
            for partner in self
        )

    def _kept_fields(self):
        """:return: names of the fields that are written by the methods of memberships alone"""
        return {
            "member_number",
            "member_state",
            "member_since",
            "member_channel",
            "member_store_id",
        }

    def _refuse_by_hand(self, names):
        """:raise AccessError: when a client writes what only methods write"""
        if not self.env.su and not self._kept_fields().isdisjoint(names):
            raise AccessError(self.env._("A membership is not written by hand. Use its actions."))

    def action_join(self):
        """Make members of these contacts."""
        self._join("backoffice")

    def action_open_statement(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Statement"),
            "res_model": "giftcard.entry",
            "view_mode": "list,pivot,graph,form",
            "domain": [("card_id.partner_id", "in", self.ids)],
        }

    def _join(self, channel, store=None):
        """Make members of those who are not: give each a number.

        :param channel: one of ``member_channel``
        :param store: ``giftcard.store`` where they joined
        :raise UserError: when one has closed his membership
        """
        if closed := self.filtered(lambda partner: partner.member_state == "closed"):
            raise UserError(self.env._("%s has closed the membership.", closed[0].display_name))
        self.check_access("write")
        # The sequence is the platform's; who may write the contact may use it, and lets these fields be written.
        sequence = self.env["ir.sequence"].sudo()
        for partner in self.sudo().filtered(lambda partner: not partner.member_number):
            partner.write(
                {
                    "member_number": sequence.next_by_code("giftcard.member"),
                    "member_state": "active",
                    "member_since": fields.Datetime.now(),
                    "member_channel": channel,
                    "member_store_id": store.id if store else False,
                }
            )

    def _member_card(self, program):
        """The member's card of a program; made, once, when there is none.

        :param program: a nominative ``loyalty.program`` (points or eWallet)
        :return: ``loyalty.card``, active or frozen
        :raise MemberClosed: when there is none and the membership has ended
        """
        self.ensure_one()
        card = self._member_cards(program).get(self.id)
        if not card:
            # Who acts for a member need not be allowed to read his status.
            if self.sudo().member_state == "closed":
                raise MemberClosed(self.env._("%s has closed the membership.", self.display_name))
            self._claim_cards()
            card = self._member_cards(program).get(self.id)
        if not card:
            # Cards are the ledger's business: who acts for a member need not be allowed to create them.
            card = self.env["loyalty.card"].sudo().create({"partner_id": self.id, "program_id": program.id})
        return card.with_env(self.env)

    def _claim_cards(self):
        """Let one transaction at a time decide which cards these members have.

        The others wait, and then see what it has made; in REPEATABLE READ they could not, and a row that was merely
        locked would not stop them: one that was written does, and Odoo repeats the call.
        """
        self.env.execute_query(
            SQL(
                """
                UPDATE res_partner SET write_date = write_date
                 WHERE id IN (SELECT id FROM res_partner WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE)
             RETURNING id
                """,
                self.ids,
            )
        )

    def _member_cards(self, program):
        """The cards of a program on which these members have their value: of several one that can be used; cards that
        were replaced, merged or ended are none, what took their place is found itself.

        :return: {partner id: ``loyalty.card``}, without members who have none
        """
        # As in `_member_card`. The states sort: active, then frozen.
        cards = (
            self.env["loyalty.card"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", self.ids),
                    ("program_id", "=", program.id),
                    ("state", "in", ("active", "frozen")),
                ],
                order="state, id",
            )
        )
        return {card.partner_id.id: card.with_env(self.env) for card in reversed(cards)}
