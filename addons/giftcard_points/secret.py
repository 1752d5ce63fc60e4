"""Keys of the suite, derived from one secret of the installation."""

import hashlib
import hmac
import os

from odoo.tools import config


def derive_key(env, purpose):
    """A key for one purpose, which tells nothing about the keys of others.

    The secret is ``giftcard_pepper`` of the server configuration or ``GIFTCARD_PEPPER`` of the environment, so that a
    copy of the database alone forges nothing. An installation that sets neither uses Odoo's own ``database.secret``.
    HMAC-SHA256 as the key derivation of RFC 5869 (expand, one block).

    :param purpose: text that names the use and its version
    :return: 32 bytes
    """
    # The database's secret is read for the key alone and not handed on.
    secret = (
        config.get("giftcard_pepper")
        or os.environ.get("GIFTCARD_PEPPER")
        or env["ir.config_parameter"].sudo().get_param("database.secret")
    )
    return hmac.new(secret.encode(), f"giftcard/{purpose}\x01".encode(), hashlib.sha256).digest()
