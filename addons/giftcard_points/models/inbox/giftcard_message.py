from odoo import api, fields, models
from odoo.tools import SQL


class GiftcardMessage(models.Model):
    """The member's inbox. Channels (subscription message, SMS) come by overriding :meth:`_deliver`."""

    _name = "giftcard.message"
    _description = "Message to a Member"
    _order = "date desc, id desc"

    partner_id = fields.Many2one("res.partner", string="Member", required=True, index=True, ondelete="cascade")
    kind = fields.Selection(
        [
            ("expiry", "Value expires"),
            ("tier", "Tier"),
            ("birthday", "Birthday"),
            ("rules", "Rules"),
        ],
        required=True,
        readonly=True,
    )
    key = fields.Char(required=True, readonly=True, help="What it is about; there is one message about it.")
    title = fields.Char(required=True, readonly=True)
    body = fields.Text(readonly=True)
    date = fields.Datetime(required=True, readonly=True)
    read_at = fields.Datetime(string="Read", readonly=True)

    # An index, since the merge of partners deletes what breaks a constraint.
    _key_uniq = models.UniqueIndex("(key)", "The member has been told already.")
    _unread_index = models.Index("(partner_id) WHERE read_at IS NULL")

    @api.model
    def _post(self, messages):
        """Put messages into inboxes and hand them to the channels; each key once.

        :param messages: list of dict with ``partner_id``, ``kind``, ``key``, ``title``, ``body``
        :return: the new ``giftcard.message`` records
        """
        if not messages:
            return self.browse()
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO giftcard_message (partner_id, kind, key, title, body, date, create_uid, create_date)
                SELECT partner_id, kind, key, title, body, %(now)s, %(uid)s, %(now)s
                  FROM unnest(%(rows)s) AS input (partner_id, kind, key, title, body)
                    ON CONFLICT (key) DO NOTHING
             RETURNING id
                """,
                rows=self.env["giftcard.ledger"]._columns(
                    [
                        (
                            message["partner_id"],
                            message["kind"],
                            message["key"],
                            message["title"],
                            message["body"],
                        )
                        for message in messages
                    ],
                    "int4 text text text text",
                ),
                now=fields.Datetime.now(),
                uid=self.env.uid,
            )
        )
        posted = self.browse([message_id for (message_id,) in rows])
        posted._deliver()
        return posted

    def _deliver(self):
        """Hand new messages to a channel beside the inbox. Called in the transaction that posts them: do not send in
        it, but after it (``cr.postcommit``) or by a queue."""

    def _mark_read(self):
        """The member has seen them."""
        self.filtered(lambda message: not message.read_at).write({"read_at": fields.Datetime.now()})
