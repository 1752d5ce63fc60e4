from odoo import models


class BasePartnerMerge(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """What a member has once is the kept contact's; Odoo would delete one of two default addresses."""
        (src_partners | dst_partner)._merge_people(dst_partner)
        return super()._update_foreign_keys(src_partners, dst_partner)
