import base64
import io
from unittest.mock import patch

from PIL import Image

from odoo.tests import tagged

from ..api.endpoint import PREFIX
from ..exceptions import TextRefused
from .common_people import PHONE, PeopleCase

CHECK = "odoo.addons.giftcard_wechat.models.wechat.giftcard_text_check.GiftcardTextCheck"


def picture(side=64, kind="PNG"):
    stream = io.BytesIO()
    Image.new("RGB", (side, side), "red").save(stream, kind)
    return base64.b64encode(stream.getvalue()).decode()


@tagged("post_install", "-at_install")
class TestProfile(PeopleCase):
    def change(self, token=None, **body):
        return self.api("PATCH", "/me", token or self.alice_token, json=body)

    def test_name(self):
        with patch(f"{CHECK}._ask", return_value=("pass", 0)) as asked:
            response = self.change(name="小明")
        self.assertEqual(response.status_code, 200, response.text)
        self.assertEqual(asked.call_args.args[-3:-1], ("小明", "profile"))
        self.assertEqual(response.json()["name"], "小明")
        self.assertEqual(self.get("/me")["name"], "小明")
        self.assertEqual(self.alice.name, "小明")

    def test_a_name_that_is_risky(self):
        before = self.alice.name
        with patch(f"{CHECK}._check", side_effect=TextRefused("No")):
            self.assertProblem(self.change(name="risky"), 422, "text_refused")
        self.assertEqual(self.alice.name, before)

    def test_a_name_to_review(self):
        before = self.alice.name
        with patch(f"{CHECK}._ask", return_value=("review", 0)):
            self.assertEqual(self.change(name="odd").json()["name"], before)
        check = self.env["giftcard.text.check"].search([("member_id", "=", self.alice.id)])
        check.action_release()
        self.assertEqual(self.alice.name, "odd")

    def test_birthday(self):
        response = self.change(birthday={"month": 2, "day": 29})
        self.assertEqual(response.json()["birthday"], {"month": 2, "day": 29, "year": None})
        self.assertEqual((self.alice.birth_month, self.alice.birth_day), ("2", 29))
        # Telling the same again changes nothing; another one is the shop's to write.
        self.assertEqual(self.change(birthday={"month": 2, "day": 29}).status_code, 200)
        self.assertProblem(self.change(birthday={"month": 3, "day": 1}), 409, "birthday_set")
        self.assertEqual(self.alice.birth_month, "2")

    def test_what_is_no_profile(self):
        for body in (
            {"name": ""},
            {"name": "x" * 33},
            {"name": "a\nb"},
            {"birthday": {"month": 2, "day": 30}},
            {"birthday": {"month": 13, "day": 1}},
            {"birthday": {"month": 1, "day": 1, "year": 1899}},
            {"member_number": "M1"},
            {"points": 1},
        ):
            with self.subTest(body=body):
                self.assertProblem(self.change(**body), 422, "validation_error")
        self.assertEqual(self.change().status_code, 200)

    def test_phone(self):
        self.assertIsNone(self.get("/me")["phone"])
        proof = {"provider": "phone_code", "phone": PHONE, "code": self.code(purpose="bind")}
        self.api("POST", "/me/identities", self.alice_token, json={"proof": proof})
        self.assertEqual(self.get("/me")["phone"], "+86138****8000")

    def test_avatar(self):
        response = self.api("PUT", "/me/avatar", self.alice_token, json={"image": picture(800)})
        self.assertEqual(response.status_code, 200, response.text)
        path = response.json()["avatar_url"]
        self.assertRegex(path, rf"^{PREFIX}/avatars/[0-9a-f]{{32}}$")
        shown = self.url_open(path)
        self.assertEqual((shown.status_code, shown.headers["Content-Type"]), (200, "image/jpeg"))
        self.assertEqual(Image.open(io.BytesIO(shown.content)).size, (512, 512))
        self.assertNotIn("Set-Cookie", shown.headers)
        second = self.api("PUT", "/me/avatar", self.alice_token, json={"image": picture(kind="JPEG")}).json()
        self.assertNotEqual(second["avatar_url"], path)
        self.assertEqual(self.url_open(path).status_code, 404)
        self.assertEqual(self.api("DELETE", "/me/avatar", self.alice_token).status_code, 204)
        self.assertEqual(self.url_open(second["avatar_url"]).status_code, 404)
        self.assertIsNone(self.get("/me")["avatar_url"])

    def test_what_is_no_picture(self):
        svg = base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>" * 2).decode()
        for image in (svg, "A" * 200, picture(64, "GIF"), picture(64, "BMP")[:40000], picture(2049)):
            with self.subTest(image=image[:20]):
                response = self.api("PUT", "/me/avatar", self.alice_token, json={"image": image})
                self.assertProblem(response, 422, "picture_refused")
        for image in ("", "?" * 100, "A" * 60001):
            response = self.api("PUT", "/me/avatar", self.alice_token, json={"image": image})
            self.assertProblem(response, 422, "validation_error")
        self.assertFalse(self.alice.image_1920)

    def test_no_rights(self):
        self.assertNoRights("PATCH", "/me", json={"name": "x"})
        self.assertNoRights("PUT", "/me/avatar", json={"image": picture()})
        self.assertNoRights("DELETE", "/me/avatar")

    def test_keys(self):
        response = self.api("PATCH", "/me", self.alice_token, key="", json={"birthday": {"month": 1, "day": 1}})
        self.assertProblem(response, 428, "idempotency_key_required")
