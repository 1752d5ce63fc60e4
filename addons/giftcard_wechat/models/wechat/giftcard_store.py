from odoo import models


class GiftcardStore(models.Model):
    _inherit = "giftcard.store"

    def action_view_scene(self):
        """Show the store's mini program code, which is put up in the shop."""
        self.ensure_one()
        self.check_access("read")
        scene = self.env["giftcard.scene"]._of_store(self)
        return {
            "type": "ir.actions.act_window",
            "res_model": "giftcard.scene",
            "res_id": scene.id,
            "view_mode": "form",
            "target": "new",
            "name": self.env._("Mini Program Code"),
        }
