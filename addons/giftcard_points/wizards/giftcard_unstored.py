from odoo import models


class GiftcardUnstored(models.AbstractModel):
    """A wizard with a field that must not reach the database: it is not stored, and its button sends it in the context.

    The web client keeps such a value when it saves a record that is there already, not when it creates one. So the
    wizard is created before it is opened, as Odoo's own ``res.users.identitycheck`` is.
    """

    _name = "giftcard.unstored"
    _description = "Wizard with a Secret"

    def _open(self, title):
        """:return: action that opens this wizard"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
