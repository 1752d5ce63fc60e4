import hashlib
import hmac

from odoo import models

from ...codes import normalize
from ...exceptions import CodeNotAccepted, TooManyAttempts
from ...secret import derive_key
from ..ledger.act import Act

# Counts up when the derivation of digests changes; cards say by which one theirs was made.
KEY_VERSION = 1
MONEY = ("gift_card", "ewallet")


class GiftcardCode(models.AbstractModel):
    """Use of bearer codes: the secrets of paper cards, and the codes of gift cards that are in nobody's name.

    Each attempt is logged and counted in a transaction of its own, so the limits hold when the caller's is rolled back:
    five wrong secrets lock a card (where its number was given), more of them the user, member, address or store. Wrong,
    unknown, blocked and used-up codes are refused in the same words; which it was stands in the log, for auditors.
    """

    _name = "giftcard.code"
    _description = "Use of Bearer Codes"

    def _redeem_secret(self, secret, act, amount=None, number=None, ip=None):
        """Take value from the card of a secret.

        :param secret: as typed or scanned
        :param act: of kind ``spend``, with ``store_id`` where it is used and ``member_id`` who acts for himself
        :param amount: in the card's currency; None, or where the program takes cards as a whole: all that is on it
        :param number: of the card, if it was given too
        :param ip: of the caller, if it is no member of the staff
        :return: the ``giftcard.operation``
        :raise CodeNotAccepted: without telling why
        :raise TooManyAttempts: when the caller has to wait
        :raise LedgerError: by the ledger
        """
        card, booked = self._accept(secret, act, number, ip)
        if booked:
            return booked
        if amount is None or card.sudo().program_id.whole_value:
            amount = card.sudo().points
        return self.env["giftcard.ledger"]._spend(act, card, amount)

    def _top_up(self, secret, act, target, number=None, ip=None):
        """Move all the value of the card of a secret to a member's card.

        :param act: of kind ``transfer``
        :param target: ``loyalty.card``
        :return: the ``giftcard.operation``
        :raise: as :meth:`_redeem_secret`
        """
        card, booked = self._accept(secret, act, number, ip)
        if booked:
            return booked
        return self.env["giftcard.ledger"]._transfer(act, card, target, card.sudo().points)

    def _accept(self, secret, act, number=None, ip=None, types=MONEY):
        """:param types: of programmes whose cards are accepted

        :return: (the usable card of a secret, the operation that ``act`` has booked on it before)
        """
        # Bearer codes are used by people who may not read cards.
        cards = self.sudo()
        code = normalize(secret)
        card = cards._find(code)
        named = cards._named(number)
        booked = None
        if number and card != named:
            card, result = named, "wrong"
        else:
            result = cards._judge(card, act, types)
            if result == "unusable" and (booked := card._booked(act)):
                # A repeated call, whose first reply was lost.
                result = "accepted"
        result, pause = self.env["giftcard.code.attempt"]._record(
            result,
            store_id=act.store_id,
            member_id=act.member_id,
            ip=ip,
            card_id=card.id or None,
            hint=str(secret or "")[-2:] if result == "wrong" else None,
        )
        if pause:
            raise TooManyAttempts(self.env._("Too many wrong codes. Try again in %s minutes.", -(-pause // 60)), pause)
        if result != "accepted":
            raise CodeNotAccepted(self.env._("This code is not accepted."))
        return card.with_env(self.env), booked.with_env(self.env) if booked else None

    def _find(self, code):
        """:return: the card that ``code`` is the secret of, or of whose bearer it is the code; or none

        It is looked for by its keyed hash, so how long that takes tells nothing of it. Malformed codes take the same
        way.
        """
        Card = self.env["loyalty.card"]
        key, __ = self._digest_key()
        digest = hmac.digest(key, (code or "").encode(), hashlib.sha256).hex()
        return Card.search([("secret_digest", "=", digest)], limit=1) or Card.search(
            [("code", "=", code or ""), ("secret_digest", "=", False)], limit=1
        )

    def _named(self, number):
        """:return: the paper card of a public number, or none"""
        number = "".join(str(number or "").split()).upper()
        return self.env["loyalty.card"].search([("code", "=", number), ("secret_digest", "!=", False)], limit=1)

    def _judge(self, card, act, types):
        """:return: the ``giftcard.code.attempt`` result for a card found by its secret"""
        if not card or card.program_type not in types:
            return "wrong"
        if card.partner_id and card.partner_id.id != act.member_id:
            # A registered card is not its bearer's.
            return "wrong"
        store = card.batch_id.store_id
        if store and store.id != act.store_id:
            return "other_store"
        today = self.env["giftcard.ledger"]._today(card.company_id or self.env.company)
        outdated = card.expiration_date and card.expiration_date < today
        usable = card.active and card.state == "active" and card.points > 0 and not outdated
        return "accepted" if usable else "unusable"

    def _digest_key(self):
        """:return: (key of the digests of secrets, its version)"""
        return derive_key(self.env, f"paper card secret v{KEY_VERSION}"), KEY_VERSION

    def _native_code(self, code, store):
        """What native Odoo, which knows cards by their code alone, is to look for.

        :param code: as scanned or typed at the till or on an order
        :param store: ``giftcard.store``, or none
        :return: the number of the card that ``code`` is the secret of; ``code`` itself when it is none of ours; None
            when it is not accepted, as is the mere number of a paper card
        :raise TooManyAttempts: when the caller has to wait
        """
        # Bearer codes are used by people who may not read cards.
        service = self.sudo()
        if service._named(code):
            return None
        normal = normalize(code)
        if not normal:
            return code
        card = service._find(normal)
        if card and not card.secret_digest:
            return card.code
        try:
            return self._accept(code, Act("spend", store_id=store.id or None))[0].sudo().code
        except CodeNotAccepted:
            return None
