from odoo import api, fields, models
from odoo.exceptions import UserError


class GiftcardTopUp(models.TransientModel):
    """Take cash for the stored value of a member, or for a card."""

    _name = "giftcard.top.up"
    _description = "Top Up by Cash"

    term = fields.Char(string="Phone or Number", help="A phone number, the number of a member or the number of a card.")
    member_id = fields.Many2one("res.partner", domain="[('member_state', '=', 'active')]")
    card_id = fields.Many2one(
        "loyalty.card",
        domain="[('state', '=', 'active'), ('program_id.program_type', 'in', ('gift_card', 'ewallet'))]",
        help="Empty: the member's stored value.",
    )
    program_id = fields.Many2one(
        "loyalty.program",
        string="Stored Value",
        domain="[('program_type', '=', 'ewallet')]",
        default=lambda self: self.env["loyalty.program"].search([("program_type", "=", "ewallet")], limit=1),
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    amount = fields.Monetary(string="Cash", required=True)
    bonus = fields.Monetary(compute="_compute_bonus")
    needs_approval = fields.Boolean(compute="_compute_needs_approval")
    store_id = fields.Many2one("giftcard.store", default=lambda self: self._default_store())
    reason = fields.Char(required=True, default=lambda self: self.env._("Cash at the counter"))

    @api.model
    def _default_store(self):
        return self.env["giftcard.store"].search([("user_ids", "in", self.env.uid)], limit=1)

    @api.depends("card_id", "program_id")
    def _compute_currency_id(self):
        for wizard in self:
            program = wizard.card_id.program_id or wizard.program_id
            wizard.currency_id = program.currency_id or self.env.company.currency_id

    @api.depends("amount", "card_id", "program_id")
    def _compute_bonus(self):
        for wizard in self:
            program = wizard.card_id.program_id or wizard.program_id
            reached = program.top_up_tier_ids.filtered(lambda tier, wizard=wizard: tier.paid <= wizard.amount)
            wizard.bonus = max(reached, key=lambda tier: tier.paid).bonus if reached else 0.0

    @api.depends("amount", "card_id", "program_id")
    def _compute_needs_approval(self):
        for wizard in self:
            company = (wizard.card_id or wizard.program_id).company_id or self.env.company
            wizard.needs_approval = wizard.amount > company._giftcard_top_up_limit(self.env.user)

    @api.onchange("term")
    def _onchange_term(self):
        """Find the member or card; a warning tells when there is none, or more than one."""
        term = (self.term or "").strip()
        if not term:
            return None
        self.card_id = self.env["loyalty.card"].search(
            [("code", "=", term.upper()), ("program_id.program_type", "in", ("gift_card", "ewallet"))], limit=1
        )
        self.member_id = self.card_id.partner_id or self._find_member(term)
        if self.card_id or self.member_id:
            return None
        return {
            "warning": {
                "title": self.env._("Not Found"),
                "message": self.env._("No member or card has this number, or more than one has. Choose below."),
            }
        }

    def action_top_up(self):
        """:return: action that opens the top-up, from which the receipt is printed"""
        self.ensure_one()
        card = self.card_id
        if not card:
            if not self.member_id or not self.program_id:
                raise UserError(self.env._("Choose a member or a card."))
            card = self.member_id._member_card(self.program_id)
        # One wizard, one top-up: a repeated click finds it.
        request = self.env["giftcard.top.up.request"]._ask(
            f"{self._name}/{self.id}", card, self.amount, self.reason, self.store_id
        )
        return request.get_formview_action()

    def _find_member(self, term):
        """:return: the one active member of a member number or phone number, or none"""
        Partner = self.env["res.partner"]
        active = [("member_state", "=", "active")]
        member = Partner.search([*active, ("member_number", "=", term.upper())], limit=1)
        if member or sum(character.isdigit() for character in term) < 7:
            return member
        found = Partner.search([*active, ("phone_mobile_search", "ilike", term)], limit=2)
        return found if len(found) == 1 else Partner
