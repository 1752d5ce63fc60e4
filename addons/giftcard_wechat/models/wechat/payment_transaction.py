from datetime import timedelta

from odoo import fields, models

# WeChat's limits.
DESCRIPTION = 120
PARCELS = 15
# Seconds after the payment at which WeChat is told at the earliest.
FIRST = 10


class PaymentTransaction(models.Model):
    """What was handed over for a payment in the mini program, for WeChat.

    Addons whose documents are paid so say it by extending :meth:`_wechat_handover`.
    """

    _inherit = "payment.transaction"

    wechat_openid = fields.Char(string="Payer's OpenID", readonly=True, copy=False, groups="base.group_system")

    def _wechatpay_pay_parameters(self, openid, appid=None):
        parameters = super()._wechatpay_pay_parameters(openid, appid)
        self.wechat_openid = openid
        return parameters

    def _set_done(self, **kwargs):
        done = super()._set_done(**kwargs)
        done.sudo()._wechat_announce()
        return done

    def _wechat_announce(self):
        """Have WeChat told, once for each payment, when it is handed over."""
        Shipping, now = self.env["giftcard.wechat.shipping"], fields.Datetime.now()
        paid = self.filtered(
            lambda tx: tx.wechatpay_trade_type == "jsapi" and tx.operation != "refund" and tx.wechat_openid
        )
        domain = [("kind", "=", "miniprogram"), ("appid", "in", paid.mapped("wechatpay_appid"))]
        apps = {app.appid: app for app in self.env["giftcard.wechat.app"].search(domain)} if paid else {}
        known = Shipping.search([("transaction_id", "in", paid.ids)]).transaction_id
        Shipping.create(
            [
                {
                    "transaction_id": tx.id,
                    "app_id": apps[tx.wechatpay_appid].id,
                    "company_id": tx.company_id.id,
                    "paid_at": now,
                    "due_at": now + timedelta(seconds=FIRST),
                }
                for tx in paid - known
                if tx.wechatpay_appid in apps
            ]
        )
        if paid:
            Shipping._trigger(now + timedelta(seconds=FIRST))

    def _wechat_handed_back(self):
        """:return: whether nothing will be handed over for this payment any more"""
        self.ensure_one()
        whole = self.currency_id.compare_amounts(self.wechatpay_refunded, self.amount) >= 0
        return whole or self.giftcard_redemption_id.state in ("rejected", "cancelled", "expired")

    def _wechat_handover(self):
        """:return: ("express", "local", "virtual" or "pickup", list of parcels as WeChat wants them), or None while
        the goods are here
        """
        self.ensure_one()
        if self.giftcard_redemption_id:
            return self.giftcard_redemption_id._wechat_handover()
        # Cards and top-ups are there at once.
        names = self.sale_order_ids.order_line.filtered(lambda line: not line.display_type).mapped("name")
        text = ", ".join(names) or f"{self.company_id.name} {self.reference}"
        return "virtual", [{"item_desc": " ".join(text.split())[:DESCRIPTION]}]
