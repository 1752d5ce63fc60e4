import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, formatLang

from odoo.addons.giftcard_points.exceptions import CardNotUsable, InsufficientBalance, InvalidAmount, LedgerError

from ...exceptions import RequestNotOpen

_logger = logging.getLogger(__name__)

MONEY = ("gift_card", "ewallet")
# Minutes for which a clerk's demand, and what cards hold for the rest of a payment, wait.
REQUEST_MINUTES = 10
REST_MINUTES = 15


class GiftcardStorePayment(models.Model):
    """How payments in stores are taken."""

    _inherit = "giftcard.store.payment"

    # By the member

    @api.model
    def _pay_store(self, member, store, amount, cards, with_rest=False):
        """The member scanned the store's QR code and entered the amount.

        :param cards: ``loyalty.card`` records that pay, in this order
        :param with_rest: whether a provider is to pay what the cards do not
        :return: the payment, ``paid``, or ``pending`` where there is a rest: :meth:`_rest`
        :raise LedgerError: nothing has happened then
        """
        self._check_amount(store, amount)
        payment = self._new(store, float(amount), "static", "pending", member_id=member.id)
        payment._divide(cards, with_rest)
        return payment

    @api.model
    def _pay_request(self, member, token, cards, with_rest=False):
        """The member scanned the amount that a clerk asks for; of several members one pays it.

        :return: as :meth:`_pay_store`
        :raise RequestNotOpen: when there is none, or it is paid or withdrawn by now
        """
        payment = self._requested(token)
        if not payment._move_on("requested", "pending", member_id=member.id):
            raise RequestNotOpen(self.env._("This is being paid, or is no longer to be paid."))
        payment._divide(cards, with_rest)
        return payment

    @api.model
    def _requested(self, token):
        """:return: the open demand with this token, with all rights: who has scanned it may know of it
        :raise RequestNotOpen:
        """
        domain = [("token", "=", token), ("state", "=", "requested"), ("company_id", "=", self.env.company.id)]
        payment = self.sudo().search(domain)
        if not payment or payment.deadline < fields.Datetime.now():
            raise RequestNotOpen(self.env._("This is being paid, or is no longer to be paid."))
        return payment

    # By the clerk

    @api.model
    def _ask(self, store, amount, note=None):
        """A clerk asks for an amount; whoever scans its QR code first pays.

        :return: the payment, ``requested``
        """
        self._require_clerk(store)
        self._check_amount(store, amount)
        deadline = fields.Datetime.now() + timedelta(minutes=REQUEST_MINUTES)
        return self._new(
            store,
            float(amount),
            "request",
            "requested",
            clerk_id=self.env.uid,
            note=note,
            token=self._new_token(),
            deadline=deadline,
        ).with_env(self.env)

    @api.model
    def _charge(self, store, text, amount, key):
        """A clerk scanned a member's payment code: the member's cards pay, stored value first.

        :param text: as scanned
        :param key: of the call; a repeat returns the payment there is
        :raise CodeNotAccepted, TooManyAttempts: about the code
        :raise InsufficientBalance: with what the cards have
        :raise IdempotencyConflict: when the key stands for another store or amount
        """
        self._require_clerk(store)
        self._check_amount(store, amount)
        domain = [("company_id", "=", store.company_id.id), ("key", "=", key)]
        if known := self.sudo().search(domain):
            if known.store_id != store or known.currency_id.compare_amounts(known.amount, float(amount)):
                self.env["giftcard.ledger"]._refuse_key(key)
            return known.with_env(self.env)
        code = self.env["giftcard.payment.code"].sudo()._take_for(text, store)
        member = code.partner_id
        payment = self._new(
            store, float(amount), "code", "pending", member_id=member.id, clerk_id=self.env.uid, key=key
        )
        payment._divide(payment._purse())
        code._used_by(payment.part_ids[:1].operation_id)
        return payment.with_env(self.env)

    def _check_amount(self, store, amount):
        currency = store.company_id.currency_id
        value = float(amount)
        if value <= 0 or currency.compare_amounts(value, currency.round(value)):
            raise InvalidAmount(
                self.env._("%(amount)s is no amount of %(currency)s.", amount=amount, currency=currency.name)
            )

    def _purse(self):
        """:return: the member's cards that can pay here: stored value first, then what expires first"""
        cards = self.env["loyalty.card"].search(
            [
                ("partner_id", "=", self.member_id.id),
                ("program_type", "in", MONEY),
                ("state", "=", "active"),
                ("points", ">", 0),
                ("company_id", "in", [False, self.company_id.id]),
            ]
        )
        return cards.filtered(lambda card: card.currency_id == self.currency_id).sorted(
            lambda card: (card.program_type != "ewallet", str(card.expiration_date or "9999"), card.id)
        )

    # Cards and the rest

    def _divide(self, cards, with_rest=False):
        """Let the cards pay as far as they have it, and hold it where a provider is to pay the rest."""
        self.ensure_one()
        ledger = self.env["giftcard.ledger"]
        if foreign := cards.filtered(lambda card: not self._pays_here(card)):
            raise CardNotUsable(self.env._("Card %s cannot pay here.", foreign[0].code))
        ledger._lock(cards)
        for card in cards:
            ledger._expire_cards(card, ledger._today(self.company_id))
        cards.invalidate_recordset(["points"], flush=False)
        rest, parts = self.amount, []
        for card in cards:
            part = self.currency_id.round(min(rest, card.points))
            if part > 0:
                ledger._refuse_part(card, part)
                parts.append({"payment_id": self.id, "card_id": card.id, "amount": part})
                rest = self.currency_id.round(rest - part)
        if rest and not with_rest:
            raise InsufficientBalance(
                self.env._("The cards have %g.", self.amount - rest), self.currency_id.round(self.amount - rest)
            )
        parts = self.env["giftcard.store.payment.part"].create(parts)
        self.card_amount = self.currency_id.round(self.amount - rest)
        for part in parts.sorted("card_id"):
            if rest:
                part.hold_id = ledger._hold(part._act("spend"), part.card_id, part.amount)
            else:
                part.operation_id = ledger._spend(part._act("spend"), part.card_id, part.amount)
        if rest:
            self.deadline = fields.Datetime.now() + timedelta(minutes=REST_MINUTES)
        else:
            self._settled()

    def _pays_here(self, card):
        return (
            card.partner_id == self.member_id
            and card.program_type in MONEY
            and card.currency_id == self.currency_id
            and (card.company_id or self.company_id) == self.company_id
        )

    def _rest(self):
        """:return: what a provider is to pay, in the payment's currency"""
        return self.currency_id.round(self.amount - self.card_amount)

    def _begin_payment(self, provider, member, amount, currency, **values):
        """Begin the provider's part of a pending payment; once."""
        self.transaction_id = self.env["payment.transaction"]._begin_for(
            self, member, amount, currency, provider, giftcard_store_payment_id=self.id, **values
        )
        return self.transaction_id

    def _paid_by(self, transaction):
        """The provider has its part: the cards pay theirs now. Called for each word of it, it counts once.

        Where the time was over, or a card cannot give what it held, the money goes back.
        """
        if not self._move_on("pending", "paid"):
            if self.state == "cancelled":
                transaction._give_all_back()
            return
        try:
            with self.env.cr.savepoint():
                for part in self.part_ids.sorted("card_id"):
                    part.operation_id = self.env["giftcard.ledger"]._capture(part._act("spend"), part.hold_id)
                self._settled("paid")
        except LedgerError as refusal:
            _logger.warning("Payment %s cannot be taken, its money goes back: %s", self.name, refusal)
            self.env.invalidate_all()
            self._move_on("paid", "cancelled")
            self._release()
            transaction._give_all_back()

    def _not_paid_by(self, transaction):
        """The provider's part will not be paid: what was held is free again."""
        if self.transaction_id == transaction and self._move_on("pending", "cancelled"):
            self._release()

    def _release(self):
        holds = self.part_ids.hold_id.filtered(lambda hold: hold.state == "open")
        if holds:
            self.env["giftcard.ledger"]._release(holds)

    def _settled(self, before="pending"):
        """It is paid: note when, and give the receipts."""
        self._move_on(before, "paid", paid_at=fields.Datetime.now())

        def title(env):
            return env._("Paid at %s", self.store_id.with_env(env).name)

        def body(env):
            amount = formatLang(env, self.amount, currency_obj=self.currency_id)
            return env._("%(amount)s, payment %(number)s.", amount=amount, number=self.name)

        self._tell("paid", title, body)
        for user in self.store_id.user_ids:
            env = self.with_context(lang=user.lang).env
            receipt = {"type": "success", "title": title(env), "message": body(env)}
            user.partner_id._bus_send("simple_notification", receipt)

    @api.model
    def _close_due(self, limit=200):
        """Give up what was not paid in time (cron). A rest is closed at the provider first, and what cards hold is
        free once that is done: both are taken, or none."""
        seconds, failed = 1, []
        while seconds and (payments := self._due(failed, limit)):
            for payment in payments:
                try:
                    with self.env.cr.savepoint():
                        payment._close()
                except LedgerError:
                    _logger.exception("Payment %s could not be closed", payment.name)
                failed.append(payment.id)
            seconds = self.env["ir.cron"]._commit_progress(len(payments))

    def _close(self):
        if self.state == "requested":
            self._move_on("requested", "cancelled")
        elif self.transaction_id:
            # The transaction's row comes before the payment's, as where the provider's word is taken.
            self.transaction_id._wechatpay_lock()
            self.transaction_id._wechatpay_cancel()
        else:
            self._not_paid_by(self.transaction_id)

    def _due(self, but, limit):
        self.flush_model()
        self.env["payment.transaction"].flush_model(["wechatpay_given_up"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT payment.id
                  FROM giftcard_store_payment payment
             LEFT JOIN payment_transaction transaction ON transaction.id = payment.transaction_id
                 WHERE payment.state IN ('requested', 'pending') AND payment.deadline < %s
                   AND transaction.wechatpay_given_up IS NOT TRUE AND payment.id <> ALL(%s)
                 ORDER BY payment.id
                 LIMIT %s
                """,
                fields.Datetime.now(),
                but,
                limit,
            )
        )
        return self.browse([payment_id for (payment_id,) in rows])
