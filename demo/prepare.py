"""What the story starts from, made once: the shop is a Chinese retailer, and its customers have shopped.

Not demo data of an addon, since a company's currency is its own decision, to be made before its first booking.
"""

from .odoo import Odoo
from .report import run, tell
from .story import Story


def settle(admin):
    [currency_id] = admin.call("res.currency", "search", [("name", "=", "CNY")], context={"active_test": False})
    admin.call("res.currency", "write", [currency_id], {"active": True})
    company = {
        "name": "晨光百货 Morning Light",
        "currency_id": currency_id,
        "country_id": admin.ref("base.cn"),
        # A shop with many small sales books its stock when a session closes.
        "point_of_sale_update_stock_quantities": "closing",
    }
    company_id = admin.ref("base.main_company")
    partner_id = admin.read("res.company", company_id, "partner_id")["partner_id"][0]
    admin.call("res.company", "write", [company_id], company)
    admin.call("res.partner", "write", [partner_id], {"tz": "Asia/Shanghai"})
    for model in ("product.pricelist", "loyalty.program"):
        admin.call(model, "write", admin.call(model, "search", []), {"currency_id": currency_id})
    admin.call("loyalty.program", "write", [admin.ref("loyalty.gift_card_program")], {"portal_point_name": "¥"})
    users = admin.call("res.users", "search", [("share", "=", False)])
    admin.call("res.users", "write", users, {"tz": "Asia/Shanghai"})
    return "晨光百货 Morning Light sells in CNY", None


def speak_chinese(admin):
    [language_id] = admin.call("res.lang", "search", [("code", "=", "zh_CN")], context={"active_test": False})
    wizard_id = admin.call("base.language.install", "create", {"lang_ids": [(6, 0, [language_id])]})
    admin.call("base.language.install", "lang_install", [wizard_id])
    return "简体中文 can be chosen in the preferences", None


def take_cash(admin):
    """Over the counter; an order of the demo data, which cannot be invoiced before the company has its currency."""
    waiting = [("idempotency_key", "=", "demo/counter"), ("state", "=", "awaiting_payment")]
    orders = admin.call("giftcard.redemption", "search_read", waiting, ["name", "cash_total"])
    for order in orders:
        payment = {"redemption_id": order["id"], "method": "cash"}
        payment_id = admin.call("giftcard.redemption.payment", "create", payment)
        admin.call("giftcard.redemption.payment", "action_confirm", [payment_id])
        admin.call("giftcard.redemption", "action_approve", [order["id"]])
    return ", ".join(f"{order['name']}: {order['cash_total']:.2f} beside its points" for order in orders), None


def main(options):
    admin = Odoo(options.url, options.database, "admin", "admin")
    story = Story(options.url, admin, None, None, options.customers)
    tell("The shop is set up", settle, admin)
    tell("It speaks Chinese", speak_chinese, admin)
    tell("Cash is taken at the counter", take_cash, admin)
    for title, step in story.shopping():
        tell(title, step)


if __name__ == "__main__":
    run(main, "Put into a database what the story starts from.")
