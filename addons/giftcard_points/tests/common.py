from odoo.tests import TransactionCase, new_test_user

from odoo.addons.giftcard_points.models.ledger.act import Act


class LedgerCase(TransactionCase):
    """Two members with a points card, a gift card, and the invariants checked when a test ends."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ledger = cls.env["giftcard.ledger"]
        cls.points_program = cls._make_program("loyalty", "Points")
        cls.gift_program = cls._make_program("gift_card", "Gift card")
        cls.alice, cls.bob = cls.env["res.partner"].create([{"name": "Alice"}, {"name": "Bob"}])
        (cls.alice | cls.bob)._join("backoffice")
        cls.card = cls.alice._member_card(cls.points_program)
        cls.other = cls.bob._member_card(cls.points_program)
        cls.gift = cls.env["loyalty.card"].create({"program_id": cls.gift_program.id})

    @classmethod
    def _make_program(cls, program_type, name):
        Program = cls.env["loyalty.program"]
        defaults = Program._program_type_default_values()[program_type]
        return Program.create(
            {
                "name": name,
                "program_type": program_type,
                **{key: value for key, value in defaults.items() if key in ("applies_on", "trigger", "reward_ids")},
                "rule_ids": defaults["rule_ids"],
            }
        )

    @classmethod
    def _make_user(cls, login, groups):
        return new_test_user(cls.env, login, groups=groups)

    def tearDown(self):
        self.assertEqual(self.ledger._check_invariants(), [])
        super().tearDown()

    def grant(self, card, amount, expires_on=None, key=None):
        act = Act("earn", key=key) if key else Act("earn")
        return self.ledger._grant(act, card, amount, expires_on=expires_on)

    def assertCard(self, card, balance, held=0.0, debt=0.0):
        card.invalidate_recordset()
        self.assertEqual((card.balance, card.held, card.debt), (balance, held, debt))
        self.assertEqual(card.points, balance - held)
