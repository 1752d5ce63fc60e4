from odoo import api, fields, models
from odoo.exceptions import ValidationError

# What a banner leads to -> the field that says where.
TARGETS = {
    "article": "article_id",
    "reward": "reward_id",
    "store": "store_id",
    "page": "page",
    "url": "url",
}


class GiftcardBanner(models.Model):
    """A picture on a page of the mini program that leads somewhere."""

    _name = "giftcard.banner"
    _description = "Banner"
    _inherit = ["giftcard.content.mixin", "image.mixin"]
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, help="Also read out to those who cannot see the picture.")
    image_1920 = fields.Image(required=True)
    placement = fields.Selection(
        [("home", "Home"), ("mall", "Points mall"), ("wallet", "Wallet"), ("me", "Member's page")],
        required=True,
        default="home",
    )
    target = fields.Selection(
        [
            ("none", "Nothing"),
            ("article", "Article"),
            ("reward", "Reward"),
            ("store", "Store"),
            ("page", "Page of the mini program"),
            ("url", "Web page"),
        ],
        string="Leads To",
        required=True,
        default="none",
    )
    article_id = fields.Many2one("giftcard.article", index="btree_not_null", ondelete="restrict", check_company=True)
    reward_id = fields.Many2one("giftcard.reward", index="btree_not_null", ondelete="restrict", check_company=True)
    store_id = fields.Many2one("giftcard.store", index="btree_not_null", ondelete="restrict", check_company=True)
    page = fields.Char(help="Path in the mini program, e.g. pages/tier/index.")
    url = fields.Char(string="Address", help="https address of a domain that the mini program may open.")

    @api.constrains("target", *TARGETS.values())
    def _check_target(self):
        for banner in self:
            if banner.target != "none" and not banner[TARGETS[banner.target]]:
                raise ValidationError(self.env._("Say where the banner %s leads to.", banner.name))
            if banner.target == "url" and not banner.url.startswith("https://"):
                raise ValidationError(self.env._("Web pages are opened by https:// addresses only."))
            if banner.target == "page" and (banner.page.startswith("/") or ":" in banner.page):
                raise ValidationError(self.env._("The path of a page begins without a slash, e.g. pages/tier/index."))
