from odoo import fields, models
from odoo.orm.models import NO_ACCESS


class LoyaltyCard(models.Model):
    """A paper card: a public number in ``code``, and a secret of which only a keyed hash is kept."""

    _inherit = "loyalty.card"

    batch_id = fields.Many2one("giftcard.batch", readonly=True, copy=False, ondelete="restrict")
    batch_serial = fields.Integer(string="Serial", readonly=True, copy=False, aggregator=None)
    secret_digest = fields.Char(readonly=True, copy=False, groups=NO_ACCESS)
    secret_hint = fields.Char(string="Secret Ends With", readonly=True, copy=False)
    secret_key_version = fields.Integer(readonly=True, copy=False, groups=NO_ACCESS)

    _batch_serial_uniq = models.UniqueIndex(
        "(batch_id, batch_serial) WHERE batch_id IS NOT NULL", "Two cards of a batch cannot have the same serial."
    )
    _secret_digest_uniq = models.UniqueIndex(
        "(secret_digest) WHERE secret_digest IS NOT NULL", "Two cards cannot have the same secret."
    )

    _outdated_index = models.Index("(expiration_date) WHERE batch_id IS NOT NULL AND state IN ('generated', 'active')")

    def _has_source_order(self):
        """The till warns of gift cards that no order has paid. A paper card has its value by its activation."""
        return super()._has_source_order() or bool(self.batch_id)
