"""Texts of members before others read them: WeChat's verdict, and what staff decide where it has none."""

import pytest

from tests.account import MINIPROGRAM, app_of, one_account, open_accounts


@pytest.fixture(scope="module")
def accounts():
    with open_accounts("wechat_texts") as accounts:
        yield accounts


@pytest.fixture
def account(accounts):
    with one_account(accounts) as account:
        account.book.write(lambda env: env["giftcard.text.check"].search([]).unlink())
        yield account


def write(account, partner_id, text, scene="profile"):
    """Let a member change his name, as an endpoint does. :return: state of what holds it back, if anything does"""

    def act(env):
        member = env["res.partner"].browse(partner_id)
        identity = env["giftcard.identity"].search([("member_id", "=", partner_id)])
        check = env["giftcard.text.check"]._check(text, scene, identity)
        check._apply(member, "name", text)
        return check.verdict

    return account.book.write(act)


def name(account, partner_id):
    return account.book.read(lambda env: env["res.partner"].browse(partner_id).name)


def checks(account, **values):
    domain = [(key, "=", value) for key, value in values.items()]
    return account.book.read(lambda env: env["giftcard.text.check"].search(domain).mapped("text"))


def test_a_harmless_text_is_shown_at_once(account):
    partner_id, user = account.member()
    assert not write(account, partner_id, "小明")
    assert name(account, partner_id) == "小明"
    [asked] = account.wechat.checked
    assert asked == {"version": 2, "scene": 1, "openid": account.wechat.openid(user, MINIPROGRAM), "content": "小明"}
    assert checks(account) == []


def test_a_risky_text_is_refused_and_remembered(account):
    from odoo.addons.giftcard_wechat.exceptions import TextRefused

    partner_id, __ = account.member()
    before = name(account, partner_id)
    with pytest.raises(TextRefused):
        write(account, partner_id, "来赌博吧")
    assert name(account, partner_id) == before
    assert checks(account, verdict="risky", state="refused", member_id=partner_id) == ["来赌博吧"]


def test_a_doubtful_text_waits_for_staff(account):
    partner_id, __ = account.member()
    before = name(account, partner_id)
    assert write(account, partner_id, "加微信") == "review"
    assert name(account, partner_id) == before
    account.book.write(lambda env: env["giftcard.text.check"].search([]).action_release())
    assert name(account, partner_id) == "加微信"
    # What is decided stays.
    account.book.write(lambda env: env["giftcard.text.check"].search([]).action_refuse())
    assert checks(account, state="released") == ["加微信"]


def test_what_was_refused_by_staff_is_never_shown(account):
    partner_id, __ = account.member()
    before = name(account, partner_id)
    write(account, partner_id, "加微信")
    account.book.write(lambda env: env["giftcard.text.check"].search([]).action_refuse())
    assert (name(account, partner_id), checks(account, state="refused")) == (before, ["加微信"])


@pytest.mark.parametrize("fault", [-1, None, 45011, "idle"])
def test_a_text_that_cannot_be_checked_waits_for_staff(account, fault):
    partner_id, user = account.member()
    if fault == "idle":
        account.wechat.idle.add(account.wechat.openid(user, MINIPROGRAM))
    else:
        account.wechat.fail("/wxa/msg_sec_check", fault)
    assert write(account, partner_id, "小明") == "failed"
    assert checks(account, state="held") == ["小明"]


def test_who_is_not_of_wechat_waits_for_staff(account):
    def act(env):
        return env["giftcard.text.check"]._check("小明", "social", env["giftcard.identity"]).verdict

    assert account.book.write(act) == "failed"
    assert account.wechat.checked == []


def test_what_was_written_before_does_not_come_back(account):
    partner_id, __ = account.member()
    write(account, partner_id, "加微信")
    write(account, partner_id, "小红")
    account.book.write(lambda env: env["giftcard.text.check"].search([]).action_release())
    assert name(account, partner_id) == "小红"
    assert checks(account, state="outdated") == ["加微信"]


def test_of_a_long_text_every_part_is_looked_at(account):
    partner_id, __ = account.member()
    assert write(account, partner_id, "好" * 2600 + "加微信") == "review"
    assert [len(asked["content"]) for asked in account.wechat.checked] == [2500, 103]


def test_an_app_is_asked_once_for_its_token(account):
    for __ in range(3):
        write(account, account.member()[0], "小明")
    assert account.wechat.token_fetches == 1
    assert account.book.read(lambda env: app_of(env, MINIPROGRAM).id)
