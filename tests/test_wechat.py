"""WeChat's server interfaces over their own protocol: tokens that all processes share, who a user is, what fails."""

import pytest

from tests.account import MINIPROGRAM, OFFICIAL, SECRET, app_of, one_account, open_accounts

PROCESSES = 16


@pytest.fixture(scope="module")
def accounts():
    with open_accounts("wechat") as accounts:
        yield accounts


@pytest.fixture
def account(accounts):
    with one_account(accounts) as account:
        yield account


def ticket_of(env):
    app_of(env, OFFICIAL)._client().jsapi_ticket()


def problem_of(function):
    """:return: (status, code) of the problem that a call ends with"""
    from odoo.addons.giftcard_wechat.api.problems import as_problem

    with pytest.raises(Exception) as caught:
        function()
    problem = as_problem(caught.value)
    assert SECRET not in f"{caught.value} {problem.description}"
    return problem.code, problem.type.code


def test_one_token_for_all_processes(account):
    account.wechat.delay = 0.2
    answers = account.book.race(*[ticket_of] * PROCESSES)
    assert answers == ["done"] * PROCESSES
    assert account.wechat.token_fetches == 1
    # Nor does a later process fetch one.
    account.book.write(ticket_of)
    assert account.wechat.token_fetches == 1


def test_a_bad_token_is_renewed_once(account):
    code = account.wechat.phone_code_for("alice", appid=MINIPROGRAM)
    account.on(lambda app: app._phone_number(code))
    account.wechat.expire_tokens()
    code = account.wechat.phone_code_for("alice", appid=MINIPROGRAM)
    assert account.on(lambda app: app._phone_number(code)) == "+8613800138000"
    assert account.wechat.token_fetches == 2
    # WeChat that never takes a token is not asked for ever.
    account.wechat.fail("/wxa/business/getuserphonenumber", *[40001] * 10)
    assert problem_of(lambda: account.on(lambda app: app._phone_number(code))) == (503, "provider_unavailable")
    assert account.wechat.token_fetches == 3


def test_a_token_that_ends_is_renewed(account):
    account.book.write(ticket_of)
    account.book.write(lambda env: env.cr.execute("UPDATE giftcard_wechat_token SET expires_at = '2020-01-01'"))
    account.wechat.expire_tokens()
    account.book.write(ticket_of)
    assert account.wechat.token_fetches == 2


@pytest.mark.parametrize(
    ("user", "number"),
    [({"phone": "13912345678"}, "+8613912345678"), ({"phone": "51234567", "country": "852"}, "+85251234567")],
)
def test_the_phone_number_of_a_user(account, user, number):
    code = account.wechat.phone_code_for("alice", appid=MINIPROGRAM, **user)
    assert account.on(lambda app: app._phone_number(code)) == number
    # A code is good once, and only in its own app.
    assert problem_of(lambda: account.on(lambda app: app._phone_number(code))) == (401, "invalid_login_code")
    code = account.wechat.phone_code_for("alice", appid=OFFICIAL)
    assert problem_of(lambda: account.on(lambda app: app._phone_number(code))) == (401, "invalid_login_code")


def test_visitors_of_the_official_account(account):
    wechat = account.wechat
    code = wechat.oauth_code_for("alice", OFFICIAL)
    user = account.on(lambda app: app._oauth(code), OFFICIAL)
    assert user == {"openid": wechat.openid("alice", OFFICIAL), "unionid": None, "name": None}
    assert problem_of(lambda: account.on(lambda app: app._oauth(code), OFFICIAL)) == (401, "invalid_login_code")
    code = wechat.oauth_code_for("alice", OFFICIAL, "snsapi_userinfo")
    user = account.on(lambda app: app._oauth(code), OFFICIAL)
    assert (user["unionid"], user["name"]) == (wechat.unionid("alice"), "alice")


def test_a_snapshot_is_nobody(account):
    for scope in ("snsapi_base", "snsapi_userinfo"):
        code = account.wechat.oauth_code_for("alice", OFFICIAL, scope, snapshot=True)
        assert problem_of(lambda code=code: account.on(lambda app: app._oauth(code), OFFICIAL)) == (
            403,
            "login_refused",
        )


def test_where_a_page_sends_its_visitor(account):
    url = account.on(lambda app: app._oauth_url("https://shop.example/a?b=c", "st4te"), OFFICIAL)
    assert url == (
        f"https://open.weixin.qq.com/connect/oauth2/authorize?appid={OFFICIAL}"
        "&redirect_uri=https%3A%2F%2Fshop.example%2Fa%3Fb%3Dc&response_type=code&scope=snsapi_base&state=st4te"
        "#wechat_redirect"
    )


def test_nobody_waits_for_a_wechat_that_is_down(account):
    account.book.write(ticket_of)
    account.wechat.fail("/wxa/business/getuserphonenumber", -1, None, -1, None, -1)
    for __ in range(8):
        code = account.wechat.phone_code_for("alice", appid=MINIPROGRAM)
        answer = problem_of(lambda code=code: account.on(lambda app: app._phone_number(code)))
        assert answer == (503, "provider_unavailable")
        # Five failures in a row, then nobody asks.
    assert account.wechat._failures["/wxa/business/getuserphonenumber"] == []
    assert len(account.wechat._phone_codes) == 8
    account.book.write(lambda env: env.cr.execute("UPDATE giftcard_circuit SET open_until = '2020-01-01'"))
    code = account.wechat.phone_code_for("alice", appid=MINIPROGRAM)
    assert account.on(lambda app: app._phone_number(code)) == "+8613800138000"
    assert account.book.read(lambda env: env["giftcard.circuit"].search_count([])) == 0


def test_the_connection_test_says_what_is_wrong(account):
    assert account.on(lambda app: app.action_test_connection())["params"]["type"] == "success"
    account.on(lambda app: app.write({"secret": "wrong"}))
    assert problem_of(lambda: account.on(lambda app: app.action_test_connection())) == (409, "wechat_refused")
    account.on(lambda app: app.write({"secret": False}))
    assert problem_of(lambda: account.on(lambda app: app.action_test_connection())) == (409, "wechat_refused")
