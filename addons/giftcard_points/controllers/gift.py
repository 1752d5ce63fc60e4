from odoo.http import Controller, request, route

from ..exceptions import LedgerError


class GiftController(Controller):
    """The page behind the link of a gift, for members who log in to the portal."""

    @route("/giftcard/gift/<string:token>", type="http", auth="user", methods=["GET", "POST"], website=True)
    def gift(self, token):
        """Show a gift to whoever has its token, and let him claim it."""
        gift, error = request.env["giftcard.gift"], None
        try:
            with request.env.cr.savepoint():
                gift = gift._find(token)
                if request.httprequest.method == "POST":
                    gift = gift._claim(token, request.env.user.partner_id)
        except LedgerError as refusal:
            error = str(refusal)
        # Who has the token may see what is given, by whom, and what has become of it.
        response = request.render("giftcard_points.gift_page", {"gift": gift.sudo(), "error": error})
        # The token is in the address: keep it from other sites and from caches.
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response
