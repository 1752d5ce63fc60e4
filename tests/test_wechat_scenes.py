"""Codes and links of the mini program: what they lead to, for how long, how often, and what the database knows."""

from base64 import b64decode
from uuid import uuid4

import pytest
import requests

from tests.account import MINIPROGRAM, app_of, one_account, open_accounts
from tests.processes import act, new_card


@pytest.fixture(scope="module")
def accounts():
    with open_accounts("wechat_scenes") as accounts:
        yield accounts


@pytest.fixture
def account(accounts):
    with one_account(accounts) as account:
        account.wechat.pages.add("pages/scene/index")
        account.on(lambda app: app.write({"release": "release", "company_id": app.env.company.id}))
        yield account


class Phone:
    """A member's phone."""

    def __init__(self, account):
        self.base = f"{account.url}/giftcard/v1"
        code = account.wechat.code_for(uuid4().hex, MINIPROGRAM)
        session = self.post("/sessions", {"provider": "wechat_miniprogram", "code": code}).json()
        self.token = session["access_token"]
        number = session["member"]["number"]
        self.partner_id = account.book.read(lambda env: env["res.partner"].search([("member_number", "=", number)]).id)

    def post(self, path, body):
        headers = {"Authorization": f"Bearer {self.token}"} if hasattr(self, "token") else {}
        return requests.post(f"{self.base}{path}", json=body, headers=headers, timeout=30)

    def open(self, key):
        answer = requests.post(f"{self.base}/scenes/open", json={"scene": key}, timeout=30)
        return answer.status_code, answer.json()


@pytest.fixture
def phone(account):
    return Phone(account)


def gift(account, phone):
    """:return: token of a gift of this member's"""
    card = new_card(account.book, 100, phone.partner_id)

    def offer(env):
        giving = act("gift", key=uuid4().hex, member_id=phone.partner_id)
        return env["giftcard.gift"]._offer(giving, env["loyalty.card"].browse(card), 50)[1]

    return account.book.write(offer)


def test_a_gift_is_opened_by_its_scene(account, phone):
    token = gift(account, phone)
    shared = phone.post("/scenes", {"kind": "gift", "token": token})
    assert shared.status_code == 201, shared.text
    key = shared.json()["scene"]
    assert len(key) <= 32
    assert shared.json()["page"] == "pages/scene/index"
    assert shared.json()["expires_at"]
    assert phone.open(key)[1]["gift_token"] == token

    def stored(env):
        env.cr.execute("SELECT row_to_json(giftcard_scene)::text FROM giftcard_scene")
        return str(env.cr.fetchall())

    content = account.book.read(stored)
    assert key not in content
    assert token not in content


def test_nobody_shares_what_is_not_his(account, phone):
    token, other = gift(account, phone), Phone(account)
    assert other.post("/scenes", {"kind": "gift", "token": token}).status_code == 404
    assert other.post("/scenes", {"kind": "gift", "token": "x" * 32}).status_code == 404
    account.book.write(lambda env: env["giftcard.gift"]._find(token)._recall())
    assert phone.post("/scenes", {"kind": "gift", "token": token}).status_code == 404
    for body in (
        {"kind": "gift"},
        {"kind": "pickup", "token": token},
        {"kind": "store"},
        {"kind": "referral", "token": token},
    ):
        assert phone.post("/scenes", body).status_code == 422


def test_a_scene_ends(account, phone):
    key = phone.post("/scenes", {"kind": "gift", "token": gift(account, phone)}).json()["scene"]
    account.book.write(
        lambda env: env.cr.execute(
            "UPDATE giftcard_scene SET expires_at = '2020-01-01' WHERE uses IS NULL AND kind <> 'store'"
        )
    )
    for dead in (key, "0" * 20, "x", key.lower()):
        status, problem = phone.open(dead)
        assert (status, problem["code"]) == (410, "link_not_valid")


def test_uses_are_counted_and_limited(account, phone):
    def make(env):
        member = env["res.partner"].browse(phone.partner_id)
        return env["giftcard.scene"]._for_secret("gift", member, env.company, "s3cret", False, most_uses=3)[1]

    key = account.book.write(make)

    def opener(env):
        env["giftcard.scene"]._open(key)

    from odoo.addons.giftcard_wechat.exceptions import SceneNotValid

    assert sorted(answer == "done" for answer in account.book.race(*[opener] * 6, isolation="READ COMMITTED")) == [
        *[False] * 3,
        *[True] * 3,
    ]
    with pytest.raises(SceneNotValid):
        account.book.write(opener)
    assert account.book.read(lambda env: env["giftcard.scene"].search([("most_uses", "=", 3)], limit=1).uses) == 3


def test_an_invitation_is_one_for_all_time(account, phone):
    keys = {phone.post("/scenes", {"kind": "referral"}).json()["scene"] for __ in range(3)}
    [key] = keys
    status, opened = phone.open(key)
    assert (status, opened["kind"], opened["inviter"]) == (200, "referral", "M**")
    assert {phone.open(key)[0] for __ in range(3)} == {200}


def test_stores_have_a_code_to_print(account, phone):
    def fetch(env):
        store = env.ref("giftcard_points.demo_store")
        scene = env["giftcard.scene"]._of_store(store)
        assert scene == env["giftcard.scene"]._of_store(store)
        scene.action_fetch_image()
        return scene.key, store.id, bytes(scene.image)

    key, store_id, image = account.book.write(fetch)
    assert b64decode(image).startswith(b"\x89PNG")
    status, opened = phone.open(key)
    assert (status, opened.get("store_id")) == (200, store_id), opened


def test_two_first_invitations_are_one(account, phone):
    def invite(env):
        env["giftcard.scene"]._of_inviter(env["res.partner"].browse(phone.partner_id), env.company)

    assert account.book.race(*[invite] * 6, isolation="READ COMMITTED") == ["done"] * 6
    domain = [("member_id", "=", phone.partner_id)]
    assert account.book.read(lambda env: env["giftcard.scene"].search_count(domain)) == 1


@pytest.mark.parametrize(
    ("form", "start"), [("scheme", "weixin://dl/business/?t="), ("url_link", "https://wxaurl.cn/")]
)
def test_links_for_outside(account, phone, form, start):
    answer = phone.post("/scenes", {"kind": "referral", "form": form})
    assert answer.json()["link"].startswith(start), answer.text


def test_a_code_as_a_picture(account, phone):
    answer = phone.post("/scenes", {"kind": "referral", "form": "image"}).json()
    assert b64decode(answer["image"]).startswith(b"\x89PNG")


def test_a_page_that_is_not_released(account, phone):
    account.on(lambda app: app.write({"scene_page": "pages/new/index"}))
    try:
        refused = phone.post("/scenes", {"kind": "referral", "form": "image"})
        assert (refused.status_code, refused.json()["code"]) == (409, "wechat_refused")
        account.on(lambda app: app.write({"release": "trial"}))
        assert phone.post("/scenes", {"kind": "referral", "form": "image"}).status_code == 201
    finally:
        account.book.write(lambda env: app_of(env, MINIPROGRAM).write({"scene_page": "pages/scene/index"}))
