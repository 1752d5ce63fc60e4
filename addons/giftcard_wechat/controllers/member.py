from odoo import http
from odoo.http import request

from ..api.endpoint import PREFIX, endpoint
from ..api.problems import Problem
from ..schemas.member import Avatar, Member, ProfileChange

IMAGE_SECONDS = 86400


class MemberController(http.Controller):
    @endpoint("GET", "/me", summary="Profile and balance", tag="member", answer=Member)
    def me(self):
        """The member who is logged in, with the points and the money that are free to spend."""
        return self.env["giftcard.api.member"]._profile()

    @endpoint(
        "PATCH",
        "/me",
        summary="Change the profile",
        tag="member",
        body=ProfileChange,
        answer=Member,
        keyed=True,
        problems=["birthday_set", "text_refused"],
    )
    def change(self, body):
        """Change name or birthday. A name that WeChat finds risky is refused; one that has to be looked at is shown
        once somebody has done so. The birthday is told once."""
        return self.env["giftcard.api.member"]._change(body)

    @endpoint(
        "PUT",
        "/me/avatar",
        summary="Set the picture",
        tag="member",
        body=Avatar,
        answer=Member,
        keyed=True,
        problems=["picture_refused"],
    )
    def avatar(self, body):
        """Set the picture of the member: decoded, made 512 pixels large, without what else is in the file."""
        return self.env["giftcard.api.member"]._set_avatar(body.image)

    @endpoint("DELETE", "/me/avatar", summary="Remove the picture", tag="member", status=204, keyed=True)
    def remove_avatar(self):
        """Have no picture any more."""
        self.env["giftcard.api.member"]._remove_avatar()

    @http.route(
        f"{PREFIX}/avatars/<string(length=32):key>",
        type="http",
        auth="giftcard_guest",
        methods=["GET"],
        readonly=True,
        save_session=False,
    )
    def picture(self, key):
        """The picture of a member; who has its address, which nobody can guess, may see it."""
        # What the address names is the only thing that a guest gets.
        member = request.env["res.partner"].sudo()._member_of_avatar(key)
        if not member:
            raise Problem("not_found")
        stream = request.env["ir.binary"].sudo()._get_image_stream_from(member, "image_512")
        return stream.get_response(max_age=IMAGE_SECONDS, immutable=True)
