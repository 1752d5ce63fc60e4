"""Make the database's company a Chinese retailer, before any of its data: a script for ``odoo shell``.

Not demo data of an addon, since a company's currency and chart of accounts are its own decision, to be made before the
first booking.
"""

company = env["res.company"].browse(1)  # noqa: F821
cny = env.ref("base.CNY")  # noqa: F821
cny.active = True
company.partner_id.write({"name": "晨光百货 Morning Light", "tz": "Asia/Shanghai", "country_id": env.ref("base.cn").id})  # noqa: F821
company.currency_id = cny
# A shop with many small sales books its stock when a session closes.
company.point_of_sale_update_stock_quantities = "closing"
env["account.chart.template"].try_loading("cn", company, install_demo=False)  # noqa: F821
env["loyalty.program"].search([]).write({"currency_id": cny.id, "portal_point_name": "¥"})  # noqa: F821
env["res.users"].with_context(active_test=False).search([("id", "<", 10)]).write({"tz": "Asia/Shanghai"})  # noqa: F821
env["res.lang"]._activate_lang("zh_CN")  # noqa: F821
# Our addons bring their demo data to a database without that of Odoo, which takes longer to load than all of them.
env["ir.module.module"].search([("state", "=", "installed")]).demo = True  # noqa: F821
env.cr.commit()  # noqa: F821
