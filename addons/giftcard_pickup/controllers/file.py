from werkzeug.exceptions import Gone

from odoo.http import Controller, request, route

from ..exceptions import LinkNotValid


class FileController(Controller):
    """The files that members have redeemed; the link is the right to have them."""

    @route("/giftcard/file/<int:fulfilment_id>/<int:until>/<string:mac>", type="http", auth="public", methods=["GET"])
    def file(self, fulfilment_id, until, mac):
        """Send a file to whoever has a link of its member, and count that."""
        # The signature has to be ours before anything is read.
        fulfilments = request.env["giftcard.fulfilment"].sudo()
        try:
            reward = fulfilments._download(fulfilment_id, until, mac)
        except LinkNotValid as refusal:
            raise Gone(str(refusal)) from None
        stream = request.env["ir.binary"].sudo()._get_stream_from(reward, "file", reward.file_name)
        response = stream.get_response(as_attachment=True, max_age=0, immutable=False)
        # The right is in the address: keep it, and the file, from other sites and from caches.
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response
