"""One-time codes by the vendors' own SDKs, against gateways that verify what they are sent."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.fakes.sms import KEY_ID, SECRET, FakeSms

PHONE = "+8613800138000"
TEMPLATE = {"aliyun": "SMS_1", "tencent": "1001"}


@pytest.fixture(scope="module", autouse=True)
def addons():
    import odoo  # noqa: F401  the namespace package has to be found before its parts
    from odoo.modules.module import initialize_sys_path
    from odoo.tools import config

    config.parse_config(["--addons-path", str(Path(__file__).parent.parent / "addons")], setup_logging=False)
    initialize_sys_path()


@pytest.fixture
def sms():
    with FakeSms() as sms:
        yield sms


@pytest.fixture(params=["aliyun", "tencent"])
def vendor(request):
    return request.param


def gateway(sms, vendor, **changes):
    values = {
        "key_id": KEY_ID,
        "secret": SECRET,
        "sign_name": "礼品卡",
        "template_code": TEMPLATE[vendor],
        "sdk_app_id": "1400000000",
        "region": "ap-guangzhou",
        "endpoint": sms.url,
    }
    return SimpleNamespace(**(values | changes))


def driver(vendor):
    from odoo.addons.giftcard_wechat.sms import aliyun, tencent

    return {"aliyun": aliyun, "tencent": tencent}[vendor]


def refusal(function):
    """:return: name of the class and text of what a call was refused with"""
    from odoo.addons.giftcard_wechat.exceptions import SmsRefused

    with pytest.raises(SmsRefused) as caught:
        function()
    assert SECRET not in str(caught.value)
    return type(caught.value).__name__, str(caught.value)


def test_a_code_is_sent(sms, vendor):
    reference = driver(vendor).send(gateway(sms, vendor), PHONE, "012345")
    assert reference in ("biz-1", "serial-1")
    [message] = sms.sent
    assert message["phone"] == (PHONE if vendor == "tencent" else "13800138000")
    assert (message["code"], message["sign"], message["template"]) == ("012345", "礼品卡", TEMPLATE[vendor])


def test_wrong_keys(sms, vendor):
    for changes, code in (
        ({"secret": "x"}, {"aliyun": "SignatureDoesNotMatch", "tencent": "AuthFailure.SignatureFailure"}),
        ({"key_id": "x"}, {"aliyun": "InvalidAccessKeyId.NotFound", "tencent": "AuthFailure.SecretIdNotFound"}),
    ):
        wrong = gateway(sms, vendor, **changes)
        name, text = refusal(lambda wrong=wrong: driver(vendor).send(wrong, PHONE, "012345"))
        assert (name, text.partition(": ")[2]) == ("SmsRefused", code[vendor])
        name, __ = refusal(lambda wrong=wrong: driver(vendor).check(wrong))
        assert name == "SmsRefused"
    assert not sms.sent


def test_what_the_vendor_refuses(sms, vendor):
    name, text = refusal(lambda: driver(vendor).send(gateway(sms, vendor, template_code="9"), PHONE, "012345"))
    assert name == "SmsRefused"
    assert "TEMPLATE" in text.upper()
    assert not sms.sent


def test_the_connection(sms, vendor):
    driver(vendor).check(gateway(sms, vendor))
    assert not sms.sent


def test_a_vendor_that_fails(sms, vendor):
    sms.fail_next("InternalError", 200 if vendor == "tencent" else 503)
    assert refusal(lambda: driver(vendor).send(gateway(sms, vendor), PHONE, "012345"))[0] == "SmsUnavailable"
    nobody = gateway(sms, vendor, endpoint="http://127.0.0.1:9")
    assert refusal(lambda: driver(vendor).send(nobody, PHONE, "012345"))[0] == "SmsUnavailable"
