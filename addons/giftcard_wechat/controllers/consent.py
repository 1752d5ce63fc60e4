from odoo import http

from ..api.endpoint import endpoint
from ..schemas.consent import Consent, ConsentDecision, ConsentDocuments, ConsentQuery, Consents


class ConsentController(http.Controller):
    @endpoint(
        "GET",
        "/consent-documents",
        summary="Read what members agree to",
        tag="consent",
        query=ConsentQuery,
        answer=ConsentDocuments,
        member=False,
    )
    def documents(self, query):
        """Privacy policy, terms and others in the version in force; to be shown before somebody logs in."""
        return self.env["giftcard.api.consent"]._documents(query)

    @endpoint("GET", "/me/consents", summary="List consents", tag="consent", answer=Consents)
    def consents(self):
        """What the member agreed to or refused, the last word on each kind of document."""
        return self.env["giftcard.api.consent"]._list()

    @endpoint(
        "POST",
        "/me/consents",
        summary="Agree or withdraw",
        tag="consent",
        body=ConsentDecision,
        answer=Consent,
        status=201,
        problems=["consent_required", "document_outdated", "not_found"],
    )
    def decide(self, body):
        """Agree to a document in force, or refuse it or withdraw. Who does not agree to a required one any more closes
        the account."""
        return self.env["giftcard.api.consent"]._decide(body)
