from odoo.addons.payment import reset_payment_provider


def uninstall_hook(env):
    reset_payment_provider(env, "wechatpay")
