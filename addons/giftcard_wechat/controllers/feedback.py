from odoo import http

from ..api.endpoint import endpoint
from ..schemas.common import Page, PageQuery
from ..schemas.feedback import Feedback, FeedbackRequest


class FeedbackController(http.Controller):
    @endpoint(
        "POST",
        "/feedback",
        summary="Give feedback",
        tag="feedback",
        body=FeedbackRequest,
        answer=Feedback,
        status=201,
        problems=["refused"],
    )
    def submit(self, body):
        """Tell the merchant something. The answer comes to the inbox and is shown here too."""
        return self.env["giftcard.api.feedback"]._submit(body)

    @endpoint("GET", "/feedback", summary="List feedback", tag="feedback", query=PageQuery, answer=Page[Feedback])
    def feedbacks(self, query):
        """What the member has said, the latest first, with the answers."""
        return self.env["giftcard.api.feedback"]._list(query)

    @endpoint(
        "GET",
        "/feedback/{feedback_id}",
        summary="Read feedback",
        tag="feedback",
        answer=Feedback,
        problems=["not_found"],
    )
    def feedback(self, feedback_id):
        """One message to the merchant and its answer."""
        return self.env["giftcard.api.feedback"]._get(feedback_id)
