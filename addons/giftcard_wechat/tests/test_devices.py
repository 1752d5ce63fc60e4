from contextlib import contextmanager

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ApiCase

MODEL = "odoo.addons.giftcard_wechat.models.people.giftcard_api_refresh"


@tagged("post_install", "-at_install")
class TestDevices(ApiCase):
    """Refresh tokens, and the member's view of where he is logged in."""

    def refresh(self, token):
        return self.api("POST", "/sessions/refresh", json={"refresh_token": token})

    @contextmanager
    def later(self, seconds):
        with freeze_time(fields.Datetime.add(fields.Datetime.now(), seconds=seconds)):
            yield

    def test_refresh_gives_the_next_pair(self):
        first = self.login().json()
        self.assertLess(first["expires_at"], first["refresh_until"])
        response = self.refresh(first["refresh_token"])
        self.assertEqual(response.status_code, 200, response.text)
        second = response.json()
        self.assertEqual(set(second), set(first) - {"member"})
        self.assertNotEqual(first["refresh_token"], second["refresh_token"])
        self.get("/me", second["access_token"])
        self.assertProblem(self.api("GET", "/me", first["access_token"]), 401, "unauthenticated")

    def test_tokens_are_not_kept(self):
        session = self.login().json()
        self.env.cr.execute("SELECT * FROM giftcard_api_refresh")
        self.assertNotIn(session["refresh_token"], str(self.env.cr.fetchall()))

    def test_an_expired_token_is_refreshed(self):
        session = self.login().json()
        record = self.token_record(session["access_token"])
        record.expires_at = "2020-01-01"
        self.assertProblem(self.api("GET", "/me", session["access_token"]), 401, "token_expired")
        self.assertEqual(record.state, "active")
        self.get("/me", self.refresh(session["refresh_token"]).json()["access_token"])

    def exchange(self, token):
        return self.refused(lambda env: env["giftcard.api.refresh"]._exchange(token))

    @mute_logger(MODEL)
    def test_reuse_ends_the_session(self):
        first = self.login().json()
        second = self.refresh(first["refresh_token"]).json()
        third = self.refresh(second["refresh_token"]).json()
        record = self.token_record(third["access_token"])
        self.assertProblem(self.refresh(first["refresh_token"]), 401, "invalid_refresh_token")
        self.assertEqual(self.exchange(first["refresh_token"]), "invalid_refresh_token")
        self.env.invalidate_all()
        self.assertEqual((record.stolen, record.state), (True, "revoked"))
        self.assertProblem(self.api("GET", "/me", third["access_token"]), 401, "token_expired")
        self.assertProblem(self.refresh(third["refresh_token"]), 401, "token_expired")
        self.get("/me", self.alice_token)

    @mute_logger(MODEL)
    def test_a_late_repeat_ends_the_session(self):
        first = self.login().json()
        second = self.refresh(first["refresh_token"]).json()
        with self.later(31):
            self.assertEqual(self.exchange(first["refresh_token"]), "invalid_refresh_token")
        self.assertProblem(self.api("GET", "/me", second["access_token"]), 401, "token_expired")

    @mute_logger(MODEL)
    def test_a_lost_answer(self):
        first = self.login().json()
        lost = self.refresh(first["refresh_token"]).json()
        again = self.refresh(first["refresh_token"])
        self.assertEqual(again.status_code, 200, again.text)
        self.get("/me", again.json()["access_token"])
        # What was lost must not turn up elsewhere.
        self.assertEqual(self.exchange(lost["refresh_token"]), "invalid_refresh_token")
        self.assertProblem(self.api("GET", "/me", again.json()["access_token"]), 401, "token_expired")

    def test_who_may_not_refresh(self):
        self.assertProblem(self.refresh("x" * 43), 401, "invalid_refresh_token")
        self.assertProblem(self.refresh("short"), 422, "validation_error")
        session = self.login().json()
        record = self.token_record(session["access_token"])
        for state in ("frozen", "closed"):
            record.member_id.member_state = state
            self.assertProblem(self.refresh(session["refresh_token"]), 403, f"member_{state}")
        record.member_id.member_state = "active"
        record.refresh_until = "2020-01-01"
        self.assertProblem(self.refresh(session["refresh_token"]), 401, "token_expired")
        record.refresh_until = "2040-01-01"
        record.action_revoke()
        self.assertProblem(self.refresh(session["refresh_token"]), 401, "token_expired")

    def test_devices(self):
        other = self.new_token(self.alice, "Tablet")
        revoked = self.new_token(self.alice, "Lost")
        self.token_record(revoked).action_revoke()
        items = self.get("/sessions")["items"]
        self.assertEqual([(item["device"], item["current"]) for item in items], [("Tablet", False), ("Phone", True)])
        self.assertEqual(items[0]["provider"], "wechat_miniprogram")
        response = self.api("DELETE", f"/sessions/{items[0]['id']}", self.alice_token)
        self.assertEqual((response.status_code, response.content), (204, b""))
        self.assertProblem(self.api("GET", "/me", other), 401, "token_expired")
        self.assertEqual([item["device"] for item in self.get("/sessions")["items"]], ["Phone"])

    def test_devices_no_rights(self):
        self.assertNoRights("GET", "/sessions")
        own = self.token_record(self.alice_token).id
        self.assertNoRights("DELETE", f"/sessions/{own}")

    def test_devices_of_others(self):
        response = self.api("DELETE", f"/sessions/{self.token_record(self.alice_token).id}", self.bob_token)
        self.assertProblem(response, 404, "not_found")
        self.get("/me")

    def test_unused_tokens_are_pruned(self):
        first = self.login().json()
        second = self.refresh(first["refresh_token"]).json()
        self.env.cr.execute("UPDATE giftcard_api_refresh SET issued_at = issued_at - INTERVAL '31 days'")
        self.env["giftcard.api.refresh"]._gc_used()
        self.assertProblem(self.refresh(first["refresh_token"]), 401, "invalid_refresh_token")
        self.assertEqual(self.refresh(second["refresh_token"]).status_code, 200)
