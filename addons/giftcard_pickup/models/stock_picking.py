from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .states import UNDONE


class StockPicking(models.Model):
    """The goods of a redemption leave against its pickup code, and are freed by its cancellation, by nothing else."""

    _inherit = "stock.picking"

    giftcard_redemption_id = fields.Many2one(
        "giftcard.redemption",
        string="Redemption",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )

    giftcard_exchange = fields.Boolean(
        string="Exchange",
        readonly=True,
        copy=False,
        help="Other pieces go out for those that come back, so neither points nor cash are given back.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._refuse_link(vals)
        if not self.env.su:
            # Defaults, of the context or of the user, count as little as what is passed.
            none = dict.fromkeys(self._redemption_links(), False)
            vals_list = [{**vals, **none} for vals in vals_list]
        return super().create(vals_list)

    def write(self, vals):
        self._refuse_link(vals)
        return super().write(vals)

    @api.model
    def _redemption_links(self):
        """:return: names of the fields that tie a transfer to a redemption"""
        return "giftcard_redemption_id", "giftcard_exchange"

    def _refuse_link(self, vals):
        """A transfer taken from its redemption could be validated without the code."""
        if not self.env.su and not vals.keys().isdisjoint(self._redemption_links()):
            raise AccessError(self.env._("The redemption of a transfer cannot be changed."))

    def _create_backorder_picking(self):
        backorder = super()._create_backorder_picking()
        # What is sent, or comes back, later belongs to the redemption as well. Of an exchange nothing is given back.
        picking = self.sudo()
        backorder.sudo().write(
            {
                "giftcard_redemption_id": picking.giftcard_redemption_id.id,
                "giftcard_exchange": picking.giftcard_exchange,
                **({"return_id": picking.return_id.id} if picking.return_id.giftcard_redemption_id else {}),
            }
        )
        return backorder

    def _action_done(self):
        # Read with the system's rights: a warehouse worker need not see redemptions.
        redemptions = self.sudo().giftcard_redemption_id
        if redemptions:
            redemptions._lock()
        for redemption in redemptions:
            if redemption.fulfilment == "delivery":
                redemption._check_shippable()
            else:
                redemption._check_issue(self.sudo().filtered_domain([("giftcard_redemption_id", "=", redemption.id)]))
        returns = self.sudo().filtered(lambda picking: picking.return_id.giftcard_redemption_id)
        if returns:
            returns.return_id.giftcard_redemption_id._lock_for_return()
            returns = returns._of_what_has_left()
        done = super()._action_done()
        for picking in returns.filtered(lambda picking: picking.state == "done" and not picking.giftcard_exchange):
            picking.return_id.giftcard_redemption_id._take_return(picking)
        redemptions.filtered(lambda redemption: redemption.fulfilment == "delivery")._ship()
        return done

    def _of_what_has_left(self):
        """:return: those returns that bring back what a member had

        :raise UserError: when one takes back what is picked for a member still
        """
        sent = self.filtered(lambda picking: picking.return_id.location_dest_id.usage == "customer")
        (self - sent).return_id._refuse_to_free()
        return sent

    def action_cancel(self):
        self._refuse_to_free()
        return super().action_cancel()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_redemption(self):
        self._refuse_to_free()

    def _refuse_to_free(self):
        for redemption in self.sudo().giftcard_redemption_id:
            if redemption.state not in UNDONE and not redemption._rest_given_up():
                raise UserError(
                    self.env._(
                        "The goods of %s are reserved for a member. Cancel the redemption instead.", redemption.name
                    )
                )
