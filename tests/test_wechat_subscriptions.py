"""Subscription messages over WeChat's protocol: once for each agreement, repeated when WeChat is down, at last dead."""

from uuid import uuid4

import pytest
import requests

from tests.account import MINIPROGRAM, app_of, one_account, open_accounts
from tests.fakes.wechat_push import Push
from tests.test_wechat_push import KEY, TOKEN

TEMPLATE = "T" * 43
FIELDS = [("thing1", "title"), ("thing2", "body"), ("time3", "date"), ("character_string4", "number")]
SEND = "/cgi-bin/message/subscribe/send"


@pytest.fixture(scope="module")
def accounts():
    with open_accounts("wechat_subscriptions") as accounts:
        yield accounts


@pytest.fixture
def account(accounts):
    with one_account(accounts) as account:

        def set_up(env):
            env["giftcard.wechat.template"].with_context(active_test=False).search([]).unlink()
            env["giftcard.wechat.template"].create(
                {
                    "app_id": app_of(env, MINIPROGRAM).id,
                    "kind": "gift",
                    "template_id": TEMPLATE,
                    "page": "pages/index/index",
                    "field_ids": [(0, 0, {"name": name, "source": source}) for name, source in FIELDS],
                }
            )

        account.book.write(set_up)
        account.wechat.templates[TEMPLATE] = {name for name, __ in FIELDS}
        yield account


@pytest.fixture
def member(account):
    """A member who has agreed to two messages."""
    partner_id, user = account.member()
    account.wechat.agree(user, TEMPLATE, 2, MINIPROGRAM)
    account.book.write(
        lambda env: [
            env["giftcard.wechat.subscription"]._agree(identity(env, partner_id), templates(env)) for __ in "12"
        ]
    )
    return partner_id


def identity(env, partner_id):
    return env["giftcard.identity"].search([("member_id", "=", partner_id)])


def templates(env):
    return env["giftcard.wechat.template"].search([])


def post(account, partner_id, kind="gift", body="Bob has claimed your gift: ¥ 50.00."):
    message = {
        "partner_id": partner_id,
        "kind": kind,
        "key": uuid4().hex,
        "title": "Your gift has arrived",
        "body": body,
    }
    return account.book.write(lambda env: env["giftcard.message"]._post([message]).id)


def send(account, seconds=0):
    def act(env):
        env.cr.execute(
            "UPDATE giftcard_wechat_outbox SET due_at = due_at - %s * interval '1 second' WHERE state = 'waiting'",
            [seconds],
        )
        env["giftcard.wechat.outbox"]._cron_send()

    account.book.write(act)


def outbox(account, message_id):
    def read(env):
        return [
            (row.state, row.tries, row.error or "")
            for row in env["giftcard.wechat.outbox"].search([("message_id", "=", message_id)])
        ]

    return account.book.read(read)


def remaining(account, partner_id):
    def read(env):
        domain = [("identity_id", "=", identity(env, partner_id).id)]
        return sum(env["giftcard.wechat.subscription"].search(domain).mapped("remaining"))

    return account.book.read(read)


def test_who_has_agreed_is_told_once_for_each_time(account, member):
    messages = [post(account, member) for __ in range(3)]
    send(account)
    assert [outbox(account, message)[0][0] for message in messages[:2]] == ["sent", "sent"]
    assert outbox(account, messages[2])[0][0] == "dead"
    assert len(account.wechat.sent) == 2
    assert remaining(account, member) == 0
    # Nothing is left: the next one stays in the inbox alone.
    assert outbox(account, post(account, member)) == []
    data = {name: value["value"] for name, value in account.wechat.sent[0]["data"].items()}
    assert data["thing1"] == "Your gift has arriv…"
    assert data["character_string4"].startswith("M")
    assert account.wechat.sent[0]["miniprogram_state"] == "formal"


def test_who_has_not_agreed_is_not_asked_for(account):
    partner_id, __ = account.member()
    assert outbox(account, post(account, partner_id)) == []


def test_other_kinds_have_no_template(account, member):
    assert outbox(account, post(account, member, kind="tier")) == []


def test_a_wechat_that_is_down_is_tried_again(account, member):
    message = post(account, member)
    account.wechat.fail(SEND, -1, None, 45009)
    for tries in (1, 2, 3):
        send(account, 30000)
        [(state, tried, error)] = outbox(account, message)
        assert (state, tried, bool(error)) == ("waiting", tries, True)
    # One agreement was spent, however often it was tried.
    assert remaining(account, member) == 1
    send(account, 30000)
    assert outbox(account, message) == [("sent", 4, "")]
    assert len(account.wechat.sent) == 1


