from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL

from ..exceptions import IllegalTransition, OutOfStock
from .amounts import total


class GiftcardRedemption(models.Model):
    """The redemption list: what a member has chosen and not submitted, and what it would cost.

    A draft holds, counts and reserves nothing, so that everything is checked again when it is submitted.
    """

    _inherit = "giftcard.redemption"

    _draft_uniq = models.UniqueIndex(
        "(member_id, company_id) WHERE state = 'draft'", "A member has one redemption list in a company."
    )

    # Business

    @api.model
    def _draft(self, member, company):
        """:return: the member's redemption list in a company, made when there is none"""
        # The caller has made sure of who the member is; lists are nobody's to write.
        drafts = self.sudo().with_company(company)
        now = fields.Datetime.now()
        self.env.execute_query(
            SQL(
                """
                INSERT INTO giftcard_redemption
                       (company_id, member_id, fulfilment, state, date, points, cash_amount, shipping_amount,
                        cash_total, create_uid, create_date, write_uid, write_date)
                VALUES (%(company)s, %(member)s, 'pickup', 'draft', %(now)s, 0, 0, 0, 0, %(uid)s, %(now)s, %(uid)s,
                        %(now)s)
                    ON CONFLICT (member_id, company_id) WHERE state = 'draft' DO NOTHING
                RETURNING id
                """,
                company=company.id,
                member=member.id,
                now=now,
                uid=self.env.uid,
            )
        )
        return drafts.search(
            [("member_id", "=", member.id), ("company_id", "=", company.id), ("state", "=", "draft")]
        ).with_env(self.env)

    def _set_item(self, reward, quantity, price=None):
        """Put so many pieces of a reward on the list, in the place of those there; 0 takes it off.

        :param price: ``giftcard.reward.price``, or none for points alone
        :raise IllegalTransition: when the list has been submitted meanwhile
        :raise InvalidQuantity, RewardNotAvailable:
        """
        draft = self.sudo()
        draft._lock()
        if draft.state != "draft":
            raise IllegalTransition(self.env._("This list has been submitted already."))
        items = {line.reward_id.id: (line.reward_id, line.quantity, line.price_id) for line in draft.line_ids}
        if quantity == 0 and not isinstance(quantity, bool):
            items.pop(reward.id, None)
        else:
            items[reward.id] = (reward.with_env(draft.env), quantity, (price or reward.price_ids.browse()).sudo())
        draft._fill(list(items.values()))

    def _clear(self):
        """Take everything off the list."""
        draft = self.sudo()
        draft._lock()
        if draft.state == "draft":
            draft._fill([])

    def _fill(self, lines):
        """Keep these lines on the list, at the prices of now."""
        chosen = self._chosen(lines) if lines else {}
        items = self._price(self.env["giftcard.reward"].browse(chosen), chosen)
        self._set_lines(items)
        self.write(
            {
                "points": total((item["points_price"], item["quantity"]) for item in items),
                "cash_amount": total((item["cash_price"], item["quantity"]) for item in items),
            }
        )

    def _items(self):
        """:return: the lines of the list as :meth:`_submit` and :meth:`_quote` take them"""
        return [(line.reward_id, line.quantity, line.price_id) for line in self.sudo().line_ids]

    def _submit_draft(self, store, key, fulfilment="pickup", address=None, **values):
        """Submit the redemption list: stock, limits and prices are checked again, at the prices of now.

        :return: the ``giftcard.redemption``; of an empty list it is ``InvalidQuantity``
        :raise: as :meth:`_submit`
        """
        draft = self.sudo()
        known = draft.search([("member_id", "=", draft.member_id.id), ("idempotency_key", "=", key)])
        # Of a list that the key has submitted before, the lines are those of then.
        source = known or draft
        return self._submit(
            source.member_id, store, source._items(), key, fulfilment, address, draft=draft, **values
        ).with_env(self.env)

    @api.model
    def _quote(self, member, store, lines, fulfilment="pickup", address=None, **values):
        """What a redemption of these lines would cost, and what stands in its way; nothing is written.

        :return: dict of ``points``, ``cash`` (for the rewards), ``shipping``, ``total`` (cash and shipping; in the
            currency of the company), ``problem`` (None or the refusal of the order as a whole, a ``UserError``), and
            ``lines``: list of dicts ``reward``, ``price`` (records), ``quantity``, ``points``, ``cash``, ``available``
            (pieces, None: not limited)
        :raise InvalidQuantity, RewardNotAvailable: when the lines themselves are wrong
        """
        chosen = self._chosen(lines)
        order = self.sudo()
        rewards = order.env["giftcard.reward"].browse(chosen)
        store = (store or self.env["giftcard.store"]).sudo()
        order = order.with_company(store.company_id or rewards[:1].company_id)
        rewards, store = rewards.with_env(order.env), store.with_env(order.env)
        if all(reward._is_virtual() for reward in rewards):
            fulfilment = "virtual"
        items = order._price(rewards, chosen)
        quote = order.new(
            {
                **values,
                "company_id": order.env.company.id,
                "member_id": member.id,
                "fulfilment": fulfilment,
                "store_id": store.id,
                "address_id": address.id if address else False,
                "warehouse_id": order._warehouse(fulfilment, store).id,
                "program_id": rewards[:1].program_id.id,
                "points": total((item["points_price"], item["quantity"]) for item in items),
                "cash_amount": total((item["cash_price"], item["quantity"]) for item in items),
                "line_ids": [Command.create(item) for item in items],
            }
        )
        available = rewards._available_at(quote._stock_locations())
        problem = quote._problem(rewards, available)
        return {
            "points": quote.points,
            "cash": quote.cash_amount,
            "shipping": quote.shipping_amount,
            "total": total([(quote.cash_amount, 1), (quote.shipping_amount, 1)]),
            "problem": problem,
            "lines": [
                {
                    "reward": rewards.browse(item["reward_id"]),
                    "price": self.env["giftcard.reward.price"].browse(item["price_id"]),
                    "quantity": item["quantity"],
                    "points": total([(item["points_price"], item["quantity"])]),
                    "cash": total([(item["cash_price"], item["quantity"])]),
                    "available": available[item["reward_id"]],
                }
                for item in items
            ],
        }

    # Building blocks

    def _take_draft(self, values):
        """Make a draft the order described by ``values``, once.

        :return: whether it was a draft still
        """
        self.flush_recordset()
        rows = self.env.execute_query(
            SQL(
                "UPDATE giftcard_redemption SET (%s) = %s WHERE id = %s AND state = 'draft' RETURNING id",
                SQL(", ").join(map(SQL.identifier, values)),
                tuple(values.values()),
                self.id,
            )
        )
        self.invalidate_recordset(flush=False)
        return bool(rows)

    def _check_available(self, available):
        """:raise OutOfStock: when more is asked for than there is"""
        for line in self.line_ids:
            left = available[line.reward_id.id]
            if left is not None and left < line.quantity:
                raise OutOfStock(
                    self.env._("Of %(reward)s only %(left)s are left.", reward=line.reward_id.name, left=left), left
                )

    def _problem(self, rewards, available):
        """Charge for the delivery.

        :return: the first refusal that a submission would meet now, or None
        """
        try:
            self._check_orderable(rewards)
            self._check_available(available)
            self._add_shipping()
        except UserError as refusal:
            return refusal
        return None
