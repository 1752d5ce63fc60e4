from .common import ApiCase

PHONE = "+8613800138000"
OTHER_PHONE = "+8613900139000"


class PeopleCase(ApiCase):
    """A shop whose one-time codes are shown in the back office."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gateway = cls.env["giftcard.sms.gateway"].create({"name": "Shown", "kind": "backoffice"})
        cls.env.company.giftcard_sms_gateway_id = cls.gateway
        cls.codes = cls.env["giftcard.one.time.code"]

    def send(self, phone=PHONE, purpose="login", **body):
        return self.api("POST", "/one-time-codes", json={"phone": phone, "purpose": purpose, **body})

    def code(self, phone=PHONE, purpose="login", **body):
        """:return: the code that the back office shows"""
        # As if the last one had been asked for long ago.
        self.env.cr.execute("UPDATE giftcard_one_time_code SET date = date - INTERVAL '1 day'")
        response = self.send(phone, purpose, **body)
        self.assertEqual(response.status_code, 202, response.text)
        return self.codes.search([], limit=1).shown

    def log_in(self, code, phone=PHONE):
        return self.api("POST", "/sessions", json={"provider": "phone_code", "phone": phone, "code": code})
