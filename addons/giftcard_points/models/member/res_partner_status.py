from uuid import uuid4

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..ledger.act import Act


class ResPartner(models.Model):
    """The status of a membership: frozen, with all its cards, and closed, for good."""

    _inherit = "res.partner"

    def _freeze_member(self, reason):
        """Block the membership and the cards that can be used, until it is unfrozen.

        :raise UserError: when it is not active
        """
        for member in self:
            member._set_member_state("frozen", ("active",), reason)
            for card in member._cards_in("active"):
                act = Act("freeze", key=f"member/{uuid4().hex}", document=(card._name, card.id), reason=reason)
                self.env["giftcard.ledger"]._set_state(act, card, "frozen", ("active",))

    def _unfreeze_member(self, reason):
        """Undo :meth:`_freeze_member`; cards that were blocked for themselves stay blocked."""
        for member in self:
            member._set_member_state("active", ("frozen",), reason)
            for card in member._cards_in("frozen"):
                rows = self.env.execute_query(
                    SQL(
                        "SELECT idempotency_key FROM giftcard_operation WHERE res_model = %s AND res_id = %s"
                        " AND kind = 'freeze' ORDER BY id DESC LIMIT 1",
                        card._name,
                        card.id,
                    )
                )
                if rows and rows[0][0].startswith("member/"):
                    card.action_unfreeze(reason)

    def _close_member(self, reason):
        """End the membership, with its points and its empty cards, for good. Money has to be used or paid out before.

        :raise UserError: when there is money on a card, or it is closed already
        :raise CardNotUsable: when something is held for an order, or owed
        """
        ledger = self.env["giftcard.ledger"]
        for member in self:
            cards = member._cards_in("active", "frozen", "used")
            # What is found on them here stays so until the membership has ended.
            ledger._lock(cards)
            for card in cards.filtered(lambda card: card.program_type in ("gift_card", "ewallet")):
                ledger._expire_cards(card, ledger._today(card.company_id or self.env.company))
                if left := ledger._free_of_claims(card):
                    raise UserError(
                        self.env._(
                            "%(member)s still has %(amount)g on card %(code)s. It has to be used or paid out first.",
                            member=member.display_name,
                            amount=left,
                            code=card.code,
                        )
                    )
            member._set_member_state("closed", ("active", "frozen"), reason)
            for card in cards.filtered(lambda card: card.program_type in ("gift_card", "ewallet", "loyalty")):
                ledger._end(Act("expire", document=(member._name, member.id), reason=reason), card)

    def _set_member_state(self, state, allowed, reason):
        """The guarded statement that lets one of several changes win, with its reason in the chatter.

        :raise UserError: when the state is none of ``allowed``
        """
        self.ensure_one()
        self.check_access("write")
        self.flush_recordset()
        rows = self.env.execute_query(
            SQL(
                "UPDATE res_partner SET member_state = %s WHERE id = %s AND member_state IN %s RETURNING id",
                state,
                self.id,
                allowed,
            )
        )
        if not rows:
            label = dict(self._fields["member_state"]._description_selection(self.env)).get(self.member_state)
            raise UserError(
                self.env._("%(member)s is %(state)s.", member=self.display_name, state=label or self.env._("no member"))
            )
        self.invalidate_recordset(["member_state"], flush=False)
        self.modified(["member_state"])
        labels = dict(self._fields["member_state"]._description_selection(self.env))
        self.message_post(
            body=self.env._("Membership: %(state)s. %(reason)s", state=labels[state], reason=reason or "")
        )

    def _cards_in(self, *states):
        # Whoever changes a membership need not be allowed to read each card.
        cards = self.env["loyalty.card"].sudo()
        return cards.search([("partner_id", "=", self.id), ("state", "in", states)], order="id").with_env(self.env)
