from odoo import models
from odoo.http import request

from ...api.problems import Problem


class GiftcardApiProof(models.AbstractModel):
    """What a person shows to prove who it is. Each kind has a method ``_subject_<provider>``."""

    _name = "giftcard.api.proof"
    _inherit = "giftcard.api.service"
    _description = "API: Proofs of Identity"

    def _identity(self, proof, purpose="login"):
        """Who is meant; who comes for the first time becomes a member.

        :param proof: one of the :data:`~...schemas.session.Proof`
        :param purpose: what a one-time code has to be for
        :return: ``giftcard.identity``
        :raise Problem: when the proof is not good
        """
        if proof.provider == "phone_password":
            return self._by_password(proof)
        # Providers are asked before anything is locked or written.
        return self.env["giftcard.identity"]._of(self._subject(proof, purpose))

    def _subject(self, proof, purpose):
        """:return: :class:`~..giftcard_identity.Subject` that the proof is good for"""
        return getattr(self, f"_subject_{proof.provider}")(proof, purpose)

    def _subject_wechat_miniprogram(self, proof, purpose):
        app = self._app("giftcard.wechat.app", proof.appid, "miniprogram")
        return self._user(proof, app, app._code2session(proof.code))

    def _subject_wechat_official(self, proof, purpose):
        app = self._app("giftcard.wechat.app", proof.appid, "official")
        return self._user(proof, app, app._oauth(proof.code))

    def _subject_wechat_phone(self, proof, purpose):
        app = self._app("giftcard.wechat.app", proof.appid, "miniprogram")
        return self._phone(app.sudo().company_id, app._phone_number(proof.code))

    def _subject_qq_miniprogram(self, proof, purpose):
        app = self._app("giftcard.qq.app", proof.appid)
        return self._user(proof, app, app._code2session(proof.code))

    def _user(self, proof, app, user):
        return self.env["giftcard.identity"]._subject(proof.provider, app, user["openid"], user["unionid"])

    def _subject_phone_code(self, proof, purpose):
        company = self._company(proof.appid)
        self.env["giftcard.one.time.code"]._redeem(company, proof.phone, purpose, proof.code)
        return self._phone(company, proof.phone)

    def _by_password(self, proof):
        subject = self._phone(self._company(proof.appid), proof.phone)
        ip = request.httprequest.remote_addr
        return self.env["giftcard.identity"]._by_password(subject, proof.password, ip)

    def _phone(self, company, number):
        return self.env["giftcard.identity"]._subject("phone", self.env["giftcard.wechat.app"], number, company=company)

    def _company(self, appid=None):
        """:return: ``res.company`` that a client without an app means: that of the app it names, or the only one"""
        if appid:
            return self._app("giftcard.wechat.app", appid).sudo().company_id
        # Guests have no rights of their own; which companies there are is told to nobody.
        companies = self.env["giftcard.wechat.app"].sudo().search([("company_id", "!=", False)]).company_id
        companies = companies or self.env["res.company"].sudo().search([], limit=2)
        if len(companies) != 1:
            detail = self.env._("Say which app of the merchant this is for.")
            raise Problem("validation_error", errors=[{"pointer": "#/appid", "detail": detail}])
        return companies.with_env(self.env)

    def _app(self, model_name, appid=None, kind=None):
        """:return: the app that the client names, or the only one of its kind"""
        domain = [("kind", "=", kind)] if kind else []
        domain += [("appid", "=", appid)] if appid else []
        apps = self.env[model_name].sudo().search(domain, limit=2)  # Guests have no rights of their own.
        if len(apps) != 1:
            detail = self.env._("Say which app the code is for.") if apps else self.env._("This app is not known.")
            raise Problem("validation_error", errors=[{"pointer": "#/appid", "detail": detail}])
        return apps.with_env(self.env)
