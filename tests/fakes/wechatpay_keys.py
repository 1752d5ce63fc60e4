"""Keys of the loopback WeChat Pay: the merchant's, and its own with certificates; signing and encrypting with them."""

import secrets
import time
from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID


class PlatformKey:
    """A key pair that signs, with its certificate and, for the public-key mode, its id."""

    def __init__(self, name="Tenpay.com Root CA", days=1825):
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.since = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
        self.until = self.since + timedelta(days=days)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.since)
            .not_valid_after(self.until)
            .sign(self.key, SHA256())
        )
        self.serial = format(certificate.serial_number, "X")
        self.certificate = certificate.public_bytes(Encoding.PEM).decode()
        self.public_id = f"PUB_KEY_ID_{secrets.token_hex(16).upper()}"
        self.public = self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        self.private = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    def sign(self, *lines):
        return b64encode(self.key.sign(_message(lines), PKCS1v15(), SHA256())).decode()

    def verifies(self, signature, *lines):
        try:
            self.key.public_key().verify(b64decode(signature), _message(lines), PKCS1v15(), SHA256())
        except (InvalidSignature, ValueError):
            return False
        return True

    def headers(self, body, public=False, timestamp=None):
        """:return: the signature's headers of a message, under the certificate's serial or the public key's id"""
        timestamp, nonce = str(int(time.time() if timestamp is None else timestamp)), secrets.token_hex(16)
        return {
            "Wechatpay-Timestamp": timestamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Serial": self.public_id if public else self.serial,
            "Wechatpay-Signature": self.sign(timestamp, nonce, body),
            "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
        }


@cache
def spare_key():
    """:return: a key that nobody has been told of; made once, as it takes time"""
    return PlatformKey("somebody")


def encrypt(apiv3_key, text, associated_data):
    """:return: a ``resource`` as in notifications and in the list of certificates"""
    nonce = secrets.token_hex(6)
    ciphertext = AESGCM(apiv3_key.encode()).encrypt(nonce.encode(), text.encode(), associated_data.encode())
    return {
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": b64encode(ciphertext).decode(),
        "associated_data": associated_data,
        "nonce": nonce,
    }


def _message(lines):
    return "".join(f"{line}\n" for line in lines).encode()
