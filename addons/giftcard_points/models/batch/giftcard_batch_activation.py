from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..ledger.act import Act
from ..ledger.giftcard_ledger import Grant

CHUNK = 5_000


class GiftcardBatchActivation(models.Model):
    """The activation of cards of a batch, from one serial to another: from then on they are worth their value."""

    _name = "giftcard.batch.activation"
    _description = "Activation of Paper Cards"
    _order = "id desc"

    batch_id = fields.Many2one("giftcard.batch", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="batch_id.company_id", store=True, index=True)
    first = fields.Integer(string="From Serial", required=True, readonly=True)
    last = fields.Integer(string="To Serial", required=True, readonly=True)
    reason = fields.Char(required=True, readonly=True)
    state = fields.Selection(
        [("running", "Running"), ("done", "Done")], default="running", required=True, readonly=True
    )
    activated_count = fields.Integer(string="Cards Activated", default=0, required=True, readonly=True)
    create_uid = fields.Many2one("res.users", string="Activated By", readonly=True)

    _range_check = models.Constraint("CHECK(1 <= first AND first <= last)", "The serials have to be in order.")

    @api.depends("batch_id", "first", "last")
    def _compute_display_name(self):
        for activation in self:
            activation.display_name = f"{activation.batch_id.name}: {activation.first}-{activation.last}"

    @api.model
    def _start(self, batch, first, last, reason):
        """Activate the cards of a range that are not activated yet; the first of them at once, the rest by a job.

        :param batch: a generated ``giftcard.batch`` that the user may write
        :return: the ``giftcard.batch.activation``
        :raise UserError: when the batch is not to be activated, or has no such serials
        """
        batch._check_promise()
        if not 1 <= first <= last <= batch.quantity:
            raise UserError(self.env._("The serials of this batch are 1 to %s.", batch.quantity))
        batch._advance("active", ("generated", "active"))
        # The right to write the batch has been checked; activations are made here alone.
        activation = self.sudo().create({"batch_id": batch.id, "first": first, "last": last, "reason": reason})
        activation._activate_chunk()
        if activation.state == "running":
            batch._trigger()
        return activation.with_env(self.env)

    def _activate_chunk(self, limit=CHUNK):
        """Activate the next cards and book their value, in one transaction.

        :return: the number of cards; 0 when none is left, or another process is at it
        """
        self.ensure_one()
        self.flush_recordset()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT activation.id, batch.state
                  FROM giftcard_batch_activation activation JOIN giftcard_batch batch ON batch.id = activation.batch_id
                 WHERE activation.id = %s AND activation.state = 'running'
                   FOR NO KEY UPDATE OF activation SKIP LOCKED
                """,
                self.id,
            )
        )
        if not rows:
            return 0
        cards = self._open_cards(limit) if rows[0][1] == "active" else []
        if cards:
            self._book(cards)
        # Nobody may write activations but this.
        self.sudo().write(
            {
                "activated_count": self.activated_count + len(cards),
                "state": "running" if len(cards) == limit else "done",
            }
        )
        self.flush_recordset()
        return len(cards)

    def _open_cards(self, limit):
        """:return: list of (id, serial) of the next cards, which are active now"""
        # Chosen apart: as a subquery of the UPDATE the planner may run the LIMIT once a row.
        return self.env.execute_query(
            SQL(
                """
                WITH next AS MATERIALIZED (
                    SELECT id FROM loyalty_card
                     WHERE batch_id = %s AND batch_serial BETWEEN %s AND %s AND state = 'generated'
                     ORDER BY batch_serial
                     LIMIT %s
                       FOR NO KEY UPDATE
                )
                UPDATE loyalty_card card SET state = 'active'
                  FROM next
                 WHERE card.id = next.id
             RETURNING card.id, card.batch_serial
                """,
                self.batch_id.id,
                self.first,
                self.last,
                limit,
            )
        )

    def _book(self, cards):
        batch = self.batch_id
        # Booked as an act of who asked for the activation, whichever job does it.
        ledger = self.env["giftcard.ledger"].with_user(self.create_uid).with_company(batch.company_id)
        sample = self.env["loyalty.card"].browse(cards[0][0])
        expires_on = batch.expiration_date or sample._ledger_expiry()
        ledger._grant_many(
            [
                Grant(
                    Act(
                        "issue",
                        key=f"giftcard.batch/{batch.id}/{serial}",
                        document=("giftcard.batch", batch.id),
                        store_id=batch.store_id.id or None,
                        reason=self.reason,
                    ),
                    card_id,
                    batch.value,
                    "paid",
                    expires_on,
                )
                for card_id, serial in sorted(cards)
            ]
        )
