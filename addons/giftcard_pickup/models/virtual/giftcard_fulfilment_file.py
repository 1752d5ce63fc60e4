import base64
import hashlib
import hmac
import time

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.giftcard_points.secret import derive_key

from ...exceptions import IllegalTransition, LinkNotValid


class GiftcardFulfilment(models.Model):
    """The link by which a member downloads a file: signed, for a time, so often.

    ``/giftcard/file/<id>/<last second>/<mac>``; the MAC is HMAC-SHA256 of version, id and last second, cut to 128 bits
    (RFC 2104, section 5).
    """

    _inherit = "giftcard.fulfilment"

    def _download_link(self):
        """Make a link that is valid from now for as long as the reward says; earlier ones stay valid for their time.

        :return: address
        :raise IllegalTransition: when there is no file of this to download
        """
        self.ensure_one()
        # The caller has made sure whose it is.
        fulfilment = self.sudo()
        if (fulfilment.kind, fulfilment.state) != ("file", "done"):
            raise IllegalTransition(self.env._("There is nothing to download."))
        until = int(time.time()) + fulfilment.reward_id.link_hours * 3600
        return f"{self.get_base_url()}/giftcard/file/{self.id}/{until}/{self._mac(self.id, until)}"

    @api.model
    def _download(self, fulfilment_id, until, mac):
        """Count a download.

        :param until: unix time in seconds, ``mac``: of the link
        :return: the ``giftcard.reward`` whose file it is
        :raise LinkNotValid: without a count
        """
        if not hmac.compare_digest(self._mac(fulfilment_id, until), mac):
            raise LinkNotValid(self.env._("This link is wrong."))
        if until < time.time():
            raise LinkNotValid(self.env._("This link is out of date. Ask for a new one."))
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE giftcard_fulfilment fulfilment SET download_count = download_count + 1
                  FROM giftcard_reward reward
                 WHERE fulfilment.id = %s AND fulfilment.state = 'done' AND reward.id = fulfilment.reward_id
                   AND (reward.download_limit = 0 OR fulfilment.download_count < reward.download_limit)
             RETURNING reward.id
                """,
                fulfilment_id,
            )
        )
        self.browse(fulfilment_id).invalidate_recordset(flush=False)
        if not rows:
            raise LinkNotValid(self.env._("This file has been downloaded as often as it may be, or was taken back."))
        return self.env["giftcard.reward"].browse(rows[0])

    @api.model
    def _mac(self, fulfilment_id, until):
        body = f"GF1-{fulfilment_id}-{until}"
        mac = hmac.digest(derive_key(self.env, "file link/v1"), body.encode(), hashlib.sha256)[:16]
        return base64.urlsafe_b64encode(mac).decode().rstrip("=")
