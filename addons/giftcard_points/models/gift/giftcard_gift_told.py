from odoo import models


class GiftcardGift(models.Model):
    """The giver is told what became of the gift."""

    _inherit = "giftcard.gift"

    def _deliver(self, target, act):
        left = super()._deliver(target, act)
        if self.state in ("claimed", "returned"):
            self._tell_giver()
        return left

    def _tell_giver(self):
        gift = self.with_context(lang=self.giver_id.lang or self.env.lang)
        amount = gift.source_id._format_points(gift.amount)
        if gift.state == "claimed":
            title = gift.env._("Your gift has arrived")
            body = gift.env._("%(name)s has claimed your gift: %(amount)s.", name=gift.recipient_id.name, amount=amount)
        else:
            title = gift.env._("Your gift has come back")
            body = gift.env._("Nobody has claimed your gift in time: %s is on your card again.", amount)
        # Members do not write to inboxes by themselves.
        self.env["giftcard.message"].sudo()._post(
            [
                {
                    "partner_id": self.giver_id.id,
                    "kind": "gift",
                    "key": f"gift/{self.id}/{self.state}",
                    "title": title,
                    "body": body,
                }
            ]
        )
