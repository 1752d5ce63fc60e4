"""Calls from the web page of the merchant: the Fetch standard's CORS protocol, for one configured origin."""

PARAMETER = "giftcard_wechat.h5_origin"
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, If-None-Match, Accept-Language",
    "Access-Control-Max-Age": "7200",
}
EXPOSED = "ETag, Retry-After, Idempotency-Replayed"


def allowed_origin(request):
    """Look up, while the database can still be asked, whether the caller's page may read the answer.

    :return: the origin, or None
    """
    origin = request.httprequest.headers.get("Origin")
    if not origin:
        return None
    # The parameter is no secret, but parameters are the administrator's.
    configured = request.env["ir.config_parameter"].sudo().get_param(PARAMETER) or ""
    return origin if origin == configured.strip().rstrip("/") else None


def is_preflight(request):
    """:return: whether a browser asks for leave for a page of the configured origin"""
    if request.httprequest.method != "OPTIONS" or "Access-Control-Request-Method" not in request.httprequest.headers:
        return False
    request.giftcard_origin = allowed_origin(request)
    return bool(request.giftcard_origin)


def allow(request, response):
    """Let the page read the answer if its origin is the configured one."""
    response.headers.add("Vary", "Origin")
    if origin := getattr(request, "giftcard_origin", None):
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = EXPOSED
