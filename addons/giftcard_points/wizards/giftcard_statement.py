from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import ValidationError


class GiftcardStatement(models.TransientModel):
    """Statement of cards for a period, on paper: one letter for each member, and for each card that nobody owns.

    Days are those of the company whose letterhead it bears. What is printed is the whole statement of a card that the
    user may read, also what moved in another company: without it the balances would not follow from each other.
    """

    _name = "giftcard.statement"
    _description = "Statement of Cards"

    card_ids = fields.Many2many(
        "loyalty.card", string="Cards", required=True, default=lambda self: self._default_card_ids()
    )
    first = fields.Date(
        string="From", required=True, default=lambda self: self.env.company._giftcard_today().replace(day=1)
    )
    last = fields.Date(string="To", required=True, default=lambda self: self.env.company._giftcard_today())
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)

    @api.constrains("first", "last")
    def _check_period(self):
        for statement in self:
            if statement.last < statement.first:
                raise ValidationError(self.env._("The period ends before it begins."))

    def _default_card_ids(self):
        """The cards from which the wizard is opened, or all that ever moved of the members from which it is."""
        Card = self.env["loyalty.card"].with_context(active_test=False)
        ids = self.env.context.get("active_ids", [])
        if self.env.context.get("active_model") == "loyalty.card":
            return [Command.set(ids)]
        if self.env.context.get("active_model") == "res.partner":
            return [Command.set(Card.search([("partner_id", "in", ids), ("version", ">", 0)]).ids)]
        return []

    def action_print(self):
        self.ensure_one()
        return self.env.ref("giftcard_points.action_report_statement").report_action(self, config=False)

    def _letters(self):
        """:return: list of ``(statement in the reader's language, member or an empty record, cards)``"""
        self.ensure_one()
        cards = self.with_context(active_test=False).card_ids
        # A link to a card proves nothing: the rules decide whose cards the user may read.
        cards.check_access("read")
        letters = [
            (member, cards.filtered(lambda card, member=member: card.partner_id == member))
            for member in cards.partner_id
        ]
        letters += [(card.partner_id, card) for card in cards if not card.partner_id]
        return [(self.with_context(lang=member.lang or self.env.lang), member, of) for member, of in letters]

    def _statements(self, cards):
        """:return: list of dicts, one a card: ``card``, ``opening``, ``entries``, ``documents`` (operation id -> name),
        ``credits``, ``debits`` (negative) and ``closing``, in the card's unit"""
        self.ensure_one()
        cards = cards.with_env(self.env)
        cards.check_access("read")
        company = self.company_id
        start, stop = company._giftcard_day(self.first)[0], company._giftcard_day(self.last + timedelta(days=1))[0]
        # The card's whole statement, see the class; who may read the cards is checked above.
        Entry = self.env["giftcard.entry"].sudo()
        openings = dict(
            Entry._read_group([("card_id", "in", cards.ids), ("date", "<", start)], ["card_id"], ["amount:sum"])
        )
        moved = Entry.search(
            [("card_id", "in", cards.ids), ("date", ">=", start), ("date", "<", stop)], order="card_id, version"
        )
        documents = self._documents(moved.operation_id)
        statements = []
        for card in cards.sorted(lambda card: (card.program_id.name, card.id)):
            entries = moved.filtered(lambda entry, card=card: entry.card_id == card)
            opening = openings.get(card.sudo(), 0.0)
            amounts = entries.mapped("amount")
            statements.append(
                {
                    "card": card,
                    "opening": opening,
                    "entries": entries,
                    "documents": documents,
                    "credits": sum(amount for amount in amounts if amount > 0),
                    "debits": sum(amount for amount in amounts if amount < 0),
                    "closing": opening + sum(amounts),
                }
            )
        return statements

    def _documents(self, operations):
        """:return: dict of operation id -> name of its document, by one query a model"""
        names = {}
        for model, group in operations.grouped("res_model").items():
            if model in self.env:
                # The reference alone, as it stands on the customer's receipt.
                documents = self.env[model].sudo().browse(group.mapped("res_id")).exists()
                found = {document.id: document.display_name for document in documents}
                names.update({operation.id: found.get(operation.res_id) for operation in group})
        return names
