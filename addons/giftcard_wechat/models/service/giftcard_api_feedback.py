from odoo import models

from ...schemas.feedback import Feedback


class GiftcardApiFeedback(models.AbstractModel):
    _name = "giftcard.api.feedback"
    _inherit = "giftcard.api.service"
    _description = "API: Feedback"

    def _submit(self, said):
        """:param said: :class:`~...schemas.feedback.FeedbackRequest`

        :return: :class:`~...schemas.feedback.Feedback`
        :raise Problem: ``rate_limited``
        """
        member = self._member()
        self.env["giftcard.api.rate"]._take("feedback", member.id)
        # The identity of the session, to name its user to the text check.
        identity = self.env["giftcard.api.token"].sudo().browse(self.env.context["giftcard_token_id"]).identity_id
        feedback = self.env["giftcard.feedback"]._receive(
            member, self.env.company, said.kind, said.text, said.contact, identity
        )
        return Feedback.from_record(feedback)

    def _list(self, query):
        """:return: page of :class:`~...schemas.feedback.Feedback`, the latest first"""
        return self._page(
            Feedback, "giftcard.feedback", [("member_id", "=", self._member().id)], query, [("id", "desc")]
        )

    def _get(self, feedback_id):
        return Feedback.from_record(self._own("giftcard.feedback", feedback_id))
