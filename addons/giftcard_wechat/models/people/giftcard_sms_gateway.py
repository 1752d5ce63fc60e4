import logging
from uuid import uuid4

import requests

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ...exceptions import CallsPaused, SmsRefused, SmsUnavailable
from ...sms import aliyun, tencent

_logger = logging.getLogger(__name__)

VENDORS = {"aliyun": aliyun, "tencent": tencent}


class GiftcardSmsGateway(models.Model):
    """By whom one-time codes are sent."""

    _name = "giftcard.sms.gateway"
    _description = "SMS Gateway"
    _order = "sequence, id"

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company, ondelete="cascade"
    )
    kind = fields.Selection(
        [
            ("aliyun", "Alibaba Cloud (Aliyun)"),
            ("tencent", "Tencent Cloud"),
            ("odoo", "Odoo SMS"),
            ("backoffice", "Nobody: show codes in the back office"),
        ],
        required=True,
        default="aliyun",
        help="The last one is for trying out: whoever may see the list of codes could log in as a member.",
    )
    key_id = fields.Char(string="Access Key ID", copy=False, groups="giftcard_points.group_manager")
    secret = fields.Char(string="Access Key Secret", copy=False, groups="giftcard_points.group_manager")
    sign_name = fields.Char(string="Signature", help="As approved by the vendor, without brackets.")
    template_code = fields.Char(
        string="Template", help="As approved by the vendor; its only variable is the code (Aliyun: ${code})."
    )
    sdk_app_id = fields.Char(string="SDK App ID")
    region = fields.Char(default=tencent.REGION)
    endpoint = fields.Char(
        string="API Address", groups="giftcard_points.group_manager", help="Empty: the vendor's public address."
    )

    _complete = models.Constraint(
        "CHECK(kind NOT IN ('aliyun', 'tencent') OR (sign_name IS NOT NULL AND template_code IS NOT NULL))",
        "The vendor needs a signature and a template.",
    )

    def action_test_connection(self):
        """Ask the vendor for the template, which proves the keys; nothing is sent.

        :raise SmsRefused: with what is wrong
        """
        self.check_access("write")
        for gateway in self:
            gateway._test_connection()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "success", "message": self.env._("The gateway answers, and the keys are right.")},
        }

    def _test_connection(self):
        """:raise SmsRefused: what is wrong"""
        self.ensure_one()
        # The keys are the managers'.
        gateway = self.sudo()
        if gateway.kind in VENDORS:
            self._guarded(lambda: VENDORS[gateway.kind].check(gateway))
        elif gateway.kind == "odoo" and not self.env["iap.account"].sudo().get("sms").account_token:
            raise SmsRefused(self.env._("There is no account for Odoo's SMS."))

    def _circuit_name(self):
        """:return: what ``giftcard.circuit`` calls the service"""
        return f"sms {self.id}"

    def _send_code(self, phone, code):
        """:param phone: E.164
        :return: the vendor's reference, or None
        :raise SmsRefused: the vendor says no
        :raise SmsUnavailable: no answer
        """
        self.ensure_one()
        # Members and guests have codes sent, who have no rights on the keys.
        gateway = self.sudo()
        match gateway.kind:
            case "backoffice":
                return None
            case "odoo":
                return self._guarded(lambda: gateway._send_by_odoo(phone, code))
        return self._guarded(lambda: VENDORS[gateway.kind].send(gateway, phone, code))

    def _guarded(self, call):
        try:
            with self.env["giftcard.circuit"]._guard(self._circuit_name()):
                return call()
        except CallsPaused as error:
            raise SmsUnavailable(str(error)) from None
        except SmsRefused as refusal:
            _logger.warning("SMS gateway %s: %s", self.id, refusal)
            raise

    def _send_by_odoo(self, phone, code):
        uuid = uuid4().hex
        text = self.env._("Your code is %s. It is good for five minutes. Tell it to nobody.", code)
        sms = self.company_id._get_sms_api_class()(self.with_company(self.company_id).env)
        try:
            answers = sms._send_sms_batch([{"content": text, "numbers": [{"uuid": uuid, "number": phone}]}])
        except (AccessError, UserError, requests.RequestException, ValueError) as error:
            raise SmsUnavailable(f"Odoo: {type(error).__name__}") from None
        state = next((answer.get("state") for answer in answers if answer.get("uuid") == uuid), "server_error")
        if state == "server_error":
            raise SmsUnavailable(f"Odoo: {state}")
        if state not in ("success", "processing"):
            raise SmsRefused(f"Odoo: {state}")
        return uuid
