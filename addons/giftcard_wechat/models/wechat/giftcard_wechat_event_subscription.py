from odoo import models


class GiftcardWechatEvent(models.Model):
    """What WeChat tells of subscription messages, in XML and in JSON."""

    _inherit = "giftcard.wechat.event"

    def _on_subscribe_msg_change_event(self, content):
        """The user has changed his mind in WeChat's settings."""
        for item in self._items(content, "SubscribeMsgChangeEvent"):
            if item.get("SubscribeStatusString") == "reject" and (template := self._template(item)):
                self.env["giftcard.wechat.subscription"]._forget(self._identity(), template)

    def _on_subscribe_msg_sent_event(self, content):
        """A message that was taken has not reached its user."""
        for item in self._items(content, "SubscribeMsgSentEvent"):
            if str(item.get("ErrorCode", "0")) != "0":
                domain = [("number", "=", str(item.get("MsgID"))), ("identity_id", "=", self._identity().id)]
                self.env["giftcard.wechat.outbox"].search(domain)._die(str(item.get("ErrorStatus")))

    def _items(self, content, name):
        holder = content.get(name)
        items = (holder if isinstance(holder, dict) else content).get("List") or []
        return [item for item in (items if isinstance(items, list) else [items]) if isinstance(item, dict)]

    def _template(self, item):
        templates = self.env["giftcard.wechat.template"].with_context(active_test=False)
        return templates.search(
            [("app_id", "=", self.app_id.id), ("template_id", "=", str(item.get("TemplateId")))], limit=1
        )
