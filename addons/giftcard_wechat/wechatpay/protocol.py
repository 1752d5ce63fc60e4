"""API v3 of WeChat Pay: signatures, their verification, decryption. Neither network nor database.

Source of the rules: "APIv3" in the developer documentation at ``pay.weixin.qq.com/doc/v3/merchant``: 签名认证 (signing,
verification), 回调通知 (notifications), 下载平台证书 (certificates).
"""

import json
import re
import secrets
import time
from base64 import b64decode, b64encode
from datetime import UTC

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate

SCHEME = "WECHATPAY2-SHA256-RSA2048"
AEAD = "AEAD_AES_256_GCM"
# Seconds that a message may be old, or ahead of our clock.
SKEW = 300
# WeChat sends wrong signatures that begin so, to see whether they are looked at.
PROBE = "WECHATPAY/SIGNTEST/"
PUBLIC_KEY_PREFIX = "PUB_KEY_ID_"
# What WeChat Pay takes as a number of an order; "|" and "*" are left out, which would have to be escaped in addresses.
OUT_TRADE_NO = re.compile(r"[0-9A-Za-z_-]{6,32}")
AUTH_CODE = re.compile(r"1[0-5][0-9]{16}")
_HEADERS = ("Wechatpay-Timestamp", "Wechatpay-Nonce", "Wechatpay-Signature", "Wechatpay-Serial")


class NotAuthentic(Exception):
    """A message that WeChat Pay did not sign, or not now. Its text is for the log."""


def private_key(pem):
    """:return: RSA private key out of PEM text (PKCS#8 or PKCS#1, any line ends)
    :raise ValueError: when it is none
    """
    return _rsa(load_pem_private_key(_lines(pem), None), RSAPrivateKey)


def public_key(pem):
    """:return: RSA public key out of PEM text, a key or a certificate
    :raise ValueError: when it is neither
    """
    data = _lines(pem)
    key = load_pem_x509_certificate(data).public_key() if b"CERTIFICATE" in data else load_pem_public_key(data)
    return _rsa(key, RSAPublicKey)


def certificate_period(pem):
    """:return: (serial, first and last moment in UTC without zone) of a certificate"""
    certificate = load_pem_x509_certificate(_lines(pem))
    return (
        format(certificate.serial_number, "X"),
        certificate.not_valid_before_utc.astimezone(UTC).replace(tzinfo=None),
        certificate.not_valid_after_utc.astimezone(UTC).replace(tzinfo=None),
    )


def normal_serial(serial):
    """:return: a serial as it is compared: an id of a public key, or upper-case hexadecimal without leading zeros"""
    serial = (serial or "").strip()
    return serial if serial.startswith(PUBLIC_KEY_PREFIX) else serial.replace(":", "").upper().lstrip("0")


def sign(key, *lines):
    """:return: base64 of the RSA-SHA256 signature over the lines, each ended by a line feed"""
    return b64encode(key.sign(_message(lines), PKCS1v15(), SHA256())).decode()


def authorization(mchid, serial, key, method, path, body=""):
    """:param path: with the query string, as it is sent
    :return: value of the header ``Authorization`` of a request
    """
    timestamp, nonce = str(int(time.time())), secrets.token_hex(16)
    signature = sign(key, method, path, timestamp, nonce, body)
    values = {
        "mchid": mchid,
        "nonce_str": nonce,
        "signature": signature,
        "timestamp": timestamp,
        "serial_no": serial,
    }
    return f"{SCHEME} " + ",".join(f'{name}="{value}"' for name, value in values.items())


def pay_parameters(appid, prepay_id, key):
    """:return: what ``wx.requestPayment`` and the JS bridge of WeChat's browser take"""
    values = {
        "appId": appid,
        "timeStamp": str(int(time.time())),
        "nonceStr": secrets.token_hex(16),
        "package": f"prepay_id={prepay_id}",
    }
    return {**values, "signType": "RSA", "paySign": sign(key, *values.values())}


def authenticate(headers, body, keys, now=None):
    """Check that WeChat Pay signed a message, answer or notification, just now.

    In this order: the headers are there, the time is ours, the serial is known, the signature is right. An unknown
    serial never makes us ask anybody for its key.

    :param headers: mapping that ignores case
    :param body: bytes
    :param keys: dict of normal serial -> RSA public key that are trusted
    :raise NotAuthentic:
    """
    timestamp, nonce, signature, serial = (headers.get(name) or "" for name in _HEADERS)
    if not (timestamp and nonce and signature and serial):
        raise NotAuthentic("headers of the signature are missing")
    if not re.fullmatch(r"[0-9]{1,12}", timestamp) or abs((now or time.time()) - int(timestamp)) > SKEW:
        raise NotAuthentic("out of time")
    key = keys.get(normal_serial(serial))
    if not key:
        raise NotAuthentic("unknown serial")
    if signature.startswith(PROBE):
        raise NotAuthentic("probe of the verification")
    try:
        text = body.decode()
        key.verify(b64decode(signature, validate=True), _message((timestamp, nonce, text)), PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        raise NotAuthentic("wrong signature") from None


def decrypt(apiv3_key, resource):
    """:param apiv3_key: 32 characters
    :param resource: dict with ``algorithm``, ``nonce``, ``ciphertext`` and ``associated_data``
    :return: bytes
    :raise NotAuthentic: when it was not encrypted with this key, or is nothing of the kind
    """
    try:
        if resource.get("algorithm", AEAD) != AEAD:
            raise NotAuthentic("unknown algorithm")
        return AESGCM(apiv3_key.encode()).decrypt(
            resource["nonce"].encode(),
            b64decode(resource["ciphertext"], validate=True),
            (resource.get("associated_data") or "").encode(),
        )
    except (InvalidTag, ValueError, KeyError, TypeError, AttributeError):
        raise NotAuthentic("cannot be decrypted") from None


def notification(body, apiv3_key):
    """:param body: of an authentic notification
    :return: (its id, its type, the decrypted resource as dict)
    :raise NotAuthentic:
    """
    try:
        message = json.loads(body)
        content = json.loads(decrypt(apiv3_key, message["resource"]))
        number, kind = message["id"], message["event_type"]
    except (ValueError, KeyError, TypeError):
        raise NotAuthentic("not a notification") from None
    if not (isinstance(number, str) and 0 < len(number) <= 64 and isinstance(kind, str) and isinstance(content, dict)):
        raise NotAuthentic("not a notification")
    return number, kind, content


def _message(lines):
    return "".join(f"{line}\n" for line in lines).encode()


def _lines(pem):
    # What is pasted may have other line ends or, out of a field of one line, none.
    found = re.search(r"-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----", pem or "", re.DOTALL)
    if not found:
        raise ValueError("not in PEM format")
    return f"-----BEGIN {found[1]}-----\n{''.join(found[2].split())}\n-----END {found[1]}-----\n".encode()


def _rsa(key, kind):
    if not isinstance(key, kind) or key.key_size < 2048:
        raise ValueError("not an RSA key of 2048 bits or more")
    return key
