from odoo import fields, models


class GiftcardPointsPost(models.TransientModel):
    """Posts the estimate of points by an accounting date."""

    _name = "giftcard.points.post"
    _description = "Post the Estimate of Points"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    date = fields.Date(string="Accounting Date", required=True, default=lambda self: self.env.company._giftcard_today())

    def action_post(self):
        self.ensure_one()
        return self.env["giftcard.points.posting"]._post(self.company_id, self.date).get_formview_action()
