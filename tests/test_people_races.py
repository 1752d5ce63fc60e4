"""One-time codes, refresh tokens, passwords and identities from many phones at once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
import requests

from tests.shop import open_shop

AT_ONCE = 8


@pytest.fixture(scope="module")
def shop():
    with open_shop("people") as shop:
        gateway = shop.admin.call("giftcard.sms.gateway", "create", {"name": "Shown", "kind": "backoffice"})
        shop.admin.call("res.company", "write", [1], {"giftcard_sms_gateway_id": gateway})
        yield shop


def call(shop, method, path, body=None, token=None):
    headers = {"Idempotency-Key": uuid4().hex}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return requests.request(method, f"{shop.url}/giftcard/v1{path}", json=body, headers=headers, timeout=60)


def at_once(calls):
    """:return: answers of functions that are called at the same time"""
    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(function) for function in calls]]


def new_phone():
    return f"+86139{uuid4().int % 10**8:08d}"


def code_for(shop, phone, purpose):
    answer = call(shop, "POST", "/one-time-codes", {"phone": phone, "purpose": purpose})
    assert answer.status_code == 202, answer.text
    codes = shop.admin.call("giftcard.one.time.code", "search_read", [("phone", "=", phone)], ["shown"], limit=1)
    return codes[0]["shown"]


def log_in(shop, phone):
    body = {"provider": "phone_code", "phone": phone, "code": code_for(shop, phone, "login")}
    answer = call(shop, "POST", "/sessions", body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_code_is_used_once(shop):
    phone = new_phone()
    body = {"provider": "phone_code", "phone": phone, "code": code_for(shop, phone, "login")}
    answers = at_once([lambda: call(shop, "POST", "/sessions", body)] * 4)
    assert Counter(answer.status_code for answer in answers) == {201: 1, 403: 3}
    assert shop.admin.call("giftcard.identity", "search_count", [("openid", "=", phone)]) == 1


def test_tries_at_once_are_five(shop):
    phone = new_phone()
    code = code_for(shop, phone, "login")
    body = {"provider": "phone_code", "phone": phone, "code": "000000" if code != "000000" else "000001"}
    assert {answer.status_code for answer in at_once([lambda: call(shop, "POST", "/sessions", body)] * AT_ONCE)} == {
        403
    }
    answer = call(shop, "POST", "/sessions", {**body, "code": code})
    assert answer.json()["code"] == "one_time_code_wrong"


def test_a_number_gets_one_code(shop):
    body = {"phone": new_phone(), "purpose": "login"}
    answers = at_once([lambda: call(shop, "POST", "/one-time-codes", body)] * AT_ONCE)
    assert Counter(answer.status_code for answer in answers) == {202: 1, 429: AT_ONCE - 1}


def test_a_refresh_sent_many_times_at_once(shop):
    """A client that does not wait for its own call: one pair of tokens is good, and the session goes on."""
    session = log_in(shop, new_phone())
    body = {"refresh_token": session["refresh_token"]}
    answers = at_once([lambda: call(shop, "POST", "/sessions/refresh", body)] * AT_ONCE)
    assert {answer.status_code for answer in answers} == {200}
    tokens = [answer.json()["access_token"] for answer in answers]
    assert Counter(call(shop, "GET", "/me", token=token).status_code for token in tokens) == {200: 1, 401: AT_ONCE - 1}


def test_a_stolen_refresh_token_ends_the_session(shop):
    session = log_in(shop, new_phone())
    second = call(shop, "POST", "/sessions/refresh", {"refresh_token": session["refresh_token"]}).json()
    third = call(shop, "POST", "/sessions/refresh", {"refresh_token": second["refresh_token"]}).json()
    stolen = call(shop, "POST", "/sessions/refresh", {"refresh_token": session["refresh_token"]})
    assert stolen.json()["code"] == "invalid_refresh_token"
    assert call(shop, "GET", "/me", token=third["access_token"]).json()["code"] == "token_expired"


def test_wrong_passwords_at_once(shop):
    phone = new_phone()
    body = {"phone": phone, "code": code_for(shop, phone, "password"), "password": "correct-horse-7"}
    assert call(shop, "POST", "/passwords", body).status_code == 204
    proof = {"provider": "phone_password", "phone": phone, "password": "wrong-horse-7"}
    answers = at_once([lambda: call(shop, "POST", "/sessions", proof)] * AT_ONCE)
    assert Counter(answer.status_code for answer in answers) == {401: 5, 429: AT_ONCE - 5}


def test_the_last_identity_stays(shop):
    phone = new_phone()
    token = call(
        shop, "POST", "/sessions", {"provider": "wechat_miniprogram", "code": shop.wechat.code_for(uuid4().hex)}
    ).json()["access_token"]
    proof = {"provider": "phone_code", "phone": phone, "code": code_for(shop, phone, "bind")}
    assert call(shop, "POST", "/me/identities", {"proof": proof}, token).status_code == 201
    ids = [item["id"] for item in call(shop, "GET", "/me/identities", token=token).json()["items"]]
    answers = at_once([lambda i=i: call(shop, "DELETE", f"/me/identities/{i}", token=token) for i in ids])
    assert sorted(answer.status_code for answer in answers) == [204, 409]
