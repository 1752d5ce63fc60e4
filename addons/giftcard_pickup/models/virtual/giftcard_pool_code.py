from odoo import api, fields, models
from odoo.orm.models import NO_ACCESS
from odoo.tools import SQL

from ...exceptions import IllegalTransition, OutOfStock


class GiftcardPoolCode(models.Model):
    """A code of a pool: free, reserved for a line, given to a member. Written by the methods of this addon alone."""

    _name = "giftcard.pool.code"
    _description = "Code of a Pool"
    _order = "id desc"
    _rec_name = "hint"

    pool_id = fields.Many2one("giftcard.code.pool", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="restrict")
    state = fields.Selection(
        [("free", "Free"), ("reserved", "Reserved"), ("given", "Given")], required=True, readonly=True
    )
    ciphertext = fields.Char(required=True, readonly=True, groups=NO_ACCESS)
    digest = fields.Char(required=True, readonly=True, groups=NO_ACCESS)
    hint = fields.Char(string="Ends With", readonly=True)
    valid_until = fields.Date(readonly=True, help="The last day on which the code can be used.")
    line_id = fields.Many2one(
        "giftcard.redemption.line", string="For", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    redemption_id = fields.Many2one(related="line_id.redemption_id")
    given_at = fields.Datetime(string="Given On", readonly=True)
    revealed_at = fields.Datetime(
        string="First Seen", readonly=True, help="Since then somebody knows the code; it cannot be taken back."
    )

    _digest_uniq = models.Constraint("UNIQUE(company_id, digest)", "The code is in a pool already.")
    _free_index = models.Index("(pool_id, valid_until, id) WHERE state = 'free'")
    _state_check = models.Constraint(
        "CHECK((state = 'free') = (line_id IS NULL) AND (state = 'given') = (given_at IS NOT NULL)"
        " AND (revealed_at IS NULL OR state = 'given'))",
        "A code is given to somebody, once, and seen after that.",
    )

    @api.depends("hint", "pool_id")
    def _compute_display_name(self):
        for code in self:
            code.display_name = f"{code.pool_id.name} …{code.hint or '****'}"

    @api.model
    def _reserve(self, line, count):
        """Set codes of the reward's pool aside for a line, those that end first.

        :raise OutOfStock: when the pool has too few
        """
        pool = line.reward_id.code_pool_id
        left = len(self._pick(pool, line, count))
        if left < count:
            raise OutOfStock(
                self.env._("Of %(reward)s only %(left)s are left.", reward=line.reward_id.name, left=left), left
            )

    def _pick(self, pool, line, count):
        """The guarded pick: what another transaction is picking is passed over. :return: ids"""
        self.flush_model()
        # Chosen apart: as a subquery of the UPDATE the planner may run the LIMIT once a row.
        rows = self.env.execute_query(
            SQL(
                """
                WITH pick AS MATERIALIZED (
                    SELECT id FROM giftcard_pool_code
                     WHERE pool_id = %(pool)s AND state = 'free' AND (valid_until IS NULL OR valid_until >= %(today)s)
                     ORDER BY valid_until, id
                     LIMIT %(count)s
                       FOR NO KEY UPDATE SKIP LOCKED
                )
                UPDATE giftcard_pool_code code SET state = 'reserved', line_id = %(line)s
                  FROM pick
                 WHERE code.id = pick.id AND code.state = 'free'
             RETURNING code.id
                """,
                pool=pool.id,
                today=pool.company_id._giftcard_today(),
                count=count,
                line=line.id,
            )
        )
        self.invalidate_model(flush=False)
        return [code_id for (code_id,) in rows]

    @api.model
    def _release(self, lines, before=None):
        """Free what is reserved for these lines.

        :param before: date; only codes whose last day was before it
        """
        self.flush_model()
        self.env.execute_query(
            SQL(
                """
                UPDATE giftcard_pool_code SET state = 'free', line_id = NULL
                 WHERE line_id = ANY(%s) AND state = 'reserved' AND (%s IS NULL OR valid_until < %s)
             RETURNING id
                """,
                lines.ids,
                before,
                before,
            )
        )
        self.invalidate_model(flush=False)

    @api.model
    def _give(self, line):
        """Give a code for one piece of a line: one of those set aside, else a free one.

        :return: the ``giftcard.pool.code``
        :raise OutOfStock: when there is none
        """
        self._release(line, before=line.redemption_id.company_id._giftcard_today())
        code = self._hand_out(line)
        if not code:
            self._reserve(line, 1)
            code = self._hand_out(line)
        return code

    def _hand_out(self, line):
        rows = self.env.execute_query(
            SQL(
                """
                WITH pick AS MATERIALIZED (
                    SELECT id FROM giftcard_pool_code
                     WHERE line_id = %(line)s AND state = 'reserved'
                     ORDER BY valid_until, id
                     LIMIT 1
                       FOR NO KEY UPDATE
                )
                UPDATE giftcard_pool_code code SET state = 'given', given_at = %(now)s
                  FROM pick
                 WHERE code.id = pick.id AND code.state = 'reserved'
             RETURNING code.id
                """,
                line=line.id,
                now=fields.Datetime.now(),
            )
        )
        self.invalidate_model(flush=False)
        return self.browse([code_id for (code_id,) in rows])

    def _take_back(self):
        """Return a code that nobody has seen to its pool. :return: whether it could be"""
        self.ensure_one()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE giftcard_pool_code SET state = 'free', line_id = NULL, given_at = NULL
                 WHERE id = %s AND state = 'given' AND revealed_at IS NULL
             RETURNING id
                """,
                self.id,
            )
        )
        self.invalidate_model(flush=False)
        return bool(rows)

    def _reveal(self, reason=None, member=None):
        """Tell a code that was given. What the staff sees is recorded each time, what its member sees the first time.

        :param member: ``res.partner`` whose code it is, when he asks himself
        :return: the code
        :raise IllegalTransition: when it is not given (any more)
        """
        self.ensure_one()
        # The callers have made sure who it is; codes themselves are closed to all.
        code = self.sudo()
        rows = code.env.execute_query(
            SQL(
                "UPDATE giftcard_pool_code SET revealed_at = %s"
                " WHERE id = %s AND state = 'given' AND revealed_at IS NULL RETURNING id",
                fields.Datetime.now(),
                self.id,
            )
        )
        code.invalidate_recordset(flush=False)
        if code.state != "given":
            raise IllegalTransition(self.env._("This code is not given to anybody."))
        if rows or not member:
            code.env["giftcard.code.reveal"].create(
                {
                    "code_id": self.id,
                    "company_id": code.company_id.id,
                    "user_id": self.env.uid,
                    "member_id": member.id if member else False,
                    "date": fields.Datetime.now(),
                    "reason": reason,
                }
            )
        return code.env["giftcard.code.pool"]._open(code.ciphertext)
