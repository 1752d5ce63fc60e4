from odoo import http

from ..api.endpoint import endpoint
from ..schemas.wechat import SubscriptionConsent, SubscriptionTemplates


class SubscriptionController(http.Controller):
    @endpoint(
        "GET",
        "/subscriptions",
        summary="List kinds of subscription messages",
        tag="wechat",
        answer=SubscriptionTemplates,
    )
    def subscriptions(self):
        """What the mini program can tell of, for `wx.requestSubscribeMessage`. Empty outside of a mini program."""
        return self.env["giftcard.api.subscription"]._list()

    @endpoint(
        "POST",
        "/subscriptions",
        summary="Agree to messages",
        tag="wechat",
        body=SubscriptionConsent,
        answer=SubscriptionTemplates,
        problems=["not_found"],
    )
    def agree(self, body):
        """Report that the member has agreed to one more message of each template. WeChat counts each tap once."""
        return self.env["giftcard.api.subscription"]._agree(body.template_ids)
