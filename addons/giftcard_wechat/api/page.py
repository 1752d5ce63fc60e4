"""What the readable page shows of the OpenAPI document."""

import json
import re

from markupsafe import Markup, escape

from .openapi import problem_codes


def describe(document, operation, description):
    """:return: what the page shows of an operation"""
    entry = document["paths"][operation.path][operation.method.lower()]
    answer = entry["responses"][str(operation.status)]
    return {
        "operation": operation,
        "document": entry,
        "description": description,
        "problems": problem_codes(operation),
        "body": _schema_name(entry["requestBody"]) if operation.body else None,
        "answer": _schema_name(answer) if operation.answer else None,
        "body_example": _example(entry["requestBody"]) if operation.body else None,
        "answer_example": _example(answer) if operation.answer else None,
    }


def prose(text):
    """:return: text with what stands between backticks as code"""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text or ""))))  # noqa: S704  escaped just now


def type_of(schema):
    """:return: the type of a property in words"""
    if "$ref" in schema:
        return schema["$ref"].rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(type_of(option) for option in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        return " | ".join(map(repr, schema.get("enum") or [schema["const"]]))
    if schema.get("type") == "array":
        return f"list of {type_of(schema['items'])}"
    return schema.get("format") or schema.get("type") or "any"


def _schema_name(holder):
    return type_of(holder["content"]["application/json"]["schema"])


def _example(holder):
    return json.dumps(holder["content"]["application/json"]["example"], ensure_ascii=False, indent=2)
