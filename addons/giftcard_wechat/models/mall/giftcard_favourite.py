from odoo import api, fields, models
from odoo.tools import SQL

from ...exceptions import TooManyFavourites

#: What one member may keep: far more than anybody looks through, and a bound on what each page of rewards reads.
LIMIT = 500


class GiftcardFavourite(models.Model):
    """A reward that a member keeps an eye on."""

    _name = "giftcard.favourite"
    _description = "Favourite Reward"
    _order = "id desc"
    _log_access = False

    member_id = fields.Many2one("res.partner", required=True, readonly=True, index=True, ondelete="cascade")
    reward_id = fields.Many2one("giftcard.reward", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="reward_id.company_id")
    date = fields.Datetime(required=True, readonly=True)

    _reward_uniq = models.Constraint("UNIQUE(member_id, reward_id)", "A reward is a favourite once.")

    @api.depends("reward_id")
    def _compute_display_name(self):
        for favourite in self:
            favourite.display_name = favourite.reward_id.display_name

    @api.model
    def _keep(self, member, reward):
        """Make a reward a favourite of a member's; once, however often it is asked for.

        :raise TooManyFavourites: when the member keeps as many as one may
        """
        # The caller has made sure of who the member is, and that he sees the reward.
        favourites = self.sudo()
        favourites.flush_model()
        if favourites.search_count([("member_id", "=", member.id)], limit=LIMIT) == LIMIT:
            if not favourites.search_count([("member_id", "=", member.id), ("reward_id", "=", reward.id)]):
                raise TooManyFavourites(self.env._("You can keep %s favourites. Take one off first.", LIMIT))
            return
        self.env.execute_query(
            SQL(
                """
                INSERT INTO giftcard_favourite (member_id, reward_id, date) VALUES (%s, %s, %s)
                    ON CONFLICT (member_id, reward_id) DO NOTHING
             RETURNING id
                """,
                member.id,
                reward.id,
                fields.Datetime.now(),
            )
        )
        favourites.invalidate_model(flush=False)

    @api.model
    def _drop(self, member, reward_id):
        """Make a reward no favourite of the member's any more."""
        # As above.
        self.sudo().search([("member_id", "=", member.id), ("reward_id", "=", reward_id)]).unlink()
