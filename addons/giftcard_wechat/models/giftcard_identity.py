from odoo import api, fields, models
from odoo.tools import SQL


class GiftcardIdentity(models.Model):
    """Whom a provider says a member is: the openid of a WeChat user in one app."""

    _name = "giftcard.identity"
    _description = "Identity of a Member"
    _order = "id desc"

    provider = fields.Selection([("wechat_miniprogram", "WeChat mini program")], required=True, readonly=True)
    app_id = fields.Many2one("giftcard.wechat.app", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="app_id.company_id", store=True, index=True)
    openid = fields.Char(string="OpenID", required=True, readonly=True, copy=False)
    unionid = fields.Char(string="UnionID", readonly=True, copy=False, index="btree_not_null")
    member_id = fields.Many2one("res.partner", required=True, readonly=True, index=True, ondelete="restrict")

    _openid_uniq = models.Constraint("UNIQUE(app_id, openid)", "This identity belongs to a member already.")

    @api.depends("openid", "app_id")
    def _compute_display_name(self):
        for identity in self:
            identity.display_name = f"{identity.app_id.name}: {identity.openid}"

    @api.model
    def _of_wechat(self, app, openid, unionid=None):
        """The identity of a WeChat user; one who comes for the first time becomes a member.

        Two first logins at once wait for each other, so that there is one member.

        :return: ``giftcard.identity``
        """
        # Nobody is logged in yet, so nobody has rights: the provider's word is what counts here.
        Identity = self.sudo()
        domain = [("app_id", "=", app.id), ("openid", "=", openid)]
        identity = Identity.search(domain)
        if not identity:
            self.env.execute_query(
                SQL("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", f"giftcard.identity {app.id} {openid}")
            )
            identity = Identity.search(domain) or Identity.create(
                {
                    "provider": "wechat_miniprogram",
                    "app_id": app.id,
                    "openid": openid,
                    "unionid": unionid,
                    "member_id": self._new_member().id,
                }
            )
        if unionid and identity.unionid != unionid:
            identity.unionid = unionid
        return identity.with_env(self.env)

    @api.model
    def _new_member(self):
        # A registration by the person: no rights are asked for but having proved an identity.
        member = self.env["res.partner"].sudo().create({"name": self.env._("WeChat member")})
        member._join("miniprogram")
        member.name = self.env._("WeChat member %s", member.member_number)
        # The profile is read by SQL.
        member.flush_recordset(["name"])
        return member
