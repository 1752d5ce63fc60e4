"""Bearer codes: 16 symbols of Crockford's base 32 (80 random bits) and an ISO 7064 MOD 37,36 check symbol.

As a bar code or QR code they begin with the prefix by which the till's nomenclature knows a coupon; people type them
without it, in groups of four.
"""

import base64
import re
import secrets
import unicodedata

from stdnum.iso7064 import mod_37_36

# Crockford's base 32: no letter that is read as another or as a digit.
SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PREFIX = "044"
LENGTH = 16

_FROM_RFC4648 = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", SYMBOLS)
_MISREAD = str.maketrans("OIL", "011")
_TYPED = re.compile(rf"(?:{PREFIX})?([{SYMBOLS}]{{{LENGTH}}})([0-9A-Z])")


def make_code():
    """:return: a new code with prefix and check symbol"""
    code = PREFIX + base64.b32encode(secrets.token_bytes(10)).decode().translate(_FROM_RFC4648)
    return code + mod_37_36.calc_check_digit(code)


def normalize(text):
    """Undo what people, keyboards and scanners do to a code: case, width, spaces, dashes, O for 0, I and L for 1.

    :return: the code as :func:`make_code` wrote it, or None when it is none
    """
    if not isinstance(text, str):
        return None
    text = unicodedata.normalize("NFKC", text[:100]).upper()
    match = _TYPED.fullmatch(re.sub(r"[\s-]", "", text).translate(_MISREAD))
    if not match:
        return None
    code = PREFIX + match[1]
    check = mod_37_36.calc_check_digit(code)
    return code + check if check.translate(_MISREAD) == match[2] else None


def readable(code):
    """:return: what is printed of a code: without its prefix, in groups of four"""
    return re.sub(r"(.{4})(?=.)", r"\1-", code.removeprefix(PREFIX))
