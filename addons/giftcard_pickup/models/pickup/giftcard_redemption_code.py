import re

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...exceptions import IllegalTransition, InvalidProxy, InvalidValidity

PHONE_END = re.compile(r"\d{4}", re.ASCII)


class GiftcardRedemption(models.Model):
    """What can be done with the pickup codes of a redemption whose goods are ready.

    The methods need no rights of the user who calls them: the caller makes sure of who the member is, or may decide.
    """

    _inherit = "giftcard.redemption"

    proxy_code_id = fields.Many2one(
        "giftcard.pickup.code", string="Proxy's Code", compute="_compute_proxy", compute_sudo=True
    )
    proxy_name = fields.Char(compute="_compute_proxy", compute_sudo=True)
    proxy_phone = fields.Char(string="Proxy's Phone Ends With", compute="_compute_proxy", compute_sudo=True)

    @api.depends("pickup_code_ids.state")
    def _compute_proxy(self):
        for redemption in self:
            code = redemption.pickup_code_ids.filtered(lambda code: code.role == "proxy" and code.state == "open")
            redemption.proxy_code_id = code
            redemption.proxy_name = code.proxy_name
            redemption.proxy_phone = code.proxy_phone

    # Actions

    def action_change_code(self):
        self.ensure_one()
        self._require_reviewer()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Pickup Code"),
            "res_model": "giftcard.pickup.change",
            "view_mode": "form",
            "target": "new",
            "context": {"default_redemption_id": self.id},
        }

    # Business

    def _extend_pickup(self, valid_until, reason, member=None):
        """Give more time; the codes stay the same, their QR codes say the new time.

        :param valid_until: datetime, UTC, later than now and than before
        :param member: the ``res.partner``, when it is the member who asked for it
        :raise InvalidValidity: when it is not later
        :raise IllegalTransition: when the goods are not ready, or not ready any more
        """
        redemption = self.sudo()
        redemption._lock_ready()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE giftcard_pickup_code SET valid_until = %(until)s
                 WHERE redemption_id = %(id)s AND state = 'open' AND valid_until < %(until)s AND %(until)s > %(now)s
             RETURNING id
                """,
                until=valid_until,
                id=redemption.id,
                now=fields.Datetime.now(),
            )
        )
        if not rows:
            raise InvalidValidity(self.env._("An extension ends later than the code is valid already."))
        codes = redemption.env["giftcard.pickup.code"].browse([code_id for (code_id,) in rows])
        codes.invalidate_recordset(flush=False)
        codes._sign()
        codes._log("extended", reason, member)
        redemption.invalidate_recordset(flush=False)

    def _reissue_code(self, reason, member=None):
        """Make a new code for the member in the place of the old one, which is dead from now on; no time is won by it.

        :return: the new ``giftcard.pickup.code``
        :raise IllegalTransition: when the goods are not ready, or not ready any more
        """
        return self._replace_code("member", reason, member)

    def _set_proxy(self, name, phone, reason=None, member=None):
        """Let another person pick up, with a code of his own that is dead once the goods are handed over to anybody.

        :param name: who it is
        :param phone: the last four digits of his phone, which the clerk asks for
        :return: the new ``giftcard.pickup.code``; that of a proxy named before is dead
        :raise InvalidProxy: when name or digits are missing
        :raise IllegalTransition: when the goods are not ready, or not ready any more
        """
        name, phone = (name or "").strip(), (phone or "").strip()
        if not name or len(name) > 64 or not PHONE_END.fullmatch(phone):
            raise InvalidProxy(self.env._("A proxy needs a name and the last four digits of a phone."))
        return self._replace_code("proxy", reason, member, proxy_name=name, proxy_phone=phone)

    def _drop_proxy(self, reason=None, member=None):
        """Nobody but the member picks up any more."""
        redemption = self.sudo()
        redemption._lock_ready()
        if not redemption.proxy_code_id:
            raise UserError(self.env._("There is no proxy."))
        redemption.proxy_code_id._close("void", reason, member)
        redemption.invalidate_recordset(flush=False)

    def _replace_code(self, role, reason, member, **values):
        redemption = self.sudo()
        redemption._lock_ready()
        codes = redemption.pickup_code_ids.filtered(lambda code: code.state == "open")
        valid_until = codes.filtered(lambda code: code.role == "member").valid_until
        codes.filtered(lambda code: code.role == role)._close("void", reason, member)
        return redemption.env["giftcard.pickup.code"]._issue(
            redemption, reason, member, role=role, valid_until=valid_until, **values
        )

    def _lock_ready(self):
        """Make sure that nobody else changes what is to be picked up, until this transaction ends.

        :raise IllegalTransition: when the goods are not ready
        """
        self.ensure_one()
        if not self._touch_ready():
            raise IllegalTransition(self.env._("The goods of %s are not ready for pickup.", self.name))

    def _touch_ready(self):
        """Write the row, so that this, a handover and a cancellation follow one another in every isolation level.

        :return: whether it is in state ``ready``
        """
        self.flush_recordset()
        rows = self.env.execute_query(
            SQL(
                "UPDATE giftcard_redemption SET write_date = %s, write_uid = %s"
                " WHERE id = %s AND state = 'ready' RETURNING id",
                fields.Datetime.now(),
                self.env.uid,
                self.id,
            )
        )
        self.env.invalidate_all()
        return bool(rows)

    def _told_state(self):
        return dict(self._fields["state"]._description_selection(self.env))[self.state]

    def _told_lines(self, quantities=None):
        """What the clerk is shown of the goods.

        :param quantities: dict of line -> pieces; what is left of each
        """
        if quantities is None:
            quantities = {line: line.left_quantity for line in self._pickup_lines() if line.left_quantity}
        return [
            {
                "line_id": line.id,
                "name": line._label(),
                "quantity": quantity,
                "handed": line.handed_quantity,
                "image_url": line._image_url(),
                "tracking": self._tracking(line),
                "lots": self._reserved_numbers(line),
            }
            for line, quantity in quantities.items()
        ]
