"""The fake speaks WeChat's protocol; the addon's client understands it."""

import pytest
import requests

from tests.fakes.wechat import APPID, CODE_SECONDS, SECRET, FakeWechat


class Clock:
    now = 0

    def __call__(self):
        return self.now


@pytest.fixture
def wechat():
    with FakeWechat(clock=Clock()) as wechat:
        yield wechat


def exchange(wechat, code, **changes):
    parameters = {"appid": APPID, "secret": SECRET, "js_code": code, "grant_type": "authorization_code"} | changes
    response = requests.get(f"{wechat.url}/sns/jscode2session", params=parameters, timeout=10)
    assert response.status_code == 200
    return response.json()


def test_a_code_is_good_once(wechat):
    code = wechat.code_for("alice")
    session = exchange(wechat, code)
    assert set(session) == {"openid", "unionid", "session_key"}
    assert session["openid"] == wechat.openid("alice")
    assert len(session["openid"]) == 28
    assert exchange(wechat, code)["errcode"] == 40163


def test_a_user_is_the_same_each_time_and_another_in_another_app(wechat):
    assert exchange(wechat, wechat.code_for("alice"))["openid"] == exchange(wechat, wechat.code_for("alice"))["openid"]
    assert wechat.openid("alice") != wechat.openid("bob")
    assert wechat.openid("alice") != wechat.openid("alice", "wx-other")


def test_a_code_grows_old(wechat):
    code = wechat.code_for("alice")
    wechat.clock.now = CODE_SECONDS + 1
    assert exchange(wechat, code)["errcode"] == 40029


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"js_code": "0unknown"}, 40029),
        ({"js_code": None}, 41008),
        ({"appid": "wx-unknown"}, 40013),
        ({"appid": None}, 41002),
        ({"secret": "guess"}, 40125),
        ({"secret": None}, 41004),
        ({"grant_type": "password"}, 40002),
    ],
)
def test_errors_are_answers(wechat, changes, errcode):
    assert exchange(wechat, wechat.code_for("alice"), **changes)["errcode"] == errcode


def test_failures_on_demand_leave_the_code_good(wechat):
    code = wechat.code_for("alice")
    wechat.fail_next(-1, "alice")
    assert exchange(wechat, code)["errcode"] == -1
    assert exchange(wechat, code)["openid"] == wechat.openid("alice")


def test_another_process_asks_for_codes(wechat):
    answer = requests.post(f"{wechat.url}/control/code", json={"user": "alice"}, timeout=10).json()
    assert exchange(wechat, answer["code"])["openid"] == wechat.openid("alice")
    assert requests.post(f"{wechat.url}/control/code", data="x", timeout=10).status_code == 400
