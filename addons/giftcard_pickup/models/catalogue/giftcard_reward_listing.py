from odoo import api, fields, models
from odoo.tools import SQL


class GiftcardReward(models.Model):
    """What happens to a reward of which nothing is left. Its variants are looked at together."""

    _inherit = "giftcard.reward"

    when_out = fields.Selection(
        [
            ("stay", "Stay listed as redeemed out"),
            ("delist", "Take off the mall"),
            ("relist", "Take off the mall until there is more"),
        ],
        string="When Redeemed Out",
        default="stay",
        required=True,
        help="Looked at every five minutes. The quota of a day is not taken into account.",
    )
    delisted_on = fields.Datetime(string="Taken Off On", readonly=True, copy=False, index="btree_not_null")

    def write(self, vals):
        if vals.get("published"):
            vals = {"delisted_on": False} | vals
        return super().write(vals)

    def action_relist(self):
        self.write({"published": True})

    @api.model
    def _apply_listing_rules(self):
        """Take off what is redeemed out, list again what there is more of, as each reward's rule says.

        :return: (rewards taken off, rewards listed again)
        """
        ruled = self.search([("when_out", "!=", "stay"), ("main_id", "=", False), ("published", "=", True)])
        listed = ruled.filtered(lambda reward: not reward.delisted_on)
        waiting = (ruled - listed).filtered(lambda reward: reward.when_out == "relist")
        left = (listed | waiting).with_context(giftcard_any_day=True)._available_together()
        off = listed.filtered(lambda reward: left[reward.id] == 0)
        again = waiting.filtered(lambda reward: left[reward.id] != 0)
        return off._mark_delisted(True), again._mark_delisted(False)

    def _mark_delisted(self, delisted):
        """Guarded: what somebody else is changing is left to the next time."""
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE giftcard_reward reward SET delisted_on = %(since)s
                 WHERE id IN (SELECT id FROM giftcard_reward
                               WHERE id = ANY(%(ids)s) AND (delisted_on IS NULL) = %(delisted)s AND when_out <> 'stay'
                               ORDER BY id
                                 FOR NO KEY UPDATE SKIP LOCKED)
             RETURNING id
                """,
                since=fields.Datetime.now() if delisted else None,
                ids=self.ids,
                delisted=delisted,
            )
        )
        marked = self.browse([reward_id for (reward_id,) in rows])
        marked.invalidate_recordset(["delisted_on"], flush=False)
        return marked
