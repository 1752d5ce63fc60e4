from odoo import fields, models
from odoo.tools import SQL

from ..ledger.immutable import protect


class GiftcardPostingEntry(models.Model):
    """Which posting an entry of the ledger is in: one, for good."""

    _name = "giftcard.posting.entry"
    _description = "Posted Entry"
    _log_access = False

    entry_id = fields.Many2one("giftcard.entry", required=True, readonly=True, ondelete="restrict")
    posting_id = fields.Many2one("giftcard.posting", required=True, readonly=True, index=True, ondelete="restrict")

    _entry_uniq = models.Constraint("UNIQUE(entry_id)", "A movement is posted once.")

    def init(self):
        protect(self.env.cr, self._table)


class GiftcardEntry(models.Model):
    _inherit = "giftcard.entry"

    posting_id = fields.Many2one(
        "giftcard.posting",
        string="Posted In",
        compute="_compute_posting_id",
        search="_search_posting_id",
        compute_sudo=True,
    )

    def _compute_posting_id(self):
        posted = self.env["giftcard.posting.entry"].search_fetch(
            [("entry_id", "in", self.ids)], ["entry_id", "posting_id"]
        )
        postings = {link.entry_id: link.posting_id for link in posted}
        for entry in self:
            entry.posting_id = postings.get(entry, False)

    def _search_posting_id(self, operator, value):
        if operator != "in":
            return NotImplemented
        postings = [posting_id for posting_id in value if posting_id]
        found = SQL("(SELECT entry_id FROM giftcard_posting_entry WHERE posting_id = ANY(%s))", postings)
        domain = fields.Domain("id", "in", found)
        if False in value:
            domain |= fields.Domain("id", "not in", SQL("(SELECT entry_id FROM giftcard_posting_entry)"))
        return domain
