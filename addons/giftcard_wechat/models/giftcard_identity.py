from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class Subject(NamedTuple):
    """Whom a provider names, before it is known whether that is a member."""

    provider: str
    company_id: int
    app_field: str | None
    app_id: int | None
    openid: str
    unionid: str | None


class GiftcardIdentity(models.Model):
    """Whom a provider says a member is: the openid of a WeChat or QQ user in one app, or who has a phone number."""

    _name = "giftcard.identity"
    _description = "Identity of a Member"
    _order = "id desc"

    provider = fields.Selection(
        [
            ("wechat_miniprogram", "WeChat mini program"),
            ("wechat_official", "WeChat official account"),
            ("qq_miniprogram", "QQ mini program"),
            ("phone", "Phone"),
        ],
        required=True,
        readonly=True,
    )
    app_id = fields.Many2one(
        "giftcard.wechat.app", string="WeChat App", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
    )
    openid = fields.Char(
        string="OpenID", required=True, readonly=True, copy=False, help="Of a phone the number, with its country code."
    )
    unionid = fields.Char(string="UnionID", readonly=True, copy=False, index="btree_not_null")
    member_id = fields.Many2one("res.partner", required=True, readonly=True, index=True, ondelete="restrict")

    _openid_uniq = models.Constraint("UNIQUE(app_id, openid)", "This identity belongs to a member already.")
    _phone_uniq = models.UniqueIndex(
        "(company_id, openid) WHERE provider = 'phone'", "This phone number belongs to a member already."
    )

    @api.depends(lambda self: self._app_fields())
    def _compute_company_id(self):
        for identity in self:
            identity.company_id = identity._app().company_id or identity.company_id or self.env.company

    @api.depends("openid", "provider")
    def _compute_display_name(self):
        labels = dict(self._fields["provider"]._description_selection(self.env))
        for identity in self:
            identity.display_name = f"{identity._app().name or labels.get(identity.provider)}: {identity.openid}"

    def _app(self):
        """:return: the app of the provider, empty for a phone"""
        return next((self[name] for name in self._app_fields() if self[name]), self.app_id)

    def _is_usable(self):
        """:return: whether one can log in by it"""
        return self.provider == "phone" or self._app().active

    @api.model
    def _subject(self, provider, app, openid, unionid=None, company=None):
        """:return: :class:`Subject` of one app, or of a company's phones"""
        field = app and next(name for name in self._app_fields() if self._fields[name].comodel_name == app._name)
        # Guests act, who have no rights on apps.
        company = app.sudo().company_id or company
        return Subject(provider, company.id, field or None, app.id or None, openid, unionid or None)

    @api.model
    def _app_fields(self):
        return ["app_id"]

    @api.model
    def _find(self, subject):
        """:return: ``giftcard.identity`` of a :class:`Subject`, may be empty"""
        domain = Domain("openid", "=", subject.openid)
        if subject.app_field:
            domain &= Domain(subject.app_field, "=", subject.app_id)
        else:
            domain &= Domain("provider", "=", "phone") & Domain("company_id", "=", subject.company_id)
        # Nobody is logged in yet, so nobody has rights: the provider's word is what counts here.
        return self.sudo().search(domain)

    @api.model
    def _of(self, subject):
        """The identity of whom a provider names; who comes for the first time becomes a member.

        Two first logins at once wait for each other, so that there is one member.

        :return: ``giftcard.identity``
        """
        identity = self._find(subject)
        if not identity:
            self._claim(subject)
            identity = self._find(subject) or self._add(
                subject, self._known_member(subject) or self._new_member(subject)
            )
        identity._note_unionid(subject)
        return identity.with_env(self.env)

    @api.model
    def _add(self, subject, member):
        """Give a member an identity that nobody has."""
        return self.sudo().create(
            {
                "provider": subject.provider,
                "company_id": subject.company_id,
                "openid": subject.openid,
                "unionid": subject.unionid,
                "member_id": member.id,
                **({subject.app_field: subject.app_id} if subject.app_field else {}),
            }
        )

    def _note_unionid(self, subject):
        if subject.unionid and self.unionid != subject.unionid:
            self.sudo().unionid = subject.unionid

    @api.model
    def _claim(self, subject):
        """Let one transaction at a time decide about a person, under each name by which it may be found."""
        names = [f"{subject.app_field} {subject.app_id or subject.company_id} {subject.openid}"]
        if subject.unionid:
            names.append(f"unionid {subject.company_id} {subject.unionid}")
        for name in sorted(names):
            self.env.execute_query(
                SQL("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", f"giftcard.identity {name}")
            )

    @api.model
    def _known_member(self, subject):
        """:return: ``res.partner`` whom another app of the same platform and company knows by the same unionid, or who
        left this phone number in a shop
        """
        if subject.provider == "phone":
            return self.env["res.partner"]._member_of_phone(subject.openid)
        if not subject.unionid:
            return self.env["res.partner"]
        return (
            self.sudo()
            .search(
                [
                    ("unionid", "=", subject.unionid),
                    ("company_id", "=", subject.company_id),
                    ("provider", "=like", f"{subject.provider.partition('_')[0]}%"),
                ],
                order="id",
                limit=1,
            )
            .member_id
        )

    @api.model
    def _new_member(self, subject):
        # A registration by the person: no rights are asked for but having proved an identity.
        member = (
            self.env["res.partner"]
            .sudo()
            .create({"name": self.env._("New member"), "phone": subject.provider == "phone" and subject.openid})
        )
        member._join("miniprogram")
        member.name = self.env._("Member %s", member.member_number)
        # The profile is read by SQL.
        member.flush_recordset(["name"])
        return member
