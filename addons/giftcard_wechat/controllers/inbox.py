from odoo import http

from ..api.endpoint import endpoint
from ..schemas.common import Page
from ..schemas.inbox import InboxQuery, Message, ReadRequest, Unread


class InboxController(http.Controller):
    @endpoint("GET", "/inbox", summary="List messages", tag="inbox", query=InboxQuery, answer=Page[Message])
    def inbox(self, query):
        """The member's messages, the latest first."""
        return self.env["giftcard.api.inbox"]._list(query)

    @endpoint("GET", "/inbox/unread", summary="Count unread messages", tag="inbox", answer=Unread)
    def unread(self):
        """How many messages have not been read; for the badge."""
        return self.env["giftcard.api.inbox"]._unread()

    @endpoint("POST", "/inbox/read", summary="Mark messages as read", tag="inbox", body=ReadRequest, answer=Unread)
    def mark_read(self, body):
        """The member has seen these messages, or all up to one. Tells what is left."""
        return self.env["giftcard.api.inbox"]._read(body)
