"""SMS by Tencent Cloud: interfaces ``SendSms`` and ``DescribeSmsTemplateList`` of version 2021-01-11, by its SDK."""

from ..exceptions import SmsRefused, SmsUnavailable

ENDPOINT = "https://sms.tencentcloudapi.com"
REGION = "ap-guangzhou"
SECONDS = 5
# What the SDK says of the network, and the vendor of itself.
SILENT = ("ClientNetworkError", "ServerNetworkError", "InternalError", "RequestLimitExceeded")


def send(gateway, phone, code):
    """:param gateway: ``giftcard.sms.gateway``
    :param phone: E.164
    :return: the vendor's reference
    :raise SmsRefused, SmsUnavailable:
    """
    from tencentcloud.sms.v20210111.models import SendSmsRequest

    request = SendSmsRequest()
    request.PhoneNumberSet = [phone]
    request.SmsSdkAppId = gateway.sdk_app_id
    request.SignName = gateway.sign_name
    request.TemplateId = gateway.template_code
    request.TemplateParamSet = [code]
    statuses = _call(gateway, "SendSms", request).SendStatusSet
    if not statuses:
        raise SmsUnavailable("Tencent: no status")
    [status] = statuses
    if status.Code != "Ok":
        raise SmsRefused(f"Tencent: {status.Code}")
    return status.SerialNo


def check(gateway):
    """Ask for the template: proves address, keys and template, and costs nothing."""
    from tencentcloud.sms.v20210111.models import DescribeSmsTemplateListRequest

    request = DescribeSmsTemplateListRequest()
    request.International = 0
    request.TemplateIdSet = [int(gateway.template_code)] if gateway.template_code.isdecimal() else []
    _call(gateway, "DescribeSmsTemplateList", request)


def _call(gateway, name, request):
    # The SDK is large; a server that sends by another vendor never loads it.
    from tencentcloud.common.credential import Credential
    from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
    from tencentcloud.common.profile.client_profile import ClientProfile
    from tencentcloud.common.profile.http_profile import HttpProfile
    from tencentcloud.sms.v20210111.sms_client import SmsClient

    protocol, __, host = (gateway.endpoint or ENDPOINT).rpartition("://")
    profile = ClientProfile(
        httpProfile=HttpProfile(protocol=protocol or "https", endpoint=host, reqTimeout=SECONDS), language="en-US"
    )
    client = SmsClient(Credential(gateway.key_id, gateway.secret), gateway.region or REGION, profile)
    try:
        return getattr(client, name)(request)
    except TencentCloudSDKException as error:
        refusal = SmsUnavailable if str(error.code).startswith(SILENT) else SmsRefused
        raise refusal(f"Tencent: {error.code}") from None
    except (OSError, ValueError) as error:
        raise SmsUnavailable(f"Tencent: {type(error).__name__}") from None
