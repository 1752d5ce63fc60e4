from odoo import fields, models
from odoo.tools import SQL, float_round

from ..amounts import total


class GiftcardRedemption(models.Model):
    """What nobody picks up: a reminder first, then the goods are freed and points go back by the store's rule.

    An order that was picked up in part is done with what was handed over; the rest is given up.
    """

    _inherit = "giftcard.redemption"

    forfeited_points = fields.Float(
        digits="Gift Card Value",
        readonly=True,
        help="Points that did not go back for goods that were not picked up, by the rule of the store.",
    )

    # Business

    def _cancel(self, reason, member=None):
        partly, rest = self._split_by_handover()
        partly._give_up_rest("cancelled", reason, member)
        return super(GiftcardRedemption, rest)._cancel(reason, member) if rest else None

    def _expire(self):
        partly, rest = self._split_by_handover()
        partly._give_up_rest("expired", self.env._("Not picked up in time"))
        result = super(GiftcardRedemption, rest)._expire() if rest else None
        self.sudo()._notify_unclaimed()
        return result

    def _split_by_handover(self):
        """:return: (those of which a part was handed over, the others), locked"""
        redemptions = self.sudo()
        redemptions._lock()
        redemptions.line_ids.invalidate_recordset(flush=False)
        partly = redemptions.filtered("picked_up_in_part")
        return partly, redemptions - partly

    def _give_up_rest(self, state, reason, member=None):
        """Close what was picked up in part: points, quota and goods of the rest go back, exactly once.

        :param state: "cancelled" or "expired", which says by which rule
        """
        for redemption in self:
            redemption._lock_ready()
            self.env.execute_query(
                SQL(
                    """
                    UPDATE giftcard_redemption_line SET unclaimed_quantity = quantity - handed_quantity
                     WHERE redemption_id = %s AND id = ANY(%s)
                 RETURNING id
                    """,
                    redemption.id,
                    redemption._pickup_lines().ids,
                )
            )
            redemption.line_ids.invalidate_recordset(flush=False)
            redemption._transition("done", reason, member, sources=("ready",))
            redemption._lock_cards()
            redemption._give_points_back(state, reason, member)
            redemption._give_cash_back(reason, member)
            lines = redemption._pickup_lines()
            lines.reward_id._give_back({line.id: line.unclaimed_quantity for line in lines})
            redemption.pickup_code_ids._close("expired" if state == "expired" else "void", reason, member)
            redemption._lock_goods()
            redemption._open_picking().action_cancel()

    def _rest_given_up(self):
        """:return: whether its goods are handed over or given up, so that what is still reserved may be freed"""
        return self.state == "done" and not self._needed_goods()

    def _give_points_back(self, state, reason, member=None):
        """Return points that were taken: all, or what the rule of the store says of goods that nobody picked up.

        The pieces of a goods card were paid for; no rule keeps them.
        """
        back = due = self._points_due_back()
        if state == "expired" and self.store_id and not self.goods_card_id:
            digits = self.env["decimal.precision"].precision_get("Gift Card Value")
            share = due * self.store_id.unclaimed_points_back / 100
            back = float_round(share, precision_digits=digits, rounding_method="DOWN")
        if back:
            # What was handed over of a part may come back one day, as an act of its own.
            act = self._act("refund", reason, member, part="rest" if self.state == "done" else None)
            self._ledger()._refund(act, self.hold_id.operation_id, back)
        if back != due:
            self.forfeited_points = due - back

    def _give_cash_back(self, reason, member=None):
        """Return the cash of what was given up; no rule keeps it."""
        pieces = {line.id: line.unclaimed_quantity for line in self.line_ids if line.unclaimed_quantity}
        cash = total((line.cash_price, line.unclaimed_quantity) for line in self.line_ids)
        if cash and self.cash_hold_id:
            act = self._act("refund", reason, member, part="cash/rest")
            self._ledger()._refund(act, self.cash_hold_id.operation_id, cash)
        elif cash:
            self._owe_cash(cash, "rest", reason, pieces)

    def _points_due_back(self):
        if self.state == "done":
            return total((line.points_price, line.unclaimed_quantity) for line in self.line_ids)
        return self.points

    def _notify_unclaimed(self):
        """Tell the members what has become of what they did not pick up."""
        messages = []
        for redemption in self.filtered(lambda redemption: redemption.pickup_code_ids):
            told = redemption.with_context(lang=redemption.member_id.lang)
            body = told.env._("The goods at %(store)s were not picked up in time.", store=told.store_id.name)
            back = redemption._points_due_back() - redemption.forfeited_points
            if back:
                points = f"{back:g} {told.point_name or ''}".strip()
                body += " " + told.env._("You got %s back.", points)
            messages.append(
                {
                    "partner_id": redemption.member_id.id,
                    "kind": "pickup",
                    "key": f"pickup/{redemption.id}/unclaimed",
                    "title": told.env._("%s was not picked up", redemption.name),
                    "body": body,
                }
            )
        self.env["giftcard.message"]._post(messages)
