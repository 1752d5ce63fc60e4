from odoo import models


class GiftcardRedemption(models.Model):
    """The member is told when an order is ready, on its way or rejected."""

    _inherit = "giftcard.redemption"

    def _transition(self, state, reason=None, member=None, sources=None):
        before = super()._transition(state, reason, member=member, sources=sources)
        if state in ("ready", "shipped", "rejected"):
            # Stores do not write to inboxes by themselves.
            messages = [redemption._news(state, reason) for redemption in self.sudo()]
            self.env["giftcard.message"].sudo()._post(messages)
        return before

    def _news(self, state, reason):
        """:return: message about a step that was just taken"""
        told = self.with_context(lang=self.member_id.lang or self.env.lang)
        if state == "ready":
            title = told.env._("Ready for pickup")
            body = told.env._("%(order)s waits for you at %(store)s.", order=self.name, store=told.store_id.name)
        elif state == "shipped":
            title = told.env._("On its way")
            body = told.env._("%s has been sent to you.", self.name)
        else:
            title = told.env._("Order declined")
            body = told.env._("%(order)s was declined: %(reason)s", order=self.name, reason=reason or "-")
        return {
            "partner_id": self.member_id.id,
            "kind": "order",
            "key": f"order/{self.id}/{state}",
            "title": title,
            "body": body,
        }
