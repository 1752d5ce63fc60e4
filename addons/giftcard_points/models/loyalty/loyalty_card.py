import logging
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...codes import make_code
from ..ledger.act import Native
from ..ledger.giftcard_ledger import Grant

_logger = logging.getLogger(__name__)

LEDGER_FIELDS = frozenset(
    {
        "balance",
        "held",
        "debt",
        "version",
        "state",
        "next_expiry_on",
        "used_on",
        "used_today",
        "successor_id",
        "batch_id",
        "batch_serial",
        "secret_digest",
        "secret_hint",
        "secret_key_version",
    }
)
# What makes a card someone's.
OWNERSHIP_FIELDS = ("partner_id", "code", "active")
ORIGINS = {"gift_card": "paid", "ewallet": "paid", "loyalty": "earned"}


class LoyaltyCard(models.Model):
    """The account of every kind of value.

    ``balance`` is the truth, kept by ``giftcard.ledger``. The native ``points`` shows what is free to spend (balance
    less holds); writing it books the difference as an operation, so that native code works on and leaves a trace.
    """

    _inherit = "loyalty.card"

    balance = fields.Float(digits="Gift Card Value", default=0.0, required=True, readonly=True, copy=False)
    held = fields.Float(digits="Gift Card Value", default=0.0, required=True, readonly=True, copy=False)
    debt = fields.Float(
        digits="Gift Card Value",
        default=0.0,
        required=True,
        readonly=True,
        copy=False,
        help="What was taken back beyond what the card had; settled by what is granted next.",
    )
    version = fields.Integer(default=0, required=True, readonly=True, copy=False, aggregator=None)
    state = fields.Selection(
        [("active", "Active"), ("frozen", "Frozen"), ("closed", "Closed")],
        default="active",
        required=True,
        readonly=True,
        copy=False,
    )
    next_expiry_on = fields.Date(readonly=True, copy=False, help="Some of the value may expire after this day.")
    points = fields.Float(copy=False)
    entry_ids = fields.One2many("giftcard.entry", "card_id", string="Statement", readonly=True)
    lot_ids = fields.One2many("giftcard.lot", "card_id", readonly=True)
    hold_ids = fields.One2many("giftcard.hold", "card_id", readonly=True)

    _ledger_check = models.Constraint(
        "CHECK(held >= 0 AND debt >= 0 AND balance + debt >= held)", "A card cannot be overdrawn."
    )
    _next_expiry_index = models.Index("(next_expiry_on) WHERE next_expiry_on IS NOT NULL")

    @api.model
    def _generate_code(self):
        """A code that cannot be guessed: 80 random bits and an ISO 7064 MOD 37,36 check symbol.

        It keeps the prefix by which the till's barcode nomenclature knows a coupon.
        """
        return make_code()

    @api.model_create_multi
    def create(self, vals_list):
        points = []
        for vals in vals_list:
            self._refuse_ledger_fields({key: value for key, value in vals.items() if value})
            points.append(vals.get("points") or 0)
        if not any(points):
            return super().create(vals_list)
        self._refuse_points_by_hand()
        # The mail that tells of a new card shows its value, so it waits for the ledger.
        silent = self.with_context(loyalty_no_mail=True)
        cards = super(LoyaltyCard, silent).create([{**vals, "points": 0} for vals in vals_list])
        cards = cards.with_env(self.env)
        cards._post_native(dict(zip(cards, points, strict=True)))
        cards._send_creation_communication()
        return cards

    def write(self, vals):
        self._refuse_ledger_fields(vals)
        self._refuse_ownership_by_hand(vals)
        if "points" not in vals:
            return super().write(vals)
        self.check_access("write")
        self._refuse_points_by_hand()
        rest = {name: value for name, value in vals.items() if name != "points"}
        if rest:
            super().write(rest)
        before = {card: card.points for card in self}
        self._post_native({card: (vals["points"] or 0) - points for card, points in before.items()})
        self._send_points_reach_communication(
            {card: {"old": points, "new": card.points} for card, points in before.items()}
        )
        return True

    def unlink(self):
        """A card with a history is closed, not deleted: its entries are kept. With value on it, it is neither."""
        self.check_access("unlink")
        spent = self.filtered("version") - self._valued()
        spent.action_archive()
        return super(LoyaltyCard, self - spent).unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_valued(self):
        if valued := self._valued():
            raise UserError(
                self.env._("Cards with value or holds cannot be deleted: %s.", ", ".join(valued.mapped("code")))
            )

    def action_open_statement(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Statement"),
            "res_model": "giftcard.entry",
            "view_mode": "list,pivot,graph,form",
            "domain": [("card_id", "in", self.ids)],
        }

    def _give(self, recipient, act):
        """Give all that is free on the card to another member, on a new card with a code of its own.

        The old code, which the giver knows, buys nothing afterwards.

        :param recipient: ``res.partner``
        :param act: of kind ``gift``
        :return: the recipient's card
        :raise UserError: on a gift to oneself
        :raise LedgerError: when nothing is free, or the card cannot be used
        """
        self.ensure_one()
        if recipient == self.partner_id:
            raise UserError(self.env._("A card cannot be given to its owner."))
        # Whoever may act for the giver need not be allowed to create cards.
        card = self.sudo().create(
            {"program_id": self.program_id.id, "partner_id": recipient.id, "expiration_date": self.expiration_date}
        )
        self.env["giftcard.ledger"]._transfer(act, self, card.with_env(self.env), self.points)
        return card.with_env(self.env)

    def _has_source_order(self):
        """The till warns of gift cards that no order has paid. What moved here from another card was paid there."""
        # Cashiers do not read the ledger.
        moved = {"gift", "transfer", "replace", "merge"} & set(self.sudo().entry_ids.mapped("kind"))
        return super()._has_source_order() or bool(moved)

    def _send_creation_communication(self, force_send=False):
        """A mail that cannot be made, for want of the PDF program say, does not undo the sale of the card."""
        try:
            with self.env.cr.savepoint():
                return super()._send_creation_communication(force_send=force_send)
        except UserError as error:
            _logger.warning("No mail for new cards %s: %s", self.ids, error)

    def _post_native(self, changes):
        """Book changes of ``points`` that native code wrote. Credits are booked together, debits one by one."""
        ledger = self.env["giftcard.ledger"]
        digits = self.env["decimal.precision"].precision_get("Gift Card Value")
        unit = Decimal(1).scaleb(-digits)
        native = Native.of(self.env.context)
        grants, spends = [], []
        for card, change in changes.items():
            if native.settled(card):
                continue
            amount = Decimal(repr(float(change + native.booked(card)))).quantize(unit)
            if amount > 0:
                grants.append(
                    Grant(native.act(card, amount), card.id, amount, card._ledger_origin(), card._ledger_expiry())
                )
            elif amount < 0:
                spends.append((native.act(card, amount), card, -amount))
        if grants:
            ledger._grant_many(grants)
        for act, card, amount in sorted(spends, key=lambda spend: spend[1].id):
            ledger._spend(act, card, amount)

    def _valued(self):
        return self.filtered(lambda card: card.balance or card.held or card.hold_ids)

    def _ledger_origin(self):
        """:return: where value granted by default comes from: ``paid``, ``earned`` or ``bonus``"""
        return ORIGINS.get(self.program_type, "bonus")

    def _ledger_expiry(self):
        """:return: last day of use of value granted now, or None"""
        months = self.program_id.validity_months
        if not months:
            return None
        today = self.env["giftcard.ledger"]._today(self.company_id or self.env.company)
        return today + relativedelta(months=months)

    def _ledger_same_unit(self, other):
        """:return: whether value may move between the cards: same kind of program, and the same currency or program"""
        mine, others = self.program_id, other.program_id
        if mine.program_type in ("gift_card", "ewallet"):
            return others.program_type in ("gift_card", "ewallet") and mine.currency_id == others.currency_id
        return mine == others

    def _refuse_points_by_hand(self):
        """Cashiers may write cards, since stock Odoo's till does so for them; value they move by the till alone."""
        if not self._may_by_hand("giftcard_points.group_manager"):
            raise AccessError(self.env._("Only managers change a balance by hand."))

    def _refuse_ownership_by_hand(self, vals):
        """What a card holds keeps its kind; whose it is, and by which code, is for officers to change.

        :raise UserError: when the program is changed of a card that has, or is to have, value
        :raise AccessError: when somebody else changes whose a card is
        """
        if any(
            (card.version or card.batch_id) and card.program_id.id != vals["program_id"]
            for card in self
            if "program_id" in vals
        ):
            raise UserError(self.env._("A card with a history keeps its program."))
        names = [name for name in OWNERSHIP_FIELDS if name in vals]
        if not names or self._may_by_hand("giftcard_points.group_officer"):
            return
        for card in self:
            for name in names:
                known = card[name].id if name == "partner_id" else card[name]
                # Orders of a visitor become a customer's once he logs in, and so do their coupons.
                if known != vals[name] and not (name == "partner_id" and card.partner_id.is_public):
                    raise AccessError(self.env._("Only officers change the owner or the code of a card."))

    def _may_by_hand(self, group):
        """:return: whether the user is of a group, or administrates them all, or server code writes for him"""
        trusted = self.env.su or Native.of(self.env.context)
        return bool(trusted or self.env.user.has_group(group) or self.env.user.has_group("base.group_system"))

    def _refuse_ledger_fields(self, vals):
        if forbidden := LEDGER_FIELDS & vals.keys():
            raise AccessError(self.env._("Only the ledger changes %s of a card.", ", ".join(sorted(forbidden))))
