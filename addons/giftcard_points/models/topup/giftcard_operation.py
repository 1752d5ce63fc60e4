from odoo import fields, models
from odoo.exceptions import AccessError

from ..ledger.act import Act


class GiftcardOperation(models.Model):
    _inherit = "giftcard.operation"

    kind = fields.Selection(
        selection_add=[("payout", "Paid Back"), ("clawback", "Bonus Taken Back"), ("adjust",)],
        ondelete={"payout": "cascade", "clawback": "cascade"},
    )

    def action_refund_load(self):
        """Pay back what is left of the money of a top-up or purchase, within the program's time for refunds."""
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group("giftcard_points.group_manager"):
            raise AccessError(self.env._("Only managers pay money out."))
        act = Act("payout", key=f"{self._name}/{self.id}", document=(self._name, self.id))
        return self.env["giftcard.ledger"]._refund_load(act, self).get_formview_action()
