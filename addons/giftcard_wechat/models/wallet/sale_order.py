from odoo import api, fields, models
from odoo.fields import Command

from odoo.addons.giftcard_points.exceptions import CardNotUsable, InvalidAmount, LimitExceeded


class SaleOrder(models.Model):
    """What a member buys over the API: gift cards, or stored value for a wallet.

    A stock sales order, confirmed by its payment, which issues what it sells. What the ledger would refuse then is
    refused before anybody pays.
    """

    _inherit = "sale.order"

    giftcard_purchase = fields.Selection(
        [("card_order", "Gift cards"), ("top_up", "Top-up")], string="Bought Over the API", readonly=True, copy=False
    )
    giftcard_buyer_id = fields.Many2one(
        "res.partner",
        string="Bought By",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The member who ordered and pays.",
    )
    giftcard_transaction_id = fields.Many2one(
        "payment.transaction", string="Paid By", readonly=True, copy=False, index="btree_not_null", ondelete="restrict"
    )

    giftcard_card_ids = fields.One2many("loyalty.card", "order_id", string="Issued Cards", readonly=True)

    # === ORDERS === #

    @api.model
    def _sell_cards(self, member, theme, amount, quantity):
        """:param amount: value of each card
        :return: the draft ``sale.order``
        :raise AmountNotOffered, LimitExceeded, RealNameRequired: nothing is ordered then
        """
        currency = theme.currency_id
        self._refuse_fraction(amount, currency)
        if not theme.product_id:
            raise CardNotUsable(self.env._("%s is no gift card on sale.", theme.name))
        theme._refuse_amount(float(amount))
        theme.program_id._refuse_load(float(amount), float(amount) * quantity, member)
        return self._order_for(member, member, "card_order", theme.product_id, amount, quantity, currency)

    @api.model
    def _sell_top_up(self, buyer, beneficiary, program, amount):
        """:param beneficiary: ``res.partner``, the member whose wallet gets it
        :return: the draft ``sale.order``
        :raise CardNotUsable, LimitExceeded, RealNameRequired, MemberFrozen, MemberClosed: nothing is ordered then
        """
        self._refuse_fraction(amount, program.currency_id)
        beneficiary._refuse_inactive_member()
        wallet = beneficiary._member_card(program)
        if wallet.state != "active":
            raise CardNotUsable(self.env._("This wallet takes nothing at present."))
        program._refuse_load(float(amount), float(amount), beneficiary)
        self._refuse_overflow(wallet, program, float(amount))
        product = program.rule_ids.product_ids[:1]
        return self._order_for(buyer, beneficiary, "top_up", product, amount, 1, program.currency_id)

    def _refuse_overflow(self, wallet, program, amount):
        room = program.max_balance and program.max_balance - wallet.balance
        if program.max_balance and amount + self._tier_bonus(program, amount) > room:
            raise LimitExceeded(self.env._("The wallet may hold %(limit)g.", limit=program.max_balance), max(room, 0.0))

    @api.model
    def _tier_bonus(self, program, amount):
        """:return: what the highest tier that is reached adds"""
        tiers = program.top_up_tier_ids.filtered(lambda tier: tier.paid <= amount)
        return max(tiers, key=lambda tier: tier.paid).bonus if tiers else 0.0

    def _refuse_fraction(self, amount, currency):
        if currency.compare_amounts(float(amount), currency.round(float(amount))) or not currency.round(float(amount)):
            raise InvalidAmount(
                self.env._("%(amount)s is no amount of %(currency)s.", amount=amount, currency=currency.name)
            )

    def _order_for(self, buyer, holder, purchase, product, amount, quantity, currency):
        order = self.create(
            {
                "partner_id": holder.id,
                "partner_invoice_id": buyer.id,
                "company_id": self.env.company.id,
                "pricelist_id": self._pricelist_in(currency).id,
                # Nobody on the staff has sold it.
                "user_id": False,
                "giftcard_purchase": purchase,
                "giftcard_buyer_id": buyer.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "price_unit": float(amount),
                            # What is paid is what the card is worth.
                            "discount": 0,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        if order.currency_id != currency:
            raise CardNotUsable(self.env._("There is no pricelist in %s to sell this by.", currency.name))
        order._update_programs_and_rewards()
        return order

    def _pricelist_in(self, currency):
        """:return: a pricelist in this currency, none where it is the company's own"""
        Pricelist = self.env["product.pricelist"]
        if currency == self.env.company.currency_id:
            return Pricelist
        domain = [("currency_id", "=", currency.id), ("company_id", "in", [False, self.env.company.id])]
        return Pricelist.search(domain, limit=1)

    # === PAYMENT === #

    def _begin_payment(self, provider, member, amount, currency, **values):
        return self.env["payment.transaction"]._begin_for(
            self, member, amount, currency, provider, sale_order_ids=[Command.set(self.ids)], **values
        )

    def _issued_to_member(self):
        """Put the gift cards that the order has issued into the buyer's name."""
        for order in self.filtered(lambda order: order.giftcard_purchase == "card_order"):
            order._issued_gift_cards().partner_id = order.giftcard_buyer_id

    def _send_order_notification_mail(self, *args, **kwargs):
        # Members without an address see their orders in the app.
        return None if self._told_by_app() else super()._send_order_notification_mail(*args, **kwargs)

    def _send_reward_coupon_mail(self):
        return super(SaleOrder, self.filtered(lambda order: not order._told_by_app()))._send_reward_coupon_mail()

    def _told_by_app(self):
        return bool(self.giftcard_purchase) and not self.partner_id.email
