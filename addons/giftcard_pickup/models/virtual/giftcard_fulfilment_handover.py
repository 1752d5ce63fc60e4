from datetime import timedelta

from odoo import models
from odoo.exceptions import UserError

from odoo.addons.giftcard_points.exceptions import InsufficientBalance
from odoo.addons.giftcard_points.models.ledger.act import Act

from ...exceptions import NotReturnable


class GiftcardFulfilment(models.Model):
    """How each kind is handed over and taken back. Each runs under the lock of the record, so it happens once."""

    _inherit = "giftcard.fulfilment"

    # Stored value

    def _hand_over_topup(self):
        reward = self.reward_id
        card = self.member_id._member_card(reward.top_up_program_id)
        act = self._act("load")
        ledger = self.line_id.redemption_id._ledger()
        return {"operation_id": ledger._grant(act, card, reward.top_up_amount, origin="bonus").id}

    def _take_back_topup(self):
        self._reverse(self.operation_id)

    # Coupon

    def _hand_over_coupon(self):
        reward, program = self.reward_id, self.reward_id.coupon_program_id
        today = self.company_id._giftcard_today()
        if not program.active or (program.date_to and program.date_to < today):
            raise UserError(self.env._("The coupon program %s is over.", program.name))
        last_day = today + timedelta(days=reward.coupon_days) if reward.coupon_days else program.date_to
        # The mail that tells of a new coupon shows its value, so it waits for the ledger.
        silent = self.env["loyalty.card"].with_context(loyalty_no_mail=True)
        card = silent.create(
            {"program_id": program.id, "partner_id": self.member_id.id, "expiration_date": last_day}
        ).with_env(self.env)
        uses = min(program.reward_ids.mapped("required_points"), default=1)
        operation = self.line_id.redemption_id._ledger()._grant(self._act("issue"), card, uses)
        card._send_creation_communication()
        return {"card_id": card.id, "operation_id": operation.id}

    def _take_back_coupon(self):
        self._reverse(self.operation_id)
        self.line_id.redemption_id._ledger()._transition(self.card_id, "closed", ("active", "frozen"))

    # Membership time

    def _hand_over_tier(self):
        reward = self.reward_id
        grants = self.env["giftcard.tier.grant"]
        return {"tier_grant_id": grants._give(self.member_id, reward.tier_id, reward.tier_days, self._key()).id}

    def _take_back_tier(self):
        if not self.tier_grant_id._revoke():
            raise NotReturnable(self.env._("The time for which %s was given is over.", self.reward_id.tier_id.name))

    # Code of a pool

    def _hand_over_code(self):
        return {"code_id": self.env["giftcard.pool.code"]._give(self.line_id).id}

    def _take_back_code(self):
        if not self.code_id._take_back():
            raise NotReturnable(
                self.env._("The code of %s has been seen; it cannot be taken back.", self.reward_id.name)
            )
        # Another member may get it.
        return {"code_id": False}

    # File

    def _hand_over_file(self):
        if not self.reward_id.file_name:
            raise UserError(self.env._("%s has no file.", self.reward_id.name))
        return {}

    def _take_back_file(self):
        if self.download_count:
            raise NotReturnable(
                self.env._("The file of %s has been downloaded; it cannot be taken back.", self.reward_id.name)
            )

    # Building blocks

    def _reverse(self, operation):
        try:
            self.line_id.redemption_id._ledger()._reverse(self._act("reverse"), operation)
        except InsufficientBalance as refusal:
            raise NotReturnable(
                self.env._("%s has been used; it cannot be taken back.", self.reward_id.name)
            ) from refusal

    def _key(self):
        return f"fulfilment/{self.id}"

    def _act(self, kind):
        """:return: the ledger's :class:`Act` about this piece; it has at most one of each kind."""
        return Act(kind, key=self._key(), document=("giftcard.redemption", self.redemption_id.id))
