from odoo import api, fields, models
from odoo.exceptions import UserError

FINAL = ("replace", "merge", "expire")


class GiftcardCardChange(models.TransientModel):
    """A change in the life of cards, with its reason."""

    _name = "giftcard.card.change"
    _description = "Change a Card"

    # Cards of members that have ended are archived: they are refused, not passed over.
    card_ids = fields.Many2many(
        "loyalty.card", string="Cards", required=True, readonly=True, context={"active_test": False}
    )
    kind = fields.Selection(
        [
            ("freeze", "Block"),
            ("unfreeze", "Unblock"),
            ("replace", "Report lost and replace"),
            ("merge", "Merge into another card"),
            ("extend", "Extend the validity"),
            ("expire", "Expire"),
        ],
        string="Change",
        required=True,
    )
    final = fields.Boolean(compute="_compute_final")
    target_id = fields.Many2one(
        "loyalty.card", string="Into Card", domain="[('state', '=', 'active'), ('id', 'not in', card_ids)]"
    )
    day = fields.Date(string="New Last Day")
    reason = fields.Char(required=True)

    @api.depends("kind")
    def _compute_final(self):
        for change in self:
            change.final = change.kind in FINAL

    def action_apply(self):
        """:return: action that opens the card that has the value now, if it is another one"""
        self.ensure_one()
        self.card_ids.check_access("write")
        if not (self.reason or "").strip():
            raise UserError(self.env._("Say why."))
        target = getattr(self, f"_apply_{self.kind}")()
        return target.get_formview_action() if target else None

    def _apply_freeze(self):
        self.card_ids.action_freeze(self.reason)

    def _apply_unfreeze(self):
        self.card_ids.action_unfreeze(self.reason)

    def _apply_replace(self):
        cards = self.env["loyalty.card"]
        for card in self.card_ids.sorted("id"):
            cards += card._replace(card._act("replace", self.reason))
        return cards[:1]

    def _apply_merge(self):
        if not self.target_id:
            raise UserError(self.env._("Choose the card to merge into."))
        self.target_id.check_access("write")
        self.card_ids._merge(self.target_id, self.reason)
        return self.target_id

    def _apply_extend(self):
        if not self.day:
            raise UserError(self.env._("Choose the new last day."))
        for card in self.card_ids.sorted("id"):
            self.env["giftcard.ledger"]._extend(card._act("extend", self.reason), card, self.day)

    def _apply_expire(self):
        for card in self.card_ids.sorted("id"):
            self.env["giftcard.ledger"]._end(card._act("expire", self.reason), card)
