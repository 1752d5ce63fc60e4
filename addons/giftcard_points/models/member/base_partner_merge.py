from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...exceptions import CardFrozen


class BasePartnerMerge(models.TransientModel):
    """Contacts are merged with their memberships: value moves by the ledger, numbers still find the member."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        self._merge_memberships(src_partners, dst_partner)
        self._forget(src_partners)
        # A member has one code that waits to be scanned: the kept contact's.
        self.env.execute_query(
            SQL(
                "UPDATE giftcard_payment_code SET state = 'void' WHERE partner_id = ANY(%s) AND state = 'issued'"
                " RETURNING id",
                src_partners.ids,
            )
        )
        return super()._update_foreign_keys(src_partners, dst_partner)

    def _merge_loyalty_cards(self, src_partners, dst_partner):
        """Instead of writing sums: merge a person's cards of one programme into one, with a trail.

        :raise CardFrozen: when one of several cards of a programme is blocked, for whoever blocked it decides about it
        :raise CardNotUsable: when something is held for an order, or owed
        """
        (src_partners | dst_partner)._claim_cards()
        # Contacts are merged by those who manage contacts; the ledger writes what it did and who did it.
        Card = self.env["loyalty.card"].sudo()
        cards = Card.search(
            [
                ("partner_id", "in", (src_partners | dst_partner).ids),
                ("state", "in", ("active", "frozen")),
                "|",
                ("program_id.applies_on", "=", "both"),
                ("program_id.program_type", "in", ("loyalty", "ewallet")),
            ],
            order="id",
        )
        for same in cards.grouped("program_id").values():
            if len(same) == 1:
                continue
            if frozen := same.filtered(lambda card: card.state == "frozen"):
                raise CardFrozen(self.env._("Card %s is blocked. Unblock it first.", frozen[0].code))
            target = same.filtered(lambda card: card.partner_id == dst_partner)[:1] or same[:1]
            (same - target)._merge(target, self.env._("Contacts merged into %s", dst_partner.display_name))

    def _forget(self, src_partners):
        """Leave nothing that Odoo would take over where the kept contact has no value of its own."""
        # These fields are the ledger's: who may merge contacts need not be allowed to write them.
        src_partners.sudo().write(dict.fromkeys(src_partners._kept_fields(), False))

    def _merge_memberships(self, src_partners, dst_partner):
        """One membership goes on, the older number's if the kept contact has none; all numbers find it.

        :raise UserError: when one membership is frozen, or closed while the other is not
        """
        members = (src_partners | dst_partner).sudo().filtered("member_number")
        if not members - dst_partner:
            return
        if len(members) > 1 and set(members.mapped("member_state")) not in ({"active"}, {"closed"}):
            raise UserError(self.env._("Members that are frozen or closed are not merged with others."))
        kept = members & dst_partner or members.sorted("member_since")[0]
        values = {name: kept[name] for name in ("member_number", "member_state", "member_since", "member_channel")} | {
            "member_store_id": kept.member_store_id.id
        }
        best = members.sorted(lambda member: member.member_tier_id.threshold if member.member_tier_id else -1)[-1]
        tier, ends_on, before = best.member_tier_id, best.member_tier_ends_on, dst_partner.sudo().member_tier_id
        self.env["giftcard.member.alias"].sudo().flush_model()
        self.env["res.partner"].flush_model()
        for member in members - kept:
            self.env.execute_query(
                SQL(
                    "INSERT INTO giftcard_member_alias (partner_id, number) VALUES (%s, %s) RETURNING id",
                    dst_partner.id,
                    member.member_number,
                )
            )
        if tier and tier != before:
            self.env.execute_query(
                SQL(
                    "INSERT INTO giftcard_tier_change (partner_id, from_tier_id, to_tier_id, reason, date, create_uid)"
                    " VALUES (%s, %s, %s, 'merge', now() AT TIME ZONE 'UTC', %s) RETURNING id",
                    dst_partner.id,
                    before.id or None,
                    tier.id,
                    self.env.uid,
                )
            )
        # The fields are the ledger's and read-only; the number is unique, so it is freed first.
        self._forget(src_partners)
        self.env["res.partner"].flush_model()
        dst_partner.sudo().write(values | {"member_tier_id": tier.id, "member_tier_ends_on": ends_on})
        self.env["res.partner"].flush_model()
        self.env["giftcard.member.alias"].invalidate_model()
