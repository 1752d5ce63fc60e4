"""The fake answers to servers as WeChat is documented to."""

import json

import pytest
import requests

from tests.fakes.wechat import APPID, OFFICIAL, SECRET, FakeWechat
from tests.fakes.wechat_api import TOKEN_SECONDS
from tests.fakes.wechat_push import Push


class Clock:
    now = 0

    def __call__(self):
        return self.now


@pytest.fixture
def wechat():
    with FakeWechat(clock=Clock()) as wechat:
        yield wechat


def token(wechat, **changes):
    content = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET} | changes
    return requests.post(f"{wechat.url}/cgi-bin/stable_token", json=content, timeout=10).json()


def call(wechat, path, content, access_token=None):
    params = {"access_token": token(wechat)["access_token"] if access_token is None else access_token}
    data = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
    response = requests.post(f"{wechat.url}{path}", params=params, data=data, timeout=10)
    return response.content if "image" in response.headers["Content-Type"] else response.json()


def test_the_stable_token_stays_until_it_ends(wechat):
    first = token(wechat)
    assert len(first["access_token"]) <= 512
    wechat.clock.now = 100
    assert token(wechat) == {"access_token": first["access_token"], "expires_in": TOKEN_SECONDS - 100}
    assert token(wechat, force_refresh=True)["access_token"] != first["access_token"]
    assert call(wechat, "/wxa/msg_sec_check", {}, first["access_token"])["errcode"] == 40001
    wechat.clock.now += TOKEN_SECONDS
    assert token(wechat)["access_token"] != first["access_token"]


@pytest.mark.parametrize(
    ("changes", "errcode"), [({"appid": "x"}, 40013), ({"secret": "x"}, 40125), ({"grant_type": "x"}, 40002)]
)
def test_who_is_not_the_app(wechat, changes, errcode):
    assert token(wechat, **changes)["errcode"] == errcode


def test_who_has_no_token(wechat):
    assert call(wechat, "/wxa/msg_sec_check", {}, "")["errcode"] == 41001
    assert call(wechat, "/wxa/msg_sec_check", {}, "guess")["errcode"] == 40001
    assert call(wechat, "/wxa/msg_sec_check", b"{")["errcode"] == 47001
    assert call(wechat, "/wxa/unknown", {})["errcode"] == 40066


def test_escaped_text_is_not_recognised(wechat):
    content = {"version": 2, "scene": 1, "openid": "o1", "content": "赌博"}
    assert call(wechat, "/wxa/msg_sec_check", content)["result"]["suggest"] == "risky"
    assert call(wechat, "/wxa/msg_sec_check", json.dumps(content).encode())["result"]["suggest"] == "pass"
    assert call(wechat, "/wxa/msg_sec_check", {**content, "content": "x" * 2501})["errcode"] == 40097


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"scene": "x" * 33}, 40169),
        ({"scene": "中"}, 40169),
        ({"page": "/pages/index/index"}, 41030),
        ({"width": 10}, 40097),
    ],
)
def test_codes_that_cannot_be_drawn(wechat, changes, errcode):
    content = {"scene": "abc", "page": "pages/index/index"}
    assert call(wechat, "/wxa/getwxacodeunlimit", content).startswith(b"\x89PNG")
    assert call(wechat, "/wxa/getwxacodeunlimit", content | changes)["errcode"] == errcode


def test_a_message_needs_consent_and_good_fields(wechat):
    wechat.templates["T"] = {"thing1"}
    message = {"touser": wechat.openid("alice"), "template_id": "T", "data": {"thing1": {"value": "好"}}}
    path = "/cgi-bin/message/subscribe/send"
    assert call(wechat, path, message)["errcode"] == 43101
    wechat.agree("alice", "T")
    assert call(wechat, path, {**message, "data": {"thing1": {"value": "好" * 21}}})["errcode"] == 47003
    assert call(wechat, path, {**message, "template_id": "x"})["errcode"] == 40037
    assert call(wechat, path, message)["errcode"] == 0
    assert call(wechat, path, message)["errcode"] == 43101


def test_a_visitor_is_another_one_in_each_account(wechat):
    def visit(**values):
        code = wechat.oauth_code_for("alice", OFFICIAL, **values)
        query = {"appid": OFFICIAL, "secret": SECRET, "code": code, "grant_type": "authorization_code"}
        return requests.get(f"{wechat.url}/sns/oauth2/access_token", params=query, timeout=10).json()

    assert visit()["openid"] == wechat.openid("alice", OFFICIAL) != wechat.openid("alice")
    assert "unionid" not in visit()
    assert visit(scope="snsapi_userinfo")["unionid"] == wechat.unionid("alice")
    assert visit(snapshot=True)["is_snapshotuser"] == 1


def test_pushes_are_what_the_library_opens():
    from wechatpy.crypto import WeChatCrypto

    push = Push("http://127.0.0.1:9", "wx1", "token", "k" * 43)
    encrypted = push.encrypt("<xml><a>好</a></xml>", "wx1")
    signature = push.signature("1", "n", encrypted)
    crypto = WeChatCrypto("token", "k" * 43, "wx1")
    assert crypto.decrypt_message({"Encrypt": encrypted}, signature, "1", "n") == "<xml><a>好</a></xml>"