def test_at_last_it_is_dead_and_staff_try_again(account, member):
    message = post(account, member)
    account.wechat.fail(SEND, *[45009] * 6)
    for __ in range(7):
        send(account, 30000)
    assert outbox(account, message)[0][:2] == ("dead", 6)
    account.book.write(lambda env: env["giftcard.wechat.outbox"].search([("message_id", "=", message)]).action_retry())
    send(account)
    assert outbox(account, message) == [("sent", 1, "")]


def test_an_error_of_our_own_is_not_tried_for_ever(account, member, monkeypatch):
    from odoo.addons.giftcard_wechat.models.wechat.giftcard_wechat_template import GiftcardWechatTemplate

    def broken(self, message):
        raise ValueError("broken")

    message = post(account, member)
    monkeypatch.setattr(GiftcardWechatTemplate, "_data", broken)
    for __ in range(6):
        send(account, 30000)
    assert outbox(account, message)[0][:2] == ("dead", 6)


def test_a_wrong_template_costs_no_agreement(account, member):
    account.wechat.templates[TEMPLATE] = {"thing9"}
    message = post(account, member)
    send(account)
    [(state, __, error)] = outbox(account, message)
    assert (state, "47003" in error, remaining(account, member)) == ("dead", True, 2)
    account.wechat.templates[TEMPLATE] = {name for name, __ in FIELDS}
    account.book.write(lambda env: env["giftcard.wechat.outbox"].search([("message_id", "=", message)]).action_retry())
    send(account)
    assert (outbox(account, message)[0][0], remaining(account, member)) == ("sent", 1)


def test_a_user_who_has_changed_his_mind(account, member):
    account.wechat.consents.clear()
    message = post(account, member)
    send(account)
    assert "43101" in outbox(account, message)[0][2]
    assert remaining(account, member) == 0


def test_two_crons_at_once_send_once(account, member):
    post(account, member)
    assert account.book.race(*[cron] * 4) == ["done"] * 4
    assert len(account.wechat.sent) == 1


def cron(env):
    env["giftcard.wechat.outbox"]._cron_send()


@pytest.mark.parametrize("as_json", [False, True])
def test_what_wechat_tells_later(account, member, as_json):
    message = post(account, member)
    send(account)
    url = account.on(lambda app: app.write({"message_token": TOKEN, "message_key": KEY}) and app.message_url)
    push = Push(url, MINIPROGRAM, TOKEN, KEY, as_json)
    number = account.book.read(lambda env: env["giftcard.wechat.outbox"].search([("message_id", "=", message)]).number)
    openid = account.book.read(lambda env: identity(env, member).openid)

    def tell(event, name, item):
        holder = {"List": [item]} if as_json else {name: {"List": item}}
        head = {"ToUserName": "gh_1", "FromUserName": openid, "CreateTime": 1, "MsgType": "event", "Event": event}
        assert push.send({**head, **holder}).text == "success"

    failed = {"TemplateId": TEMPLATE, "MsgID": number, "ErrorCode": "3", "ErrorStatus": "user blocked"}
    tell("subscribe_msg_sent_event", "SubscribeMsgSentEvent", failed)
    assert outbox(account, message)[0][0] == "dead"
    assert remaining(account, member) == 1
    changed = {"TemplateId": TEMPLATE, "SubscribeStatusString": "reject"}
    tell("subscribe_msg_change_event", "SubscribeMsgChangeEvent", changed)
    assert remaining(account, member) == 0


def test_a_member_agrees_over_the_api(account):
    base, user = f"{account.url}/giftcard/v1", uuid4().hex
    login = {"provider": "wechat_miniprogram", "code": account.wechat.code_for(user, MINIPROGRAM)}
    token = requests.post(f"{base}/sessions", json=login, timeout=30).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    offered = requests.get(f"{base}/subscriptions", headers=headers, timeout=30).json()["items"]
    assert offered == [{"template_id": TEMPLATE, "kind": "gift", "label": "Gift", "remaining": 0}]

    def agree(template_ids, key):
        return requests.post(
            f"{base}/subscriptions",
            json={"template_ids": template_ids},
            headers={**headers, "Idempotency-Key": key},
            timeout=30,
        )

    for __ in range(2):
        assert agree([TEMPLATE], "agree-0001").json()["items"][0]["remaining"] == 1
    assert agree([TEMPLATE], "agree-0002").json()["items"][0]["remaining"] == 2
    unknown = agree([TEMPLATE, "other"], "agree-0003")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    assert agree([], "agree-0004").status_code == 422
