from odoo import api, models
from odoo.exceptions import AccessError

from ...codes import normalize
from ...exceptions import CodeNotAccepted, LedgerError, TooManyAttempts
from ..ledger.act import Act
from ..member.res_partner_qr import PREFIX as MEMBER_PREFIX

MOVEMENTS = 5


class GiftcardTill(models.AbstractModel):
    """What the screens of the till ask for. Cashiers, who do not read the ledger, get what a screen shows and no more.

    Each method answers ``{"successful": bool, "message": str, ...}``; a refusal changes nothing.
    """

    _name = "giftcard.till"
    _description = "Gift Cards and Stored Value at the Till"

    @api.model
    def scan(self, session_id, order_uuid, text):
        """The cashier scans what a member shows: a payment code, which is bound to the order, or the member's QR code.

        :return: ``partner_id``, ``payment`` (whether stored value may be taken) and ``wallets``: list of
            ``{"program_id": int, "card_id": int, "points": float}``
        """
        session = self._session(session_id)
        return self._answer(self._scan, session, order_uuid, text)

    @api.model
    def enquire(self, session_id, text=None, partner_id=None):
        """What is on the card of a code, or on the cards of a member.

        :param text: a code, a member's QR code or payment code, as typed or scanned
        :param partner_id: the member chosen at the till
        :return: ``title`` and ``cards``: list of ``{"id", "name", "code" (masked), "type", "balance", "held", "state",
            "active", "expires_on", "expiring": {"amount", "on"} or False, "movements": [{"date", "name", "amount"}]}``
        """
        session = self._session(session_id)
        return self._answer(self._enquire, session, text, partner_id)

    @api.model
    def check_voucher(self, session_id, code):
        """:return: ``card``, as of :meth:`enquire`, of a voucher that can be taken"""
        session = self._session(session_id)
        return self._answer(self._check_voucher, session, code)

    @api.model
    def take_voucher(self, session_id, code, key):
        """Take a voucher: all of its value at once. The same key again finds it taken.

        :param key: of this act, made by the till
        :return: ``amount`` that was taken and ``card``
        """
        session = self._session(session_id)
        return self._answer(self._take_voucher, session, code, key)

    def _session(self, session_id):
        """:return: the open ``pos.session`` of a cashier. :raise AccessError: for everybody else"""
        self.env["pos.order"].check_access("create")
        session = self.env["pos.session"].browse(session_id).exists()
        session.check_access("read")
        if not session or session.state == "closed":
            raise AccessError(self.env._("The session of this till is closed."))
        return session

    def _answer(self, method, *args):
        # Attempts are counted before anything is written; what is written after them stands in savepoints.
        try:
            return {"successful": True, "message": "", **method(*args)}
        except LedgerError as refusal:
            return {"successful": False, "message": str(refusal)}

    def _scan(self, session, order_uuid, text):
        payment = not str(text).startswith(MEMBER_PREFIX)
        if payment:
            member = self.env["giftcard.payment.code"]._scan(text, session, order_uuid)
        else:
            member = self._member_of_qr(session, text)
        # The till sets the member on the order and offers these wallets; of their cards, what is free.
        programs = session.config_id._get_program_ids().filtered(lambda program: program.program_type == "ewallet")
        wallets = self.env["loyalty.card"].search(
            [("partner_id", "=", member.id), ("program_id", "in", programs.ids), ("state", "=", "active")]
        )
        return {
            "partner_id": member.id,
            "payment": payment,
            "wallets": [
                {"program_id": wallet.program_id.id, "card_id": wallet.id, "points": wallet.points}
                for wallet in wallets
            ],
        }

    def _enquire(self, session, text, partner_id):
        if partner_id:
            member = self.env["res.partner"].browse(partner_id)
            member.check_access("read")
        elif str(text).startswith(MEMBER_PREFIX):
            member = self._member_of_qr(session, text)
        elif str(text).strip().isdigit() and str(text).strip().startswith(self.env["giftcard.payment.code"]._prefix()):
            member = self.env["giftcard.payment.code"]._scan(text, session)
        else:
            card = self._card_of(session, text)
            return {"title": card.program_id.name, "cards": [self._shown(card)]}
        cards = self.env["loyalty.card"].search(
            [
                ("partner_id", "=", member.id),
                ("program_id", "in", session.config_id._get_program_ids().ids),
                ("program_type", "in", ("ewallet", "gift_card", "loyalty")),
                ("state", "in", ("active", "frozen")),
            ],
            order="program_id, id",
        )
        return {"title": member.display_name, "cards": [self._shown(card) for card in cards]}

    def _check_voucher(self, session, code):
        card, __ = self._voucher(session, code, Act("spend", store_id=self._store_id(session)))
        return {"card": self._shown(card)}

    def _take_voucher(self, session, code, key):
        act = Act(
            "spend",
            key=f"giftcard.till/{session.id}/{key}",
            document=("pos.session", session.id),
            store_id=self._store_id(session),
        )
        card, operation = self._voucher(session, code, act)
        if not operation:
            with self.env.cr.savepoint():
                # What is on a card found by its code.
                operation = self.env["giftcard.ledger"]._spend(act, card, card.sudo().points)
        # Cashiers do not read the ledger.
        entry = operation.sudo().entry_ids.filtered(lambda entry: entry.card_id.id == card.id)
        return {"amount": -entry.amount, "card": self._shown(card)}

    def _voucher(self, session, code, act):
        """:return: (the card of a voucher's code, the operation that took it before by the same act)"""
        card, booked = self.env["giftcard.code"]._accept(code, act)
        if card.program_id not in session.config_id._money_programs():
            raise CodeNotAccepted(self.env._("This code is not accepted."))
        if not card.sudo().program_id.whole_value:
            raise CodeNotAccepted(self.env._("This is no voucher: it pays for an order, which it is scanned into."))
        return card, booked

    def _card_of(self, session, text):
        """:return: the card of a bearer code, for which the attempt counts. :raise CodeNotAccepted: if there is none"""
        # Bearer codes are told to people who may not read cards.
        service = self.env["giftcard.code"].sudo()
        card = service._find(normalize(text) or str(text or "").strip())
        if card.program_id not in session.config_id._money_programs() or card.state == "generated":
            card = card.browse()
        self._attempt(session, text, card)
        return card.with_env(self.env)

    def _member_of_qr(self, session, text):
        # Who shows it is known to whom it is shown.
        member = self.env["res.partner"].sudo()._member_of_qr(text)
        self._attempt(session, text, member)
        return member.with_env(self.env)

    def _attempt(self, session, text, found):
        """Count an attempt for good. :raise CodeNotAccepted, TooManyAttempts:"""
        __, pause = self.env["giftcard.code.attempt"]._record(
            "accepted" if found else "wrong",
            store_id=self._store_id(session),
            hint=None if found else str(text or "")[-2:],
        )
        if pause:
            raise TooManyAttempts(self.env._("Too many wrong codes. Try again in %s minutes.", -(-pause // 60)), pause)
        if not found:
            raise CodeNotAccepted(self.env._("This code is not accepted."))

    def _store_id(self, session):
        # The till's store, which cashiers need not read.
        return session.sudo().config_id.giftcard_store_id.id or None

    def _shown(self, card):
        """:return: what the till shows of a card"""
        # Cashiers do not read the ledger: this is the part of it that their screen shows.
        card = card.sudo()
        entries = (
            self.env["giftcard.entry"].sudo().search([("card_id", "=", card.id)], order="id desc", limit=MOVEMENTS)
        )
        lot = (
            self.env["giftcard.lot"]
            .sudo()
            .search(
                [("card_id", "=", card.id), ("remaining", ">", 0), ("expires_on", "!=", False)],
                order="expires_on, id",
                limit=1,
            )
        )
        states = dict(card._fields["state"]._description_selection(self.env))
        return {
            "id": card.id,
            "name": card.program_id.name,
            "code": card._masked(),
            "type": card.program_type,
            "balance": card.balance,
            "held": card.held,
            "state": states[card.state],
            "active": card.state == "active",
            "expires_on": card.expiration_date and card.expiration_date.isoformat(),
            "expiring": {"amount": lot.remaining, "on": lot.expires_on.isoformat()} if lot else False,
            "movements": [
                {"date": entry.date.isoformat(" "), "name": self._kind(entry), "amount": entry.amount}
                for entry in entries
            ],
        }

    def _kind(self, entry):
        labels = dict(entry.operation_id._fields["kind"]._description_selection(self.env))
        return labels.get(entry.operation_id.kind, "")
