from odoo import fields, models
from odoo.tools import format_datetime

from ..states import UNDONE


class GiftcardPickupCode(models.Model):
    """What a clerk is told about what was scanned: enough to serve or to explain, of other stores next to nothing."""

    _inherit = "giftcard.pickup.code"

    def _describe(self, code, store, moment=None):
        """What a clerk of ``store`` may know about a code.

        :param moment: when it was shown; now
        :return: dict with ``result`` and a ``message`` to show; moreover

            - ``ready``: ``redemption`` (number), ``member`` (masked), ``valid_until``, ``proxy`` (False or
              ``{"name", "phone"}``: who should stand at the counter), ``lines``: list of ``{"line_id", "name",
              "quantity" (left to hand over), "handed", "image_url", "tracking", "lots" (numbers reserved for it)}``
            - ``handed_over``: as ``ready``, with what was handed over in ``lines``; ``handover_id``, ``left`` (pieces)
            - ``used``: ``redemption``, ``used_at``, ``used_store``, ``used_by``; also of a code whose redemption was
              handed over against the other one
            - ``expired``: ``redemption``, ``valid_until``
            - ``replaced`` (there is a newer code), ``void`` (cancelled), ``not_ready``, ``not_paid``: ``redemption``,
              ``state``
            - ``code_needed``: ``redemption``; its number was scanned, which is no code
            - ``other_store``: ``store``, its name, and nothing else
            - ``unknown``
            - ``throttled``: ``retry_after`` seconds, after too many wrong codes

            Times are UTC in ISO 8601.
        """
        if not code:
            return {"result": "unknown", "message": self.env._("This code does not exist.")}
        if code.store_id != store:
            return self._describe_other(code.store_id)
        redemption = code.redemption_id
        used = redemption.pickup_code_ids.filtered(lambda one: one.state == "used")
        if used:
            return self._describe_used(used)
        known = {"redemption": redemption.name}
        if code.state == "expired" or (code.state == "open" and code.valid_until < (moment or fields.Datetime.now())):
            return {
                **known,
                "result": "expired",
                "valid_until": self._iso(code.valid_until),
                "message": self.env._("Expired on %s.", format_datetime(self.env, code.valid_until)),
            }
        if code.state == "void" and redemption.state == "ready":
            return {
                **known,
                "result": "replaced",
                "state": redemption._told_state(),
                "message": self.env._("This code was replaced. Ask for the new one."),
            }
        if code.state == "void" or redemption.state != "ready":
            return self._describe_order(redemption, store)
        return {
            **known,
            "result": "ready",
            "member": redemption.member_masked,
            "proxy": code._told_proxy(),
            "valid_until": self._iso(code.valid_until),
            "lines": redemption._told_lines(),
            "message": self.env._("Hand over these goods."),
        }

    def _describe_order(self, redemption, store):
        """What a clerk of ``store`` may know about an order, of which no good code was shown."""
        if not redemption:
            return {"result": "unknown", "message": self.env._("This code does not exist.")}
        if redemption.store_id != store:
            return self._describe_other(redemption.store_id)
        if used := redemption.pickup_code_ids.filtered(lambda one: one.state == "used"):
            return self._describe_used(used)
        state = redemption._told_state()
        known = {"redemption": redemption.name, "state": state}
        if redemption.state == "awaiting_payment":
            return {**known, "result": "not_paid", "message": self.env._("Not paid yet.")}
        if redemption.state == "ready":
            message = self.env._("Ready for pickup. Ask for the pickup code.")
            return {**known, "result": "code_needed", "message": message}
        if redemption.state in UNDONE or redemption.state == "done":
            return {**known, "result": "void", "message": self.env._("This code is void: %s.", state)}
        return {**known, "result": "not_ready", "message": self.env._("Not ready for pickup: %s.", state)}

    def _describe_used(self, used):
        return {
            "redemption": used.redemption_id.name,
            "result": "used",
            "used_at": self._iso(used.used_at),
            "used_store": used.used_store_id.name,
            "used_by": used.used_by_id.name,
            "message": self.env._(
                "Used already: %(date)s, %(store)s, by %(clerk)s.",
                date=format_datetime(self.env, used.used_at),
                store=used.used_store_id.name,
                clerk=used.used_by_id.name,
            ),
        }

    def _describe_handover(self, handover):
        redemption = handover.redemption_id
        left = sum(line.left_quantity for line in redemption._pickup_lines())
        message = self.env._("Handed over in part: %s") if left else self.env._("Handed over: %s")
        return {
            "result": "handed_over",
            "redemption": redemption.name,
            "member": redemption.member_masked,
            "proxy": handover.code_id._told_proxy(),
            "valid_until": self._iso(handover.code_id.valid_until),
            "handover_id": handover.id,
            "left": left,
            "lines": redemption._told_lines({line.line_id: line.quantity for line in handover.line_ids}),
            "message": message % redemption.name,
        }

    def _describe_other(self, store):
        return {
            "result": "other_store",
            "store": store.name,
            "message": self.env._("This code is for the store %s.", store.name),
        }

    def _find_number(self, number, store):
        """:return: the redemption of the store's company with this number, or none; drafts are nobody's business"""
        # A clerk scans the order of his own store or learns the name of the other one, chosen in _describe_order.
        return (
            self.env["giftcard.redemption"]
            .sudo()
            .search(
                [("name", "=", number), ("company_id", "=", store.company_id.id), ("state", "!=", "draft")], limit=1
            )
        )

    def _iso(self, moment):
        return f"{moment.isoformat(timespec='seconds')}Z"
