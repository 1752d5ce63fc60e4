"""A merchant's mini program and official account for whole-suite tests, at a loopback WeChat."""

from contextlib import contextmanager
from uuid import uuid4

from suite import harness
from tests.fakes.wechat import FakeWechat
from tests.processes import Book

MINIPROGRAM, OFFICIAL = "wxminiprogram0001", "wxofficial00000001"
SECRET = "s" * 32


class Account:
    """
    :param book: database, as :class:`tests.processes.Book`
    :param wechat: the loopback WeChat
    :param url: of a server on the database
    """

    def __init__(self, book, wechat, url):
        self.book = book
        self.wechat = wechat
        self.url = url

    def on(self, function, appid=MINIPROGRAM):
        """Commit ``function(app)``. :return: what it returns"""
        return self.book.write(lambda env: function(app_of(env, appid)))

    def member(self, user=None):
        """:return: (partner id, user) of a new member who uses the mini program"""
        user = user or uuid4().hex[:12]

        def make(env):
            return identity_of(env, MINIPROGRAM, self.wechat.openid(user, MINIPROGRAM)).member_id.id

        return self.book.write(make), user


def app_of(env, appid):
    return env["giftcard.wechat.app"].search([("appid", "=", appid)])


def identity_of(env, appid, openid):
    """:return: the identity of a WeChat user, who becomes a member with the first one"""
    app, identities = app_of(env, appid), env["giftcard.identity"]
    return identities._of(identities._subject(f"wechat_{app.kind}", app, openid))


@contextmanager
def open_accounts(name):
    """A function that sets the apps up at a loopback WeChat and returns the :class:`Account`."""
    with harness.fresh_database(name) as database, harness.server(database, workers=2) as server:
        book = Book(database)

        def account(wechat):
            def set_up(env):
                env["ir.config_parameter"].set_param("web.base.url", server.url)
                env["giftcard.wechat.app"].search([]).active = False
                env.cr.execute("DELETE FROM giftcard_wechat_token")
                apps = env["giftcard.wechat.app"].with_context(active_test=False)
                for appid, kind in ((MINIPROGRAM, "miniprogram"), (OFFICIAL, "official")):
                    values = {"secret": SECRET, "api_url": wechat.url, "active": True}
                    known = apps.search([("appid", "=", appid)])
                    known.write(values)
                    if not known:
                        apps.create({"name": appid, "appid": appid, "kind": kind, **values})

            # In a transaction of its own: circuits are written in others.
            book.write(lambda env: env["giftcard.circuit"].search([]).unlink())
            book.write(set_up)
            return Account(book, wechat, server.url)

        yield account


@contextmanager
def one_account(accounts):
    with FakeWechat(apps={MINIPROGRAM: SECRET, OFFICIAL: SECRET}) as wechat:
        yield accounts(wechat)
