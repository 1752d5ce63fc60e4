"""What WeChat pushes to the server: who may, once, and what it changes. And signatures for pages."""

import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.account import MINIPROGRAM, OFFICIAL, identity_of, one_account, open_accounts
from tests.fakes.wechat_push import Push

TOKEN, KEY = "t0ken", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


@pytest.fixture(scope="module")
def accounts():
    with open_accounts("wechat_push") as accounts:
        yield accounts


@pytest.fixture
def account(accounts):
    with one_account(accounts) as account:
        account.book.write(lambda env: env["giftcard.wechat.event"].search([]).unlink())
        yield account


@pytest.fixture(params=[False, True], ids=["xml", "json"])
def push(account, request):
    return pusher(account, OFFICIAL, request.param)


def pusher(account, appid, as_json=False):
    url = account.on(lambda app: app.write({"message_token": TOKEN, "message_key": KEY}) and app.message_url, appid)
    return Push(url, appid, TOKEN, KEY, as_json)


def follow(openid, event="subscribe", at=1700000000):
    return {"ToUserName": "gh_1", "FromUserName": openid, "CreateTime": at, "MsgType": "event", "Event": event}


def events(account):
    return account.book.read(lambda env: env["giftcard.wechat.event"].search([]).mapped(lambda e: (e.kind, e.times)))


def test_the_address_is_proved(account, push):
    answer = push.echo()
    assert (answer.status_code, answer.text) == (200, "5930461243")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert push.echo(signature="0" * 40).status_code == 401
    assert push.echo(echostr="<script>", nonce="x").status_code == 401


def test_a_message_counts_once(account, push):
    message = {
        "ToUserName": "gh_1",
        "FromUserName": "o1",
        "CreateTime": 1,
        "MsgType": "text",
        "MsgId": 77,
        "Content": "在吗",
    }
    for __ in range(3):
        answer = push.send(message)
        assert (answer.status_code, answer.text) == (200, "success")
    assert push.send(message | {"MsgId": 78}).status_code == 200
    assert events(account) == [("text", 1), ("text", 3)]


def test_an_event_that_comes_many_times_at_once_counts_once(account):
    push = pusher(account, OFFICIAL)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda __: push.send(follow("o2")).text, range(8)))
    assert answers == ["success"] * 8
    assert events(account) == [("subscribe", 8)]


def test_who_follows_the_official_account(account, push):
    openid = account.wechat.openid("alice", OFFICIAL)

    def since():
        return account.book.read(lambda env: identity_of(env, OFFICIAL, openid).follows_since)

    account.book.write(lambda env: identity_of(env, OFFICIAL, openid))
    assert push.send(follow(openid)).text == "success"
    assert since()
    assert push.send(follow(openid, "unsubscribe", 1700000001)).text == "success"
    assert not since()
    # The first one, sent again, changes nothing.
    assert push.send(follow(openid)).text == "success"
    assert not since()


def test_what_is_not_wechat_s(account, push):
    message = follow("o3")
    for answer in (
        push.send(message, msg_signature="0" * 40),
        push.send(message, msg_signature=""),
        push.send(message, age=301),
        push.send(message, age=-301),
        push.send(message, nonce="other"),
        push.send(message, appid=MINIPROGRAM),
        push.send(message, plain=True),
        Push(push.url, OFFICIAL, "other", KEY).send(message),
        Push(push.url, OFFICIAL, TOKEN, KEY[::-1]).send(message),
        requests.post(push.url, data=b"<xml>", timeout=30),
        requests.post(push.url, data=b"[1]", timeout=30),
        requests.post(push.url, data=b'<!DOCTYPE x [<!ENTITY a "b">]><xml><Encrypt>&a;</Encrypt></xml>', timeout=30),
        requests.post(push.url.replace("/messages", "9/messages"), data=b"{}", timeout=30),
    ):
        assert (answer.status_code, answer.text) == (401, "not authentic")
    assert requests.post(push.url, data=b" " * 70000, timeout=30).status_code == 413
    assert events(account) == []


def test_an_app_without_a_token_takes_nothing(account):
    push = pusher(account, OFFICIAL)
    account.on(lambda app: app.write({"message_token": False}), OFFICIAL)
    assert Push(push.url, OFFICIAL, "", KEY).send(follow("o4")).status_code == 401
    assert Push(push.url, OFFICIAL, "", KEY).echo().status_code == 401


def test_the_signature_of_a_page(account):
    page = "https://shop.example/h5/?a=b"
    answer = requests.post(f"{account.url}/giftcard/v1/wechat/page-signature", json={"url": f"{page}#x"}, timeout=30)
    assert answer.status_code == 200, answer.text
    signed = answer.json()
    ticket = account.wechat._ticket(OFFICIAL)
    text = f"jsapi_ticket={ticket}&noncestr={signed['nonce']}&timestamp={signed['timestamp']}&url={page}"
    assert signed["appid"] == OFFICIAL
    assert signed["signature"] == hashlib.sha1(text.encode()).hexdigest()
    # The ticket is fetched once.
    fetches = account.wechat.token_fetches
    account.wechat.fail("/cgi-bin/ticket/getticket", -1)
    requests.post(f"{account.url}/giftcard/v1/wechat/page-signature", json={"url": page}, timeout=30).raise_for_status()
    assert account.wechat.token_fetches == fetches


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"url": "javascript:x"}, 422),
        ({"url": "https://a b"}, 422),
        ({}, 422),
        ({"url": "https://a", "appid": "wx"}, 422),
    ],
)
def test_what_is_no_page(account, body, status):
    answer = requests.post(f"{account.url}/giftcard/v1/wechat/page-signature", json=body, timeout=30)
    assert (answer.status_code, answer.json()["code"]) == (status, "validation_error")
