from odoo import fields, models
from odoo.fields import Command


class GiftcardStorePayment(models.Model):
    """Invoice and credit notes of what a provider paid. What cards pay has none: the ledger posts it."""

    _inherit = "giftcard.store.payment"

    invoice_ids = fields.One2many(
        "account.move",
        "giftcard_store_payment_id",
        string="Invoices",
        readonly=True,
        groups="account.group_account_invoice",
    )

    def _invoice_rest(self):
        """:return: the posted invoice of the provider's part; made when there is none"""
        invoice = self.invoice_ids.filtered(lambda move: move.move_type == "out_invoice")
        return invoice or self._bill("out_invoice", self._rest())

    def _credit_rest(self, amount):
        """:return: the posted credit note of a refund by the provider, none where nothing was invoiced"""
        invoice = self.invoice_ids.filtered(lambda move: move.move_type == "out_invoice")
        return self._bill("out_refund", amount, reversed_entry_id=invoice.id) if invoice else invoice

    def _bill(self, move_type, amount, **values):
        # What stores sell bears the company's usual tax, which is in the amount that was paid.
        tax = self.company_id.account_sale_tax_id
        price = amount
        if tax and not tax.price_include:
            price = tax.with_context(force_price_include=True).compute_all(amount, self.currency_id)["total_excluded"]
        move = self.env["account.move"].create(
            {
                **values,
                "move_type": move_type,
                "company_id": self.company_id.id,
                "partner_id": self.member_id.id,
                "currency_id": self.currency_id.id,
                "invoice_origin": self.name,
                "invoice_date": fields.Date.context_today(self),
                "giftcard_store_payment_id": self.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": f"{self.store_id.name} {self.name}",
                            "quantity": 1,
                            "price_unit": price,
                            "tax_ids": [Command.set(tax.ids)],
                        }
                    )
                ],
            }
        )
        rounding = self.currency_id.round(amount - move.amount_total)
        if rounding:
            line = {
                "name": self.env._("Rounding"),
                "quantity": 1,
                "price_unit": rounding,
                "tax_ids": [Command.clear()],
            }
            move.invoice_line_ids = [Command.create(line)]
        move.action_post()
        return move
