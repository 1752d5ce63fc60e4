"""SMS by Alibaba Cloud: interfaces ``SendSms`` and ``QuerySmsTemplate`` of version 2017-05-25, by the vendor's SDK."""

import json

from ..exceptions import SmsRefused, SmsUnavailable

ENDPOINT = "https://dysmsapi.aliyuncs.com"
# Milliseconds.
CONNECT_TIMEOUT = 3000
READ_TIMEOUT = 5000


def send(gateway, phone, code):
    """:param gateway: ``giftcard.sms.gateway``
    :param phone: E.164; numbers of mainland China go without the country's code, as the interface wants it
    :return: the vendor's reference
    :raise SmsRefused, SmsUnavailable:
    """
    from alibabacloud_dysmsapi20170525.models import SendSmsRequest

    request = SendSmsRequest(
        phone_numbers=phone.removeprefix("+86") if phone.startswith("+86") else phone.removeprefix("+"),
        sign_name=gateway.sign_name,
        template_code=gateway.template_code,
        template_param=json.dumps({"code": code}),
    )
    return _checked(_call(gateway, "send_sms_with_options", request)).biz_id


def check(gateway):
    """Ask for the template: proves address, keys and template, and costs nothing."""
    from alibabacloud_dysmsapi20170525.models import QuerySmsTemplateRequest

    _checked(
        _call(gateway, "query_sms_template_with_options", QuerySmsTemplateRequest(template_code=gateway.template_code))
    )


def _call(gateway, name, request):
    # The SDK is large; a server that sends by another vendor never loads it.
    from alibabacloud_dysmsapi20170525.client import Client
    from alibabacloud_tea_openapi.utils_models import Config
    from darabonba.runtime import RuntimeOptions
    from Tea.exceptions import TeaException

    protocol, __, host = (gateway.endpoint or ENDPOINT).rpartition("://")
    config = Config(
        access_key_id=gateway.key_id, access_key_secret=gateway.secret, endpoint=host, protocol=protocol or "https"
    )
    runtime = RuntimeOptions(connect_timeout=CONNECT_TIMEOUT, read_timeout=READ_TIMEOUT, autoretry=False)
    try:
        return getattr(Client(config), name)(request, runtime).body
    except TeaException as error:
        # The text may hold the signed request; the code is what the vendor's manual explains.
        status = getattr(error, "status_code", None) or getattr(error, "statusCode", None)
        if status and int(status) < 500:
            raise SmsRefused(f"Aliyun: {error.code}") from None
        raise SmsUnavailable(f"Aliyun: {error.code or type(error).__name__}") from None
    except (OSError, ValueError) as error:
        raise SmsUnavailable(f"Aliyun: {type(error).__name__}") from None


def _checked(body):
    if body.code != "OK":
        raise SmsRefused(f"Aliyun: {body.code}")
    return body
