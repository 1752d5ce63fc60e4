from base64 import b64encode

from odoo import models
from odoo.http import request

from ...api.problems import Problem
from ...schemas.scene import OpenedScene, ScenePickup, SharedScene


class GiftcardApiScene(models.AbstractModel):
    _name = "giftcard.api.scene"
    _inherit = "giftcard.api.service"
    _description = "API: Codes and Links of the Mini Program"

    def _share(self, wish):
        """:param wish: :class:`~...schemas.scene.SceneRequest`
        :return: :class:`~...schemas.scene.SharedScene`
        """
        app = self.env["giftcard.wechat.app"]._choose("miniprogram", wish.appid)
        scene, key = getattr(self, f"_share_{wish.kind}")(wish)
        expires_at = scene.sudo().expires_at or None
        answer = SharedScene(scene=key, page=app.sudo().scene_page, expires_at=expires_at)
        if wish.form == "image":
            answer.image = b64encode(app._scene_image(key)).decode()
        elif wish.form != "scene":
            answer.link = app._scene_link(key, wish.form)
        return answer

    def _share_gift(self, wish):
        gift = self.env["giftcard.gift"]._find(wish.token)
        if gift.giver_id != self._member() or gift.state != "offered":
            raise Problem("not_found")
        return self.env["giftcard.scene"]._for_secret(
            "gift", self._member(), gift.company_id, wish.token, gift.expires_at
        )

    def _share_pickup(self, wish):
        redemption = self._own("giftcard.redemption", wish.redemption_id)
        # The member sends the code to the person who goes for him.
        code = redemption.sudo().proxy_code_id
        if not code:
            raise Problem("not_found")
        return self.env["giftcard.scene"]._for_secret(
            "pickup", self._member(), code.company_id, f"{code.id}", code.valid_until
        )

    def _share_referral(self, wish):
        scene = self.env["giftcard.scene"]._of_inviter(self._member(), self.env.company)
        return scene, scene.sudo().key

    def _open(self, key):
        """:return: :class:`~...schemas.scene.OpenedScene`"""
        self.env["giftcard.api.rate"]._take("scene", request.httprequest.remote_addr)
        scene, secret = self.env["giftcard.scene"]._open(key)
        opened = OpenedScene(kind=scene.kind)
        if scene.kind == "store":
            opened.store_id = scene.store_id.id
        elif scene.kind == "referral":
            opened.inviter = f"{scene.member_id.name[:1]}**"
        elif scene.kind == "gift":
            opened.gift_token = secret
        else:
            opened.pickup = self._pickup(secret)
        return opened

    def _pickup(self, code_id):
        # Who was sent the key goes for the member.
        code = self.env["giftcard.pickup.code"].sudo().browse(int(code_id)).exists()
        if code.state != "open":
            raise Problem("link_not_valid")
        return ScenePickup(
            digits=code.digits,
            token=code.token,
            valid_until=code.valid_until,
            store_id=code.store_id.id,
            store=code.store_id.name,
        )
