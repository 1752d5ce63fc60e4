from odoo import api, fields, models
from odoo.tools import SQL

# WeChat lets who ticks "always" agree each time; more than this nobody needs.
MOST = 100


class GiftcardWechatSubscription(models.Model):
    """How many more messages of a template a user of the mini program has agreed to: one for each tap."""

    _name = "giftcard.wechat.subscription"
    _description = "Agreed Subscription Messages"
    _order = "id desc"
    _rec_name = "template_id"
    _log_access = False

    identity_id = fields.Many2one("giftcard.identity", required=True, readonly=True, index=True, ondelete="cascade")
    template_id = fields.Many2one(
        "giftcard.wechat.template", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="template_id.company_id")
    member_id = fields.Many2one(related="identity_id.member_id")
    remaining = fields.Integer(required=True, readonly=True)

    _template_uniq = models.UniqueIndex("(identity_id, template_id)")
    _remaining_check = models.Constraint("CHECK (remaining >= 0)", "No more is sent than was agreed to.")

    @api.model
    def _agree(self, identity, templates):
        """Count one more message of each template."""
        self.env.execute_query(
            SQL(
                """
                INSERT INTO giftcard_wechat_subscription AS known (identity_id, template_id, remaining)
                SELECT %s, template_id, 1 FROM unnest(%s) AS template_id
                    ON CONFLICT (identity_id, template_id)
                    DO UPDATE SET remaining = LEAST(known.remaining + 1, %s)
             RETURNING id
                """,
                identity.id,
                templates.sorted("id").ids,
                MOST,
            )
        )
        self.invalidate_model(flush=False)

    @api.model
    def _spend(self, identity, template):
        """:return: whether there was one left, which is spent now"""
        return self._change(identity, template, SQL("remaining - 1"), SQL("remaining > 0"))

    @api.model
    def _give_back(self, identity, template):
        self._change(identity, template, SQL("LEAST(remaining + 1, %s)", MOST), SQL("TRUE"))

    @api.model
    def _forget(self, identity, template):
        """The user agrees to no more."""
        self._change(identity, template, SQL("0"), SQL("TRUE"))

    def _change(self, identity, template, value, guard):
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE giftcard_wechat_subscription SET remaining = %s
                 WHERE identity_id = %s AND template_id = %s AND %s
             RETURNING id
                """,
                value,
                identity.id,
                template.id,
                guard,
            )
        )
        self.invalidate_model(flush=False)
        return bool(rows)
