from odoo import models

from ...api.problems import Problem
from ...schemas.wechat import SubscriptionTemplate, SubscriptionTemplates


class GiftcardApiSubscription(models.AbstractModel):
    _name = "giftcard.api.subscription"
    _inherit = "giftcard.api.service"
    _description = "API: Subscription Messages"

    def _list(self):
        """:return: :class:`~...schemas.wechat.SubscriptionTemplates` of the app by which the member is logged in"""
        identity = self._identity()
        templates = self._templates(identity)
        left = {
            subscription.template_id: subscription.remaining
            for subscription in self.env["giftcard.wechat.subscription"]
            .sudo()
            .search([("identity_id", "=", identity.id), ("template_id", "in", templates.ids)])
        }
        labels = dict(self.env["giftcard.wechat.template"]._kinds())
        return SubscriptionTemplates(
            items=[
                SubscriptionTemplate(
                    template_id=template.template_id,
                    kind=template.kind,
                    label=labels[template.kind],
                    remaining=left.get(template, 0),
                )
                for template in templates
            ]
        )

    def _agree(self, template_ids):
        identity = self._identity()
        agreed = self._templates(identity).filtered(lambda template: template.template_id in template_ids)
        if {template.template_id for template in agreed} != set(template_ids):
            raise Problem("not_found")
        self.env["giftcard.wechat.subscription"].sudo()._agree(identity, agreed)
        return self._list()

    def _identity(self):
        # The session is the member's own; by what he is logged in is no secret to him.
        return self.env["giftcard.api.token"].sudo().browse(self.env.context["giftcard_token_id"]).identity_id

    def _templates(self, identity):
        # Which templates there are is public; how they are filled is not asked for.
        return self.env["giftcard.wechat.template"].sudo().search([("app_id", "=", identity.app_id.id or 0)])
