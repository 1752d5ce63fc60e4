"""Messages that WeChat pushes: signature, encryption, both formats. Neither network nor database.

Source of the rules: "消息推送 / 接入概述" and "消息加解密说明" in the developer documentation of WeChat.
"""

import hmac
import json
import struct
import time
from xml.parsers.expat import ExpatError

import xmltodict
from wechatpy.crypto import PrpCrypto, WeChatCrypto
from wechatpy.exceptions import WeChatException
from wechatpy.utils import WeChatSigner

# Seconds that a message may be old, or ahead of our clock.
SKEW = 300


class NotAuthentic(Exception):
    """The message is not WeChat's, or not for this app. Its text is for the log."""


def check(token, query, name, *parts):
    """Compare a signature, in constant time.

    :param token: that was agreed with WeChat
    :param query: parameters of the request
    :param name: of the parameter that holds the signature
    :param parts: what is signed beside token, time and nonce
    :raise NotAuthentic:
    """
    values = [query.get(field) or "" for field in (name, "timestamp", "nonce")]
    signature, timestamp, nonce = values
    if not token or not all(values):
        raise NotAuthentic("not signed")
    signer = WeChatSigner()
    signer.add_data(token, timestamp, nonce, *parts)
    if not hmac.compare_digest(signer.signature.encode(), signature.encode()):
        raise NotAuthentic("wrong signature")
    if not timestamp.isdecimal() or abs(time.time() - int(timestamp)) > SKEW:
        raise NotAuthentic("too old")


def unpack(token, key, appid, query, body):
    """:param key: the "EncodingAESKey" of 43 characters
    :param body: bytes; XML or JSON, as is chosen at WeChat
    :return: dict of the message
    :raise NotAuthentic: also for one that is not encrypted
    """
    encrypted = _parse(body).get("Encrypt")
    if not isinstance(encrypted, str) or not encrypted:
        raise NotAuthentic("not encrypted")
    check(token, query, "msg_signature", encrypted)
    try:
        content = PrpCrypto(WeChatCrypto(token, key, appid).key).decrypt(encrypted, appid)
    except (WeChatException, ValueError, IndexError, struct.error, AssertionError):
        raise NotAuthentic("cannot be decrypted, or is for another app") from None
    return _parse(content.encode())


def _parse(body):
    try:
        content = json.loads(body) if body.lstrip()[:1] == b"{" else xmltodict.parse(body)["xml"]
    except (ValueError, KeyError, TypeError, ExpatError):
        raise NotAuthentic("cannot be read") from None
    if not isinstance(content, dict):
        raise NotAuthentic("cannot be read")
    return content
