from odoo import fields, models
from odoo.fields import Command

from .amounts import total


class GiftcardRedemption(models.Model):
    """Invoice and credit notes of the cash that came by a provider or over the counter.

    Stored value has none: the ledger posts what it pays.
    """

    _inherit = "giftcard.redemption"

    invoice_ids = fields.One2many(
        "account.move",
        "giftcard_redemption_id",
        string="Invoices",
        readonly=True,
        groups="account.group_account_invoice",
    )

    def _invoice(self):
        """:return: the posted invoice of the cash; made when there is none"""
        invoice = self.invoice_ids.filtered(lambda move: move.move_type == "out_invoice")
        return invoice or self._bill(
            "out_invoice", {line.id: line.quantity for line in self.line_ids}, self.shipping_amount
        )

    def _credit_note(self, refund):
        """:return: the posted credit note of a refund, or none where nothing was invoiced"""
        invoice = self.invoice_ids.filtered(lambda move: move.move_type == "out_invoice")
        if not invoice or not refund.pieces:
            return self.env["account.move"]
        pieces = {int(line_id): quantity for line_id, quantity in refund.pieces.items()}
        cash = total((line.cash_price, pieces.get(line.id, 0)) for line in self.line_ids)
        return self._bill("out_refund", pieces, refund.amount - cash, reversed_entry_id=invoice.id)

    def _bill(self, move_type, pieces, shipping, **values):
        lines = [
            {"product_id": line.product_id.id, "quantity": pieces[line.id], "price": line.cash_price}
            for line in self.line_ids
            if line.cash_price and pieces.get(line.id)
        ]
        if not self.currency_id.is_zero(shipping):
            lines.append({"product_id": self.carrier_id.product_id.id, "quantity": 1, "price": shipping})
        move = self.env["account.move"].create(
            {
                **values,
                "move_type": move_type,
                "company_id": self.company_id.id,
                "partner_id": self.member_id.id,
                "currency_id": self.currency_id.id,
                "invoice_origin": self.name,
                "invoice_date": fields.Date.context_today(self),
                "giftcard_redemption_id": self.id,
                "invoice_line_ids": [
                    Command.create(
                        {"product_id": line["product_id"], "quantity": line["quantity"], "price_unit": line["price"]}
                    )
                    for line in lines
                ],
            }
        )
        # Prices in money include the taxes, whatever the taxes of the product say.
        for line in move.invoice_line_ids:
            if not all(tax.price_include for tax in line.tax_ids):
                line.price_unit = line.tax_ids.with_context(force_price_include=True).compute_all(
                    line.price_unit, self.currency_id, 1.0, line.product_id, self.member_id
                )["total_excluded"]
        rounding = total((line["price"], line["quantity"]) for line in lines) - move.amount_total
        if not self.currency_id.is_zero(rounding):
            move.invoice_line_ids = [
                Command.create(
                    {
                        "name": self.env._("Rounding"),
                        "quantity": 1,
                        "price_unit": rounding,
                        "tax_ids": [Command.clear()],
                    }
                )
            ]
        move.action_post()
        return move

    def _pay_move(self, move, journal):
        """:return: the posted ``account.payment`` of an invoice or credit note through a journal"""
        register = self.env["account.payment.register"].with_context(active_model="account.move", active_ids=move.ids)
        return register.create({"journal_id": journal.id})._create_payments()

    def _pay_back(self, refund):
        """What was paid at the counter is given back there."""
        if move := self._credit_note(refund):
            refund.payment_id = self._pay_move(move, self.payment_id.journal_id)
