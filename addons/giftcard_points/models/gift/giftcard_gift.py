import hashlib
import hmac
import logging
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.orm.models import NO_ACCESS
from odoo.tools import SQL

from ...exceptions import (
    CardFrozen,
    CardNotUsable,
    GiftClaimed,
    GiftExpired,
    GiftNotFound,
    GiftRecalled,
    GiftToSelf,
    LedgerError,
)
from ...secret import derive_key
from ...sql import assignments
from ..ledger.act import Act

_logger = logging.getLogger(__name__)

TOKEN_BYTES = 24
RESOLVED = {"claimed": GiftClaimed, "recalled": GiftRecalled, "returned": GiftExpired}


class GiftcardGift(models.Model):
    """Value on its way from a member to whoever claims it first.

    It leaves the giver's card at once and waits on a card of its own (``transit_id``), whose lots keep their origin and
    expiry. Whoever has the token may claim it; only the token's keyed hash is stored. One guarded UPDATE of ``state``
    decides between claimants, recall and return; the row of the gift is locked before those of the cards.
    """

    _name = "giftcard.gift"
    _description = "Gift"
    _order = "id desc"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="restrict")
    operation_id = fields.Many2one(
        "giftcard.operation", string="Offered By", required=True, readonly=True, index=True, ondelete="restrict"
    )
    giver_id = fields.Many2one("res.partner", string="From", required=True, readonly=True, index=True)
    recipient_id = fields.Many2one("res.partner", string="To", readonly=True, index="btree_not_null")
    source_id = fields.Many2one(
        "loyalty.card", string="From Card", required=True, readonly=True, index=True, ondelete="restrict"
    )
    transit_id = fields.Many2one(
        "loyalty.card", string="Carried By", required=True, readonly=True, index=True, ondelete="restrict"
    )
    target_id = fields.Many2one(
        "loyalty.card", string="To Card", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    amount = fields.Float(digits="Gift Card Value", required=True, readonly=True)
    program_id = fields.Many2one(related="source_id.program_id")
    point_name = fields.Char(related="source_id.point_name", string="Unit")
    greeting = fields.Char(readonly=True)
    theme_id = fields.Many2one("giftcard.theme", readonly=True, index="btree_not_null", ondelete="restrict")
    cover = fields.Image(related="theme_id.image_512", string="Cover")
    state = fields.Selection(
        [("offered", "Waiting"), ("claimed", "Claimed"), ("recalled", "Recalled"), ("returned", "Returned")],
        required=True,
        readonly=True,
        default="offered",
    )
    expires_at = fields.Datetime(string="Claim Until", required=True, readonly=True)
    resolved_at = fields.Datetime(readonly=True)
    token_digest = fields.Char(readonly=True, copy=False, groups=NO_ACCESS)

    _token_digest_uniq = models.UniqueIndex("(token_digest) WHERE token_digest IS NOT NULL")
    _operation_uniq = models.Constraint("UNIQUE(operation_id)", "An operation offers one gift.")
    _transit_uniq = models.Constraint("UNIQUE(transit_id)", "A card carries one gift.")
    _amount_check = models.Constraint("CHECK(amount > 0)", "A gift is more than nothing.")
    _due_index = models.Index("(expires_at, id) WHERE state = 'offered'")

    @api.depends("giver_id", "amount")
    def _compute_display_name(self):
        for gift in self:
            gift.display_name = self.env._(
                "%(amount)s from %(giver)s",
                amount=gift.source_id._format_points(gift.amount),
                giver=gift.giver_id.display_name,
            )

    def action_recall(self):
        """Take the gifts back on behalf of their givers."""
        self._check_officer()
        for gift in self.sorted("id"):
            gift._recall()

    def action_new_link(self):
        """:return: action that shows a new link, once; the one before is dead"""
        self.ensure_one()
        self._check_officer()
        return self.env["giftcard.gift.link"]._show(self, self._reissue())

    def _offer(self, act, card, amount=None, greeting=None, theme=None):
        """Put value of a card aside for whoever brings the token.

        :param act: of kind ``gift``; ``member_id``, if the giver acts for himself
        :param card: ``loyalty.card`` of the giver, a gift card or stored value
        :param amount: in the card's currency; None: all that is free
        :param theme: ``giftcard.theme`` for the cover
        :return: (``giftcard.gift``, token); the same act again gives the gift a new token, or None once it is resolved
        :raise CardNotUsable, CardFrozen: when the card is nobody's, holds no money, or is blocked or closed
        :raise MemberClosed, MemberFrozen, NoMember: about the giver
        :raise InsufficientBalance, InvalidAmount: by the ledger
        :raise GiftNotFound: when the card is another member's
        """
        # Members do not read cards and gifts by themselves; that the card is the giver's is checked here.
        gifts, card = self.sudo(), card.sudo()
        giver = self.env["res.partner"].browse(act.member_id) if act.member_id else card.partner_id
        if not giver or card.program_type not in ("gift_card", "ewallet"):
            raise CardNotUsable(self.env._("Only gift cards and stored value in a member's name can be given."))
        if card.partner_id != giver:
            raise GiftNotFound(self.env._("This card is not yours."))
        ledger = gifts._ledger(card)
        theme = theme or card.theme_id
        amount = None if amount is None else ledger._amount(amount)
        operation, fresh = ledger._open(act, card, "gift", card.id, amount, greeting, theme.id)
        if not fresh:
            gift = gifts.search([("operation_id", "=", operation.id)])
            return gift.with_env(self.env), gift._reissue() if gift.state == "offered" else None
        giver._refuse_inactive_member()
        gift = gifts._put_aside(ledger, operation, card, amount, greeting, theme)
        return gift.with_env(self.env), gift._reissue()

    def _claim(self, token, member):
        """Take a gift; of many claimants exactly one does. The same member again finds it taken.

        :param token: as :meth:`_offer` returned it
        :param member: ``res.partner``
        :return: the ``giftcard.gift``; its ``target_id`` has the value now
        :raise GiftNotFound: no gift has this token
        :raise GiftToSelf, GiftClaimed, GiftRecalled, GiftExpired, MemberClosed, MemberFrozen, NoMember, CardFrozen:
        """
        gift = self._find(token)
        if gift.giver_id == member:
            raise GiftToSelf(self.env._("This is your own gift. You can take it back instead."))
        member._refuse_inactive_member()
        if gift.state == "claimed" and gift.recipient_id == member:
            return gift.with_env(self.env)
        last_day = gift.source_id.expiration_date
        if gift.state == "offered" and last_day and last_day < gift._ledger(gift.source_id)._today(gift.company_id):
            raise GiftExpired(self.env._("The value of this gift has expired."))
        gift._resolve("claimed", recipient_id=member.id)
        if not gift._deliver(gift._landing(member), Act("gift", key=f"{gift._key()}/claim", member_id=member.id)):
            raise GiftExpired(self.env._("The value of this gift has expired."))
        return gift.with_env(self.env)

    def _recall(self, member=None, act=None):
        """Take an unclaimed gift back to the card it came from.

        :param member: ``res.partner`` who asks, if it is not the staff
        :param act: of kind ``gift``, to name an actor or a reason
        :raise GiftNotFound: when the gift is another member's
        :raise GiftClaimed, GiftExpired: when it is too late
        """
        self.ensure_one()
        # A member may act on the gifts he gave, which is checked here.
        gift = self.sudo()
        if member and gift.giver_id != member:
            raise GiftNotFound(self.env._("This gift is not yours."))
        if gift.state == "recalled":
            return
        gift._resolve("recalled")
        gift._deliver(
            gift._home(), act or Act("gift", key=f"{gift._key()}/recall", member_id=member.id if member else None)
        )

    def _reissue(self, member=None):
        """Give an unclaimed gift a new token; the one before is dead.

        :param member: ``res.partner`` who asks, if it is not the staff
        :return: the token, 192 random bits; it is stored as a keyed hash only
        :raise GiftNotFound: when the gift is another member's
        :raise GiftClaimed, GiftRecalled, GiftExpired: when it is resolved
        """
        self.ensure_one()
        # As in _recall.
        gift = self.sudo()
        if member and gift.giver_id != member:
            raise GiftNotFound(self.env._("This gift is not yours."))
        token = secrets.token_urlsafe(TOKEN_BYTES)
        gift._resolve("offered", token_digest=gift._digest(token))
        return token

    def _return_due(self, limit=200):
        """Return gifts that nobody has claimed in time, in chunks; can be stopped and run again at any time (cron)."""
        last, seconds = 0, 1
        while seconds and (gifts := self._due(last, limit)):
            for gift in gifts:
                gift._return()
            last = gifts[-1:].id
            seconds = self.env["ir.cron"]._commit_progress(len(gifts))

    def _link(self, token):
        """:return: address of the page where whoever opens it claims the gift"""
        self.ensure_one()
        return f"{self.get_base_url()}/giftcard/gift/{token}"

    # Building blocks

    def _put_aside(self, ledger, operation, card, amount, greeting, theme):
        if amount is None:
            ledger._lock(card)
            card.invalidate_recordset(["points"], flush=False)
            amount = card.points
        self._refuse_frozen(card)
        amount = ledger._amount(amount)
        ledger._refuse_part(card, amount)
        ledger._count_use(card, amount)
        transit = self._new_card(card)
        ledger._carry(operation, card, transit, amount)
        ledger._transition(transit, "transit", ("active",))
        days = ledger.env.company.giftcard_gift_days
        return self.create(
            {
                "company_id": ledger.env.company.id,
                "operation_id": operation.id,
                "giver_id": card.partner_id.id,
                "source_id": card.id,
                "transit_id": transit.id,
                "amount": float(amount),
                "greeting": greeting,
                "theme_id": theme.id,
                "expires_at": fields.Datetime.now() + timedelta(days=days),
            }
        )

    def _deliver(self, target, act):
        """Carry what is left of the value to ``target`` and end the card that carried it.

        :return: whether there was something left
        """
        self.ensure_one()
        ledger, transit = self._ledger(self.transit_id), self.transit_id
        operation, __ = ledger._open(act, transit, self.id, target.id)
        ledger._lock(transit | target)
        ledger._transition(transit, "active", ("transit",))
        ledger._expire_cards(transit, ledger._today(self.company_id))
        left = ledger._free_of_claims(transit)
        if left:
            ledger._carry(operation, transit, target, left, home=target.partner_id == self.giver_id)
        ledger._transition(transit, "closed", ("active", "used"), successor_id=target.id)
        self.target_id = target
        return bool(left)

    def _landing(self, member):
        """:return: the card on which the recipient gets the value: the wallet he has, or a gift card with a new code"""
        program = self.transit_id.program_id
        if program.program_type != "ewallet":
            return self._new_card(self.source_id, member, self.source_id.expiration_date)
        wallet = member._member_card(program).sudo()
        self._refuse_frozen(wallet)
        if wallet.state != "active":
            raise CardNotUsable(self.env._("The recipient's stored value is closed."))
        return wallet

    def _home(self):
        """:return: the card to which a gift returns: the one it came from, or what took its place"""
        card = self.source_id
        while card.state in ("replaced", "closed") and card.successor_id:
            card = card.successor_id
        if card.state == "used":
            self._ledger(card)._reopen(card)
            card.invalidate_recordset(["state"], flush=False)
        # What has ended takes no value; the giver gets a card in its place.
        return card if card.state in ("active", "frozen") else self._new_card(card, self.giver_id, card.expiration_date)

    def _new_card(self, model, partner=None, last_day=None):
        """:param last_day: of the card; one that carries a gift has none, for nothing leaves a card that is past it"""
        return (
            self.env["loyalty.card"]
            .with_context(loyalty_no_mail=True)
            .create(
                {
                    "program_id": model.program_id.id,
                    "partner_id": partner.id if partner else False,
                    "expiration_date": last_day,
                    "theme_id": (self.theme_id or model.theme_id).id,
                }
            )
        )

    def _return(self):
        """Return one gift whose time is over; a refusal keeps it for the next run and stops no other."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self._resolve("returned")
                self._deliver(self._home(), Act("gift", key=f"{self._key()}/return"))
        except LedgerError as error:
            _logger.warning("Gift %s cannot return: %s", self.id, error)

    def _due(self, last, limit):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM giftcard_gift
                 WHERE state = 'offered' AND expires_at < %s AND id > %s
                 ORDER BY id
                 LIMIT %s
                   FOR NO KEY UPDATE SKIP LOCKED
                """,
                fields.Datetime.now(),
                last,
                limit,
            )
        )
        return self.browse([gift_id for (gift_id,) in rows])

    def _resolve(self, state, **columns):
        """The guarded statement that lets one claim, recall or return win.

        :param columns: further columns to write
        :raise GiftClaimed, GiftRecalled, GiftExpired: when the gift waits no more
        """
        self.flush_model()
        now = fields.Datetime.now()
        if state != "offered":
            columns["resolved_at"] = now
        rows = self.env.execute_query(
            SQL(
                "UPDATE giftcard_gift SET %s WHERE id = %s AND state = 'offered' %s RETURNING id",
                assignments({"state": state, **columns}),
                self.id,
                SQL(" AND expires_at >= %s", now) if state in ("offered", "claimed") else SQL(),
            )
        )
        self.invalidate_recordset(flush=False)
        if not rows:
            raise self._resolved()

    def _resolved(self):
        """:return: the refusal that says what has become of the gift"""
        messages = {
            "claimed": self.env._("This gift has been claimed already."),
            "recalled": self.env._("The giver has taken this gift back."),
        }
        message = messages.get(self.state, self.env._("The time to claim this gift is over."))
        return RESOLVED.get(self.state, GiftExpired)(message)

    def _find(self, token):
        """:return: the gift of a token, with all rights: who has the token may know of it"""
        gift = isinstance(token, str) and self.sudo().search([("token_digest", "=", self._digest(token))])
        if not gift:
            raise GiftNotFound(self.env._("There is no such gift."))
        return gift

    def _digest(self, token):
        key = derive_key(self.env, "gift token v1")
        return hmac.digest(key, token[:100].encode(), hashlib.sha256).hex()

    def _key(self):
        return f"giftcard.gift/{self.id}"

    def _ledger(self, card):
        """:return: the ledger of the card's company, acting as the current user"""
        return self.env["giftcard.ledger"].with_company(card.company_id or self.env.company)

    def _refuse_frozen(self, card):
        if card.state == "frozen":
            raise CardFrozen(self.env._("Card %s is blocked.", card.code))

    def _check_officer(self):
        self.check_access("read")
        if not self.env.user.has_group("giftcard_points.group_officer"):
            raise AccessError(self.env._("Only officers act on the gifts of members."))
