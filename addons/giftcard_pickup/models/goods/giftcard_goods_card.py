from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .loyalty_program import GOODS


class GiftcardGoodsCard(models.Model):
    """The goods cards among all cards, for those who need not see money: a view of them, with the same ids."""

    _name = "giftcard.goods.card"
    _description = "Goods Card"
    _auto = False
    _log_access = False
    _order = "id desc"
    _rec_name = "number"
    _depends = {
        "loyalty.card": [
            "code",
            "program_id",
            "company_id",
            "partner_id",
            "batch_id",
            "batch_serial",
            "secret_hint",
            "expiration_date",
            "state",
            "balance",
            "held",
        ],
        "loyalty.program": ["program_type", "goods_pieces", "company_id"],
    }

    number = fields.Char(readonly=True)
    program_id = fields.Many2one("loyalty.program", string="Kind", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    member_id = fields.Many2one("res.partner", readonly=True, help="Who has claimed the card.")
    batch_id = fields.Many2one("giftcard.batch", readonly=True)
    serial = fields.Integer(readonly=True, aggregator=None)
    secret_hint = fields.Char(string="Secret Ends With", readonly=True)
    expiration_date = fields.Date(string="Valid Until", readonly=True)
    pieces = fields.Integer(readonly=True, help="How many pieces the card is worth, once it is activated.")
    exchanged = fields.Integer(readonly=True)
    pending = fields.Integer(string="In Orders", readonly=True, help="Pieces in orders that are not approved yet.")
    left = fields.Integer(readonly=True)
    state = fields.Selection(
        [
            ("generated", "Not activated"),
            ("activated", "Activated"),
            ("part_used", "Part used"),
            ("used", "Used"),
            ("blocked", "Blocked"),
            ("expired", "Expired"),
            ("closed", "Closed"),
        ],
        readonly=True,
    )
    goods_left = fields.Text(string="Goods", compute="_compute_goods_left", compute_sudo=True)

    @property
    def _table_query(self):
        zones = self.env["res.company"]._giftcard_zones()
        return SQL(
            """
            SELECT card.id, card.code AS number, card.program_id, card.company_id, card.partner_id AS member_id,
                   card.batch_id, card.batch_serial AS serial, card.secret_hint, card.expiration_date,
                   program.goods_pieces AS pieces, card.held::int AS pending, (card.balance - card.held)::int AS left,
                   CASE WHEN card.version = 0 OR card.state IN ('expired', 'replaced', 'closed') AND card.balance = 0
                        THEN COALESCE(taken.pieces, 0)
                        ELSE program.goods_pieces - card.balance::int END AS exchanged,
                   CASE WHEN card.state = 'active' AND card.expiration_date < zone.today THEN 'expired'
                        WHEN card.state = 'active' AND card.balance < program.goods_pieces THEN 'part_used'
                        WHEN card.state = 'active' THEN 'activated'
                        WHEN card.state = 'frozen' THEN 'blocked'
                        WHEN card.state = 'replaced' THEN 'closed'
                        ELSE card.state END AS state
              FROM loyalty_card card
              JOIN loyalty_program program ON program.id = card.program_id AND program.program_type = %(goods)s
         LEFT JOIN unnest(%(zones)s) AS zone (company_id, name, today)
                ON zone.company_id = COALESCE(card.company_id, program.company_id, %(company)s)
         LEFT JOIN LATERAL (
                SELECT -SUM(entry.amount)::int AS pieces
                  FROM giftcard_entry entry
                  JOIN giftcard_operation operation ON operation.id = entry.operation_id
                 WHERE entry.card_id = card.id AND operation.res_model = 'giftcard.redemption') taken ON TRUE
            """,
            zones=self.env["giftcard.ledger"]._columns(zones, "int4 text date"),
            company=self.env.company.id,
            goods=GOODS,
        )

    def _compute_goods_left(self):
        for card in self:
            taken = card._card()._goods_taken()
            card.goods_left = "\n".join(
                self.env._(
                    "%(goods)s: %(taken)s of %(most)s",
                    goods=item.display_name,
                    taken=taken[item.id],
                    most=item.quantity,
                )
                for item in card.program_id.goods_item_ids
            )

    def action_block(self):
        """No piece of these cards can be exchanged until they are unblocked."""
        self._decider()._card().action_freeze()

    def action_unblock(self):
        self._decider()._card().action_unfreeze()

    def action_open_redemptions(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("giftcard_pickup.giftcard_redemption_action")
        return {**action, "domain": [("goods_card_id", "=", self.id)], "context": {}, "view_mode": "list,form"}

    def action_open_statement(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Statement"),
            "res_model": "giftcard.entry",
            "view_mode": "list,form",
            "domain": [("card_id", "=", self.id)],
        }

    def action_exchange(self):
        """:return: action that opens the exchange of a card that a member has claimed"""
        self.ensure_one()
        if not self.member_id:
            raise UserError(self.env._("Nobody has claimed this card yet: take its number and secret."))
        return self.env["giftcard.goods.exchange"]._start(self)

    def _decider(self):
        if not self.env.user.has_group("giftcard_pickup.group_manager"):
            raise AccessError(self.env._("Only managers block goods cards."))
        self.check_access("read")
        return self

    def _card(self):
        """:return: the ``loyalty.card`` records, with the ledger's rights: the callers have checked who may do what"""
        return self.env["loyalty.card"].sudo().browse(self.ids)
