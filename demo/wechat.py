from contextlib import contextmanager

from tests.fakes.wechat import WechatServer


@contextmanager
def loopback_wechat(admin):
    """A fake of WeChat on loopback, to which the demo's mini program is pointed.

    :param admin: :class:`demo.odoo.Odoo` of a manager
    :return: the ``WechatServer``
    """
    with WechatServer() as wechat:
        admin.call("giftcard.wechat.app", "write", [admin.ref("giftcard_wechat.demo_app")], {"api_url": wechat.url})
        yield wechat
