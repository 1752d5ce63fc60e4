from odoo import fields, models
from odoo.exceptions import AccessError

from ..ledger.act import Act


class LoyaltyCard(models.Model):
    """What happens to a card beside movements: each is an operation with an actor and a reason."""

    _inherit = "loyalty.card"

    state = fields.Selection(
        selection_add=[
            ("generated", "Not activated"),
            ("active",),
            ("frozen",),
            ("used", "Used"),
            ("replaced", "Replaced"),
            ("expired", "Expired"),
            ("closed",),
        ],
        ondelete=dict.fromkeys(("generated", "used", "replaced", "expired"), "cascade"),
    )
    successor_id = fields.Many2one(
        "loyalty.card",
        string="Moved To",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The card that took over the value of this one.",
    )

    def write(self, vals):
        """Another last day, written by hand, is an operation too."""
        if "expiration_date" not in vals:
            return super().write(vals)
        day = fields.Date.to_date(vals["expiration_date"])
        changed = self.filtered(lambda card: card.expiration_date != day)
        if changed:
            changed._refuse_points_by_hand()
        result = super().write(vals)
        for card in changed:
            self.env["giftcard.ledger"]._open(card._act("extend", None), card, card.id, day)
        return result

    def action_change(self):
        """:return: action that opens the wizard for the change named by the context"""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Change a Card"),
            "res_model": "giftcard.card.change",
            "view_mode": "form",
            "target": "new",
            "context": {"default_card_ids": self.ids, "default_kind": self.env.context.get("giftcard_change")},
        }

    def action_freeze(self, reason=None):
        """Block the cards until they are unfrozen."""
        self._refuse_state_by_hand()
        for card in self:
            self.env["giftcard.ledger"]._set_state(card._act("freeze", reason), card, "frozen", ("active", "generated"))

    def action_unfreeze(self, reason=None):
        """Let the cards be used again; one that was blocked before its activation is not activated by this."""
        self._refuse_state_by_hand()
        for card in self:
            state = "generated" if card.batch_id and not card.version else "active"
            self.env["giftcard.ledger"]._set_state(card._act("unfreeze", reason), card, state, ("frozen",))

    def _refuse_state_by_hand(self):
        """Stock Odoo lets cashiers write cards; blocking them, and letting them go again, is for officers.

        :raise AccessError: when somebody else does, or does so to a card out of reach
        """
        # Who may not change a card (access rules) may not change its state; the ledger writes it.
        self.check_access("write")
        if not self._may_by_hand("giftcard_points.group_officer"):
            raise AccessError(self.env._("Only officers block cards and let them be used again."))

    def _replace(self, act):
        """Move everything to a new card with a code of its own; the old code is dead, for good.

        :param act: of kind ``replace``
        :return: the new card
        :raise CardNotUsable: by the ledger
        """
        self.ensure_one()
        if self.state == "replaced" and self._booked(act):
            return self.successor_id
        # Whoever may replace a card need not be allowed to create one.
        card = self.sudo().create(
            {
                "program_id": self.program_id.id,
                "partner_id": self.partner_id.id,
                "expiration_date": self.expiration_date,
            }
        )
        self.env["giftcard.ledger"]._retire(act, self, card.with_env(self.env), "replaced")
        return card.with_env(self.env)

    def _merge(self, target, reason):
        """Move everything on these cards to another one and close them, for good.

        :param target: ``loyalty.card``
        :return: the ``giftcard.operation`` records, one a card
        :raise CardNotUsable: by the ledger
        """
        operations = self.env["giftcard.operation"]
        for card in self.sorted("id"):
            operations += self.env["giftcard.ledger"]._retire(card._act("merge", reason), card, target, "closed")
        return operations

    def _act(self, kind, reason):
        self.ensure_one()
        return Act(kind, document=(self._name, self.id), reason=reason)

    def _booked(self, act):
        """:return: the operation of this card that was booked by ``act``, if it was"""
        self.ensure_one()
        # Whoever repeats a call need not be allowed to read the ledger.
        return (
            self.env["giftcard.operation"]
            .sudo()
            .search(
                [
                    ("company_id", "=", (self.sudo().company_id or self.env.company).id),
                    ("kind", "=", act.kind),
                    ("idempotency_key", "=", act.key),
                    "|",
                    ("entry_ids.card_id", "=", self.id),
                    "&",
                    ("res_model", "=", self._name),
                    ("res_id", "=", self.id),
                ],
                limit=1,
            )
        )
