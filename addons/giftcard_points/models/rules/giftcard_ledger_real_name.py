from odoo import models
from odoo.tools import SQL

from ...exceptions import RealNameRequired


class GiftcardLedger(models.AbstractModel):
    """Who buys value for much money is known by name."""

    _inherit = "giftcard.ledger"

    def _grant_many(self, grants):
        self._check_real_names(grants)
        return super()._grant_many(grants)

    def _check_real_names(self, grants):
        """Buyers at or above their program's threshold need a verified name. What counts is all that one document
        buys of a program, however many cards that is. The buyer is the holder of the card, else the document's.

        :raise RealNameRequired: when the buyer is unknown or the name not verified
        """
        bought = [
            (grant.card_id, self._amount(grant.amount), grant.act.kind, grant.act.key, *(grant.act.document or ("", 0)))
            for grant in grants
            # Paper cards are made for stock; whoever buys them is known at the sale.
            if grant.origin == "paid"
            and grant.act.kind in ("issue", "load")
            and (grant.act.document or ("",))[0] != "giftcard.batch"
        ]
        if not bought:
            return
        self._flush()
        self.env["res.partner"].flush_model(["real_name_verified"])
        for model in ("sale.order", "pos.order"):
            self.env[model].flush_model(["partner_id"])
        rows = self.env.execute_query(
            SQL(
                """
                WITH fresh AS (
                    SELECT input.*, card.program_id, card.partner_id
                      FROM unnest(%(bought)s) AS input (card_id, amount, kind, key, res_model, res_id)
                      JOIN loyalty_card card ON card.id = input.card_id
                     WHERE NOT EXISTS (SELECT FROM giftcard_operation operation
                                        WHERE operation.company_id = COALESCE(card.company_id, %(company)s)
                                          AND operation.kind = input.kind AND operation.idempotency_key = input.key)
                ), purchase AS (
                    -- Each grant without a document is a purchase of its own.
                    SELECT program_id, res_model, res_id, partner_id AS holder_id, SUM(amount) AS amount
                      FROM fresh
                     GROUP BY program_id, res_model, res_id, partner_id, CASE WHEN res_model = '' THEN key END
                )
                SELECT program.id
                  FROM purchase
                  JOIN loyalty_program program ON program.id = purchase.program_id
             LEFT JOIN LATERAL (
                       SELECT SUM(lot.granted) AS amount
                         FROM giftcard_operation operation
                         JOIN giftcard_entry entry ON entry.operation_id = operation.id
                         JOIN giftcard_lot lot ON lot.entry_id = entry.id AND lot.origin = 'paid'
                         JOIN loyalty_card card ON card.id = entry.card_id
                        WHERE purchase.res_model <> '' AND operation.res_model = purchase.res_model
                          AND operation.res_id = purchase.res_id AND operation.kind IN ('issue', 'load')
                          AND card.program_id = purchase.program_id
                          AND NOT EXISTS (SELECT FROM giftcard_operation undone
                                           WHERE undone.refund_of_id = operation.id
                                              OR undone.reversal_of_id = operation.id)) before ON TRUE
             LEFT JOIN sale_order sale ON purchase.res_model = 'sale.order' AND sale.id = purchase.res_id
             LEFT JOIN pos_order pos ON purchase.res_model = 'pos.order' AND pos.id = purchase.res_id
             LEFT JOIN res_partner buyer ON buyer.id = COALESCE(purchase.holder_id, sale.partner_id, pos.partner_id)
                 WHERE purchase.amount + COALESCE(before.amount, 0) >= NULLIF(program.real_name_from, 0)
                   AND buyer.real_name_verified IS NOT TRUE
                 LIMIT 1
                """,
                bought=self._columns(bought, "int4 numeric text text text int4"),
                company=self.env.company.id,
                to_flush=self.env["loyalty.program"]._fields["real_name_from"],
            )
        )
        for (program_id,) in rows:
            # Only the threshold is told.
            program = self.env["loyalty.program"].sudo().browse(program_id)
            raise RealNameRequired(
                self.env._(
                    "From %(amount)g the buyer of %(program)s needs a verified name.",
                    amount=program.real_name_from,
                    program=program.name,
                )
            )
