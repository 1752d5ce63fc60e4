import logging

from odoo import models

from ...exceptions import LedgerError
from ..ledger.act import Act
from ..ledger.giftcard_ledger import Grant

_logger = logging.getLogger(__name__)


class ResPartner(models.Model):
    """Points for joining, once a member."""

    _inherit = "res.partner"

    def _join(self, channel, store=None):
        joining = self.filtered(lambda partner: not partner.member_number)
        result = super()._join(channel, store)
        if joining and channel != "import":
            # The contacts are written: until the end of this, nobody else makes cards for them.
            joining.flush_recordset()
            # Who signs somebody up need not be allowed to read programmes.
            programs = self.env["loyalty.program"].sudo()
            for program in programs.search(
                [
                    ("program_type", "=", "loyalty"),
                    ("sign_up_amount", ">", 0),
                    ("company_id", "in", [False, self.env.company.id]),
                ],
                order="id",
            ):
                joining._give_sign_up_points(program, store)
        return result

    def _give_sign_up_points(self, program, store):
        """:param store: ``giftcard.store`` where they joined, or None"""
        known = self._member_cards(program)
        # As in `_member_card`; all at once.
        created = (
            self.env["loyalty.card"]
            .sudo()
            .create([{"program_id": program.id, "partner_id": member.id} for member in self if member.id not in known])
        )
        cards = {**known, **{card.partner_id.id: card for card in created}}
        grants = [
            Grant(
                Act(
                    "load",
                    key=f"sign-up/{member.id}/{program.id}",
                    document=(self._name, member.id),
                    store_id=store.id if store else None,
                    member_id=member.id,
                ),
                cards[member.id].id,
                program.sign_up_amount,
                "bonus",
                cards[member.id].sudo()._ledger_expiry(),
            )
            for member in self
            if cards[member.id].sudo().state == "active"
        ]
        try:
            with self.env.cr.savepoint():
                if grants:
                    self.env["giftcard.ledger"]._grant_many(grants)
        except LedgerError as refusal:
            # A card that is full keeps nobody from joining.
            _logger.warning("No points for joining to %s: %s", self.mapped("member_number"), refusal)
