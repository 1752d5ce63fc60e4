"""Examples of bodies and answers, made from their schemas, so that none is ever out of date.

A field's own ``examples`` come first, then what is usual for its name or format, then the smallest value that it takes.
"""

#: What is usual for a property of this name, where the schema takes it.
USUAL = {
    "access_token": "6BflE_1BQOZS7x5F1YP36ZHoRb8flFsXkmYIPIKhQMo",
    "code": "0a1b2c3d4e5f",
    "description": "<p>不锈钢保温杯，350 ml。</p>",
    "detail": "The card has 12 left.",
    "device": "iPhone 16",
    "digits": "40318852",
    "label": "Ready for Pickup",
    "name": "保温杯",
    "number": "RED00042",
    "phone": "021-6321 5588",
    "reason": "不想要了",
    "scanned": "40318852",
    "secret": "7Q2K-9WXC-41TD-8N5H-J",
    "store": "南京东路店",
    "token": "GP2-1-42-3-1798700000-ABCDEFGHIJKLMNOP-…",
}
FORMATS = {
    "date": "2026-12-22",
    "date-time": "2026-12-22T07:51:02Z",
    "uri": "https://example.com/",
    "email": "alice@example.com",
}
DEPTH = 8


def example_of(model, mode):
    """:param model: pydantic model
    :param mode: ``validation`` for what is sent, ``serialization`` for what is answered
    :return: a JSON-able example of it
    """
    schema = model.model_json_schema(by_alias=True, mode=mode)
    return _example(schema, schema.get("$defs", {}), mode)


def _example(schema, definitions, mode, name="", depth=0):
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]] | {k: v for k, v in schema.items() if k != "$ref"}
    for given in ("examples", "enum"):
        if schema.get(given):
            return schema[given][0]
    if "const" in schema:
        return schema["const"]
    if options := schema.get("anyOf") or schema.get("oneOf"):
        return _example(next(one for one in options if one.get("type") != "null"), definitions, mode, name, depth + 1)
    match schema.get("type"):
        case "object":
            return {
                key: _example(field, definitions, mode, key, depth + 1)
                for key, field in schema.get("properties", {}).items()
                # A body shows what has to be sent.
                if mode == "serialization" or key in schema.get("required", ())
            }
        case "array":
            return [_example(schema["items"], definitions, mode, name, depth + 1)] if depth < DEPTH else []
        case "string":
            return FORMATS.get(schema.get("format")) or USUAL.get(name) or "text"
        case "integer" | "number":
            return max(schema.get("minimum", 1), 1)
        case "boolean":
            return False
    return None
