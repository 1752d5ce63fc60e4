from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class GiftcardContentMixin(models.AbstractModel):
    """What the merchant tells members: who sees it, from when and until when."""

    _name = "giftcard.content.mixin"
    _description = "Content for Members"
    _order = "sequence, id desc"

    active = fields.Boolean(default=True)
    sequence = fields.Integer(string="Sort Weight", default=10, required=True, help="Lower ones come first.")
    company_id = fields.Many2one(
        "res.company",
        index=True,
        default=lambda self: self.env.company,
        ondelete="restrict",
        help="Whose members see it; empty: those of all companies.",
    )
    published = fields.Boolean(copy=False)
    shown_from = fields.Datetime(required=True, default=fields.Datetime.now)
    shown_until = fields.Datetime(help="From then on nobody sees it; empty: no end.")
    tier_ids = fields.Many2many(
        "giftcard.tier", string="Audience", help="Only members of these tiers see it; empty: all members."
    )
    phase = fields.Selection(
        [("draft", "Draft"), ("scheduled", "Scheduled"), ("shown", "Shown"), ("over", "Over")],
        compute="_compute_phase",
    )

    @api.constrains("shown_from", "shown_until")
    def _check_window(self):
        if any(content.shown_until and content.shown_until <= content.shown_from for content in self):
            raise ValidationError(self.env._("It ends after it begins."))

    @api.depends("published", "shown_from", "shown_until")
    def _compute_phase(self):
        now = fields.Datetime.now()
        for content in self:
            if not content.published:
                content.phase = "draft"
            elif content.shown_from and content.shown_from > now:
                content.phase = "scheduled"
            else:
                content.phase = "over" if content.shown_until and content.shown_until <= now else "shown"

    def action_publish(self):
        self.published = True

    def action_withdraw(self):
        self.published = False

    @api.model
    def _window_domain(self):
        """:return: domain of what is published and whose time it is"""
        now = fields.Datetime.now()
        return Domain([("active", "=", True), ("published", "=", True), ("shown_from", "<=", now)]) & (
            Domain("shown_until", "=", False) | Domain("shown_until", ">", now)
        )

    @api.model
    def _shown_domain(self, member):
        """:param member: ``res.partner``
        :return: domain of what the member is shown"""
        # Which tier a member has is no secret of his own.
        tier = member.sudo().member_tier_id
        return self._window_domain() & (Domain("tier_ids", "=", False) | Domain("tier_ids", "in", tier.ids))
