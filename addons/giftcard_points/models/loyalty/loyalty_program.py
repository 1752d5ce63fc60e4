from odoo import fields, models, tools

# What each payment asks of the card's programme.
VALUE_RULES = ("whole_value", "daily_limit")


class LoyaltyProgram(models.Model):
    _inherit = "loyalty.program"

    validity_months = fields.Integer(
        string="Value Valid For (Months)",
        help="Value granted under this program can be used for so many months; 0: it does not expire. "
        "What expires first is used first.",
    )
    debt_allowed = fields.Boolean(
        help="When value is taken back that the member has spent already, the rest is kept as debt "
        "and settled by what is granted next. Otherwise it is refused.",
    )
    whole_value = fields.Boolean(
        string="Taken as a Whole",
        help="A card of this program is used once: whatever is bought, all of its value is taken, "
        "and the card is used up.",
    )

    _validity_months_check = models.Constraint(
        "CHECK(validity_months >= 0)", "The validity of value cannot be negative."
    )

    def action_open_statement(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Statement"),
            "res_model": "giftcard.entry",
            "view_mode": "list,pivot,graph,form",
            "domain": [("card_id.program_id", "=", self.id)],
        }

    def write(self, vals):
        result = super().write(vals)
        if any(rule in vals for rule in VALUE_RULES):
            self.env.registry.clear_cache()
        return result

    @tools.ormcache("self.id")
    def _value_rules(self):
        """:return: dict of the programme's ``VALUE_RULES``, kept in memory; read with the ledger's rights"""
        program = self.sudo()
        return {rule: program[rule] for rule in VALUE_RULES}
