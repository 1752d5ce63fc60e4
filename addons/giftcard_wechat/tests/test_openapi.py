import re

from openapi_pydantic import OpenAPI

from odoo.tests import tagged

from ..api.endpoint import PREFIX
from ..api.problems import PROBLEM_TYPES
from .common import ApiCase

# What is no operation: the document itself, its page, pictures, and the answer to all other paths.
# What needs no token: where one is got, or none is at stake.
GUESTS = {
    ("/sessions", "post"),
    ("/sessions/refresh", "post"),
    ("/one-time-codes", "post"),
    ("/consent-documents", "get"),
    ("/passwords", "post"),
    ("/wechat/page-signature", "post"),
    ("/staff/sessions", "post"),
    ("/scenes/open", "post"),
}
BESIDES = {
    "/openapi.json",
    "/docs",
    "/articles/{}/image",
    "/avatars/{}",
    "/banners/{}/image",
    "/rewards/{}/image",
    "/rewards/{}/pictures/{}",
    "/rewards/categories/{}/image",
    "/rewards/tags/{}/image",
    "/stores/{}/image",
    "/stores/{}/photos/{}",
    "/themes/{}/image",
    "",
    "/{}",
}


@tagged("post_install", "-at_install")
class TestOpenapi(ApiCase):
    def setUp(self):
        super().setUp()
        response = self.url_open(f"{PREFIX}/openapi.json")
        self.assertEqual(response.status_code, 200)
        self.document = response.json()

    def routes(self):
        return self.env["ir.http"].routing_map().iter_rules()

    def test_valid(self):
        self.assertEqual(self.document["openapi"], "3.1.0")
        OpenAPI.model_validate(self.document)
        names = set(self.document["components"]["schemas"])
        references = set(re.findall(r"#/components/schemas/([^'\"]+)", str(self.document)))
        self.assertEqual(references, names)
        operation_ids = [
            operation["operationId"] for path in self.document["paths"].values() for operation in path.values()
        ]
        self.assertEqual(len(operation_ids), len(set(operation_ids)))

    def test_routes_and_document_agree(self):
        routes = set()
        for rule in self.routes():
            if rule.rule == PREFIX or rule.rule.startswith(f"{PREFIX}/"):
                path = re.sub(r"<[^>]+>", "{}", rule.rule.removeprefix(PREFIX))
                if path not in BESIDES:
                    routes |= {(path, method) for method in rule.methods - {"HEAD", "OPTIONS"}}
        documented = {
            (re.sub(r"{[^}]+}", "{}", path), method.upper())
            for path, operations in self.document["paths"].items()
            for method in operations
        }
        self.assertEqual(routes, documented)
        self.assertGreaterEqual(len(documented), 12)

    def test_every_operation_is_described(self):
        for path, operations in self.document["paths"].items():
            for method, operation in operations.items():
                with self.subTest(operation=f"{method} {path}"):
                    self.assertTrue(operation["summary"])
                    self.assertTrue(operation["description"])
                    self.assertEqual(
                        {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "path"},
                        set(re.findall(r"{(\w+)}", path)),
                    )
                    success = [status for status in operation["responses"] if status < "300"]
                    self.assertEqual(len(success), 1)
                    self.assertEqual(bool(operation["security"]), (path, method) not in GUESTS)

    def test_every_example_is_one(self):
        checked = 0
        for rule in self.routes():
            operation = rule.endpoint.routing.get("operation")
            if not operation:
                continue
            entry = self.document["paths"][operation.path][operation.method.lower()]
            success = entry["responses"][str(operation.status)]
            for model, holder in ((operation.body, entry.get("requestBody")), (operation.answer, success)):
                if model:
                    with self.subTest(operation=f"{operation.method} {operation.path}", model=model.__name__):
                        model.model_validate(holder["content"]["application/json"]["example"])
                        checked += 1
            for status, response in entry["responses"].items():
                if status >= "400":
                    examples = response["content"]["application/problem+json"]["examples"]
                    for code, example in examples.items():
                        self.assertEqual((example["value"]["code"], str(example["value"]["status"])), (code, status))
        self.assertGreater(checked, 40)

    def test_what_may_be_kept_says_so(self):
        operation = self.document["paths"]["/rewards"]["get"]
        self.assertIn("304", operation["responses"])
        self.assertIn("ETag", operation["responses"]["200"]["headers"])
        self.assertIn("If-None-Match", [parameter["name"] for parameter in operation["parameters"]])
        self.assertNotIn("304", self.document["paths"]["/me"]["get"]["responses"])

    def test_every_error_code_is_documented(self):
        codes = {
            code
            for operations in self.document["paths"].values()
            for operation in operations.values()
            for status, response in operation["responses"].items()
            if status >= "400"
            for code in re.findall(r"`(\w+)`", response["description"])
        }
        self.assertLessEqual(codes, set(PROBLEM_TYPES))
        page = self.url_open(f"{PREFIX}/docs").text
        for code in PROBLEM_TYPES:
            self.assertIn(f'id="{code}"', page)

    def test_page(self):
        response = self.url_open(f"{PREFIX}/docs")
        self.assertEqual(response.status_code, 200)
        self.assertIn("default-src 'none'", response.headers["Content-Security-Policy"])
        self.assertFalse(re.findall(r"(?:src|href)=\"(?!#|/giftcard)", response.text), "something of another host")
        self.assertNotIn("<script", response.text)
        for path in self.document["paths"]:
            self.assertIn(path, response.text)
        for anchor in re.findall(r'href="#([^"]+)"', response.text):
            self.assertIn(f'id="{anchor}"', response.text)
        self.assertEqual(self.url_open("/giftcard_wechat/static/src/docs.css").status_code, 200)
