"""What WeChat pushes to the server of an app: signed and encrypted messages, in XML or JSON."""

import hashlib
import json
import secrets
import time
from base64 import b64decode, b64encode

import requests
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

BLOCK = 32


class Push:
    """The message push of one app.

    :param url: of the merchant's server
    :param token: agreed with the merchant
    :param key: EncodingAESKey, 43 characters
    """

    def __init__(self, url, appid, token, key, as_json=False):
        self.url = url
        self.appid = appid
        self.token = token
        self.key = key
        self.as_json = as_json

    def signature(self, *parts):
        return hashlib.sha1("".join(sorted([self.token, *parts])).encode()).hexdigest()

    def echo(self, **changes):
        """Ask the server to prove itself, as when the address is entered at WeChat."""
        timestamp, nonce = str(int(time.time())), secrets.token_hex(5)
        query = {
            "signature": self.signature(timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
            "echostr": "5930461243",
        }
        return requests.get(self.url, params=query | changes, timeout=30)

    def send(self, content, age=0, appid=None, plain=False, **changes):
        """:param changes: to the parameters of the address
        :return: ``requests.Response``
        """
        timestamp, nonce = str(int(time.time()) - age), secrets.token_hex(5)
        encrypted = self.encrypt(self._text(content), appid or self.appid)
        body = content if plain else {"ToUserName": "gh_1", "Encrypt": encrypted}
        query = {
            "signature": self.signature(timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
            "openid": content.get("FromUserName", ""),
            "encrypt_type": "aes",
            "msg_signature": self.signature(timestamp, nonce, encrypted),
        }
        return requests.post(self.url, params=query | changes, data=self._text(body).encode(), timeout=30)

    def encrypt(self, text, appid):
        key, content = b64decode(f"{self.key}="), text.encode()
        plain = secrets.token_bytes(16) + len(content).to_bytes(4, "big") + content + appid.encode()
        padding = BLOCK - len(plain) % BLOCK
        encryptor = Cipher(AES(key), CBC(key[:16])).encryptor()
        return b64encode(encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()).decode()

    def _text(self, content):
        if self.as_json:
            return json.dumps(content, ensure_ascii=False)
        return f"<xml>{_xml(content)}</xml>"


def _xml(content):
    return "".join(
        "".join(f"<{name}>{_xml(item)}</{name}>" for item in value)
        if isinstance(value, list)
        else f"<{name}>{_xml(value)}</{name}>"
        if isinstance(value, dict)
        else f"<{name}>{value}</{name}>"
        if isinstance(value, int)
        else f"<{name}><![CDATA[{value}]]></{name}>"
        for name, value in content.items()
    )
