from dataclasses import replace

from odoo import models
from odoo.tools import SQL

from odoo.addons.giftcard_points.exceptions import CodeNotAccepted
from odoo.addons.giftcard_points.models.ledger.act import Act

from .loyalty_program import GOODS


class GiftcardCode(models.AbstractModel):
    """The secret of a goods card buys nothing at the till: it makes the card a member's, who then exchanges it."""

    _inherit = "giftcard.code"

    def _claim_goods_card(self, secret, member, number=None, ip=None):
        """Make the goods card of a secret the member's, once; attempts are logged and slowed down as for money.

        :param secret: as typed or scanned
        :param member: ``res.partner``; the caller has made sure of who it is
        :param number: of the card, if it was given too
        :param ip: of the caller, if it is no member of the staff
        :return: the ``loyalty.card``
        :raise CodeNotAccepted: without telling why
        :raise TooManyAttempts: when the caller has to wait
        """
        card, __ = self._accept(secret, Act("transfer", member_id=member.id), number, ip, types=(GOODS,))
        # Who acts for members may not write cards.
        card = card.sudo()
        card.flush_recordset()
        rows = card.env.execute_query(
            SQL(
                "UPDATE loyalty_card SET partner_id = %s"
                " WHERE id = %s AND state = 'active' AND (partner_id IS NULL OR partner_id = %s) RETURNING id",
                member.id,
                card.id,
                member.id,
            )
        )
        card.invalidate_recordset(flush=False)
        if not rows:
            raise CodeNotAccepted(self.env._("This code is not accepted."))
        return card.with_env(self.env)

    def _judge(self, card, act, types):
        if card.program_type == GOODS:
            # Where it can be used is looked at when it is exchanged; it is claimed anywhere.
            act = replace(act, store_id=card.batch_id.store_id.id or act.store_id)
        return super()._judge(card, act, types)
