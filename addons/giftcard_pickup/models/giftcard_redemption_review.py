import logging
import re

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .states import UNDONE

_logger = logging.getLogger(__name__)

# A county-level division of China, which a parcel does not arrive without: its name ends in one of these.
DISTRICT = re.compile(r"[区县旗市]|\b(district|county)\b", re.IGNORECASE)
CHINESE_MOBILE = re.compile(r"(\+?86)?1[3-9]\d{9}", re.ASCII)
PHONE = re.compile(r"\+?\d{6,15}", re.ASCII)


class GiftcardRedemption(models.Model):
    """Review: a reviewer claims a redemption, sees what is odd about it, and decides; rules decide the plain ones."""

    _inherit = "giftcard.redemption"

    reviewer_id = fields.Many2one("res.users", readonly=True, index="btree_not_null", ondelete="restrict")
    address_issues = fields.Text(compute="_compute_address_issues", compute_sudo=True)
    member_redemptions = fields.Integer(compute="_compute_member_history", compute_sudo=True)
    member_undone = fields.Integer(string="Of Which Undone", compute="_compute_member_history", compute_sudo=True)
    member_recent = fields.Integer(string="In 30 Days", compute="_compute_member_history", compute_sudo=True)
    member_points = fields.Float(
        string="Points Redeemed", compute="_compute_member_history", compute_sudo=True, digits="Gift Card Value"
    )
    member_since = fields.Datetime(related="member_id.create_date", string="Known Since")

    @api.depends("address_id", "member_id")
    def _compute_address_issues(self):
        for redemption in self:
            redemption.address_issues = "\n".join(redemption._address_issues()) or False

    @api.depends("member_id")
    def _compute_member_history(self):
        groups = self._read_group(
            [("member_id", "in", self.member_id.ids), ("state", "!=", "draft")],
            ["member_id", "state"],
            ["__count", "points:sum"],
        )
        recent = dict(
            self._read_group(
                [("member_id", "in", self.member_id.ids), ("state", "!=", "draft"), ("date", ">=", "today -30d")],
                ["member_id"],
                ["__count"],
            )
        )
        for redemption in self:
            own = [(state, count, points) for member, state, count, points in groups if member == redemption.member_id]
            gone = (*UNDONE, "returned")
            redemption.member_redemptions = sum(count for __, count, __ in own)
            redemption.member_undone = sum(count for state, count, __ in own if state in gone)
            redemption.member_points = sum(points for state, __, points in own if state not in gone)
            redemption.member_recent = recent.get(redemption.member_id, 0)

    # Actions

    def action_claim(self):
        """Take these to review; one reviewer gets each."""
        self._require_reviewer()
        waiting = self.filtered(lambda redemption: redemption.state == "to_review")
        if not waiting:
            raise UserError(self.env._("None of these redemptions is to be reviewed."))
        waiting._claim()

    def action_unclaim(self):
        """Give them back to whoever reviews next."""
        self._require_reviewer()
        redemptions = self._reviewable().filtered(lambda redemption: redemption.state == "in_review")
        redemptions.sudo()._transition("to_review", sources=("in_review",))
        redemptions.sudo().reviewer_id = False

    def action_approve(self):
        """Approve what is selected and this reviewer's to decide."""
        self._require_reviewer()
        self._reviewable()._approve()

    def action_open_member_redemptions(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("giftcard_pickup.giftcard_redemption_action")
        return {
            **action,
            "domain": [("member_id", "=", self.member_id.id), ("state", "!=", "draft")],
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
        }

    # Business

    def _claim(self):
        """:raise IllegalTransition: when one of them is not to be reviewed any more, or somebody was faster"""
        redemptions = self.sudo()
        redemptions._transition("in_review", sources=("to_review",))
        redemptions.reviewer_id = self.env.user

    def _reviewable(self):
        """:return: those to be reviewed that nobody else has claimed, locked. :raise UserError: when there is none"""
        self.sudo()._lock()
        mine = self.filtered(
            lambda redemption: (
                redemption.state == "to_review"
                or (
                    redemption.state == "in_review"
                    and (
                        redemption.reviewer_id == self.env.user
                        or self.env.user.has_group("giftcard_pickup.group_manager")
                    )
                )
            )
        )
        if mine:
            return mine
        claimed = self.filtered(lambda redemption: redemption.state == "in_review")[:1]
        if claimed:
            raise UserError(
                self.env._(
                    "%(reviewer)s is reviewing %(redemption)s.",
                    reviewer=claimed.sudo().reviewer_id.name,
                    redemption=claimed.name,
                )
            )
        raise UserError(self.env._("None of these redemptions is to be reviewed."))

    def _enter_review(self):
        super()._enter_review()
        if not self._approved_by_rule():
            return
        try:
            with self.env.cr.savepoint():
                self.with_context(giftcard_later=True)._approve(self.env._("By rule"))
        except UserError:
            # It waits for a reviewer, who meets the same refusal in words.
            _logger.exception("%s could not be approved by rule", self.name)
            self.env.invalidate_all()

    def _approved_by_rule(self):
        """:return: whether the company lets this one pass without a reviewer"""
        company = self.company_id
        points, cash = company.giftcard_approve_points, company.giftcard_approve_cash
        small = points and self.points <= points and self.cash_total <= cash
        if self.fulfilment == "virtual":
            return company.giftcard_approve_virtual or small
        if self.fulfilment == "pickup":
            return company.giftcard_approve_pickup or small
        return bool(small) and not self._address_issues()

    def _address_issues(self):
        """:return: what is wrong or odd about the address: list of texts"""
        address = self.address_id
        if not address:
            return []
        issues = []
        if not (address.street and address.city):
            issues.append(self.env._("The street or the city is missing."))
        elif address.country_id.code in (False, "CN") and not DISTRICT.search(
            " ".join(filter(None, [address.street2, address.street, address.city]))
        ):
            issues.append(self.env._("The district is missing."))
        phone = re.sub(r"[\s()-]", "", address.phone or self.member_id.phone or "")
        form = CHINESE_MOBILE if address.country_id.code == "CN" and phone.lstrip("+86").startswith("1") else PHONE
        if not phone:
            issues.append(self.env._("There is no phone number."))
        elif not form.fullmatch(phone):
            issues.append(self.env._("%s is no phone number.", phone))
        if others := self._members_at(address):
            issues.append(
                self.env._("Other members have goods sent to the same phone or street: %s.", ", ".join(others))
            )
        return issues

    def _members_at(self, address):
        """:return: names, masked, of other members who redeem to the same phone or street"""
        # The stored text is compared, by index; whoever varies it is found by the phone.
        self.env["res.partner"].flush_model(["phone", "street", "city", "parent_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT redemption.member_id
                  FROM res_partner same
                  JOIN giftcard_redemption redemption ON redemption.address_id = same.id
                 WHERE (same.phone = %(phone)s OR (same.street = %(street)s AND same.city = %(city)s))
                   AND redemption.member_id <> %(member)s
                 LIMIT 5
                """,
                phone=address.phone or None,
                street=address.street or None,
                city=address.city or None,
                member=self.member_id.id,
            )
        )
        members = self.env["res.partner"].sudo().browse([member_id for (member_id,) in rows])
        return [f"{(member.name or '').strip()[:1]}**" for member in members]
