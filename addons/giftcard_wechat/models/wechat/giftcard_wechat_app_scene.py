from odoo import fields, models

from ...exceptions import WechatRefused

# Pixels; WeChat draws 280 to 1280.
WIDTH = 430
# Days that a link to a mini program lasts at most.
LINK_DAYS = 30


class GiftcardWechatApp(models.Model):
    """Codes and links that open the mini program at a scene."""

    _inherit = "giftcard.wechat.app"

    scene_page = fields.Char(
        string="Page of Codes and Links",
        required=True,
        default="pages/scene/index",
        help="What opens by a code or link; it gets the key as its parameter “scene”.",
    )

    def _choose_for(self, company):
        """:return: the mini program of a company
        :raise WechatRefused: when there is none
        """
        # Staff who print a code need not be allowed to set up apps.
        app = self.sudo().search([("kind", "=", "miniprogram"), ("company_id", "=", company.id)], limit=1)
        if not app:
            raise WechatRefused(self.env._("%s has no mini program.", company.name))
        return app.with_env(self.env)

    def _scene_image(self, key):
        """:return: bytes of the picture of a mini program code: interface ``getwxacodeunlimit``"""
        app = self.sudo()
        content = {
            "scene": key,
            "page": app.scene_page,
            # A page that is not released yet cannot be checked.
            "check_path": app.release == "release",
            "env_version": app.release,
            "width": WIDTH,
        }
        answer = self._call("post", "wxa/getwxacodeunlimit", content)
        if isinstance(answer, dict):
            raise WechatRefused(self.env._("WeChat did not draw the code."))
        return answer.content

    def _scene_link(self, key, form):
        """:param form: "scheme" (``weixin://``, for pages outside of WeChat) or "url_link" (``https://``, for SMS)
        :return: a link that lasts for 30 days: interfaces ``generatescheme``, ``generate_urllink``
        """
        app = self.sudo()
        target = {"path": app.scene_page, "query": f"scene={key}", "env_version": app.release}
        expiry = {"expire_type": 1, "expire_interval": LINK_DAYS}
        if form == "scheme":
            content = {"jump_wxa": {**target, "path": f"/{target['path']}"}, "is_expire": True, **expiry}
            return self._call("post", "wxa/generatescheme", content)["openlink"]
        content = {**target, "path": f"/{target['path']}", **expiry}
        return self._call("post", "wxa/generate_urllink", content)["url_link"]
