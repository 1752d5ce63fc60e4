from odoo import fields, models


class PosConfig(models.Model):
    _inherit = "pos.config"

    def giftcard_earning_terms(self, partner_id):
        """What the till multiplies points by for a customer, and what may still be earned.

        :param partner_id: ``res.partner`` id
        :return: ``{program id: {"multiplier": str, "room": float or None, "pending": bool}}``
        """
        self.ensure_one()
        self.check_access("read")
        partner = self.env["res.partner"].browse(partner_id).exists()
        partner.check_access("read")
        programs = self._get_program_ids().filtered(lambda program: program.program_type == "loyalty")
        return {
            program.id: self.env["giftcard.earning"]._terms(
                program, partner, self.giftcard_store_id, fields.Datetime.now()
            )
            for program in programs
        }
