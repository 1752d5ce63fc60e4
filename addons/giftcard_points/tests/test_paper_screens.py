import hashlib
import hmac
from unittest.mock import patch

from odoo.tests import HttpCase, tagged

from odoo.addons.giftcard_points.models.batch import giftcard_batch

from .common_batch import BatchCase

PASSWORD = "7QH2-M4ZX"
CODE = "0447QH2M4ZX00000000J"


@tagged("post_install", "-at_install")
class TestPaperScreens(BatchCase, HttpCase):
    """The password and the secrets pass through the screens without being stored."""

    def test_manager_generates_hands_over_and_activates(self):
        manager = self._make_user("screen_manager", "giftcard_points.group_manager")
        batch = self.make_batch()
        url = f"/odoo/action-giftcard_points.giftcard_batch_action/{batch.id}"
        with patch.object(giftcard_batch, "make_password", lambda: PASSWORD):
            self.start_tour(url, "giftcard_batch_generate", login=manager.login)
        self.run_jobs()
        self.start_tour(url, "giftcard_batch_hand_over", login=manager.login)
        self.env.invalidate_all()
        self.assertEqual((batch.state, batch.secrets_state, batch.active_count), ("active", "destroyed", 5))
        self.assertEqual(self.cards(batch)[0].entry_ids.operation_id.create_uid, manager)

    def test_officer_takes_a_card(self):
        officer = self._make_user("screen_officer", "giftcard_points.group_officer")
        card = self.issue(quantity=1)[0]
        digest = hmac.digest(self.service._digest_key()[0], CODE.encode(), hashlib.sha256).hex()
        self.env.cr.execute("UPDATE loyalty_card SET secret_digest = %s WHERE id = %s", [digest, card.id])
        self.env.invalidate_all()
        url = "/odoo/action-giftcard_points.ir_actions_server_redeem"
        self.start_tour(url, "giftcard_paper_card_use", login=officer.login)
        self.assertCard(card, 0)
