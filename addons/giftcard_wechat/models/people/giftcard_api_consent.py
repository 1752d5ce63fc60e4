from odoo import models

from ...api.problems import Problem
from ...schemas.consent import Consent, ConsentDocument, ConsentDocuments, Consents


class GiftcardApiConsent(models.AbstractModel):
    _name = "giftcard.api.consent"
    _inherit = "giftcard.api.proof"
    _description = "API: Consents"

    def _documents(self, query):
        """:return: :class:`~...schemas.consent.ConsentDocuments`"""
        # What is in force is public.
        documents = self.env["giftcard.consent.document"].sudo()._in_force(self._company(query.appid))
        return ConsentDocuments(items=[ConsentDocument.from_record(document) for document in documents])

    def _list(self):
        """:return: :class:`~...schemas.consent.Consents`"""
        consents = self.env["giftcard.consent"]._last_words(self._member())
        return Consents(items=[Consent.from_record(consent) for consent in consents])

    def _decide(self, decision):
        """:param decision: :class:`~...schemas.consent.ConsentDecision`"""
        # As above.
        documents = self.env["giftcard.consent.document"].sudo()
        document = documents.search(
            [("id", "=", decision.document_id), ("company_id", "=", self.env.company.id), ("published_at", "!=", False)]
        )
        if not document:
            raise Problem("not_found")
        if document not in documents._in_force(self.env.company):
            raise Problem("document_outdated")
        if document.required and not decision.granted:
            raise Problem("consent_required")
        consent = self.env["giftcard.consent"]._decide(self._member(), document, decision.granted)
        return Consent.from_record(consent)
