from odoo import http

from ..api.endpoint import endpoint
from ..schemas.scene import OpenedScene, SceneKey, SceneRequest, SharedScene


class SceneController(http.Controller):
    @endpoint(
        "POST",
        "/scenes",
        summary="Make a code or link",
        tag="scene",
        body=SceneRequest,
        answer=SharedScene,
        status=201,
        # The answer would be kept with the key of the request; another scene of the same thing does no harm.
        keyed=False,
        problems=["gift_not_found", "not_found", "wechat_refused", "wechat_unavailable"],
    )
    def share(self, body):
        """Something short for others to open in the mini program: a gift, a pickup code, an invitation."""
        return self.env["giftcard.api.scene"]._share(body)

    @endpoint(
        "POST",
        "/scenes/open",
        summary="Open a code or link",
        tag="scene",
        body=SceneKey,
        answer=OpenedScene,
        member=False,
        problems=["link_not_valid"],
    )
    def open(self, body):
        """Where a scanned code or an opened link leads. Each call counts as a use."""
        return self.env["giftcard.api.scene"]._open(body.scene)
