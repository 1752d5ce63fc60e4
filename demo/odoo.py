"""A user of the back office or the till, over the JSON-RPC that their screens use."""

import requests


class OdooError(Exception):
    """What the server refused, as it tells its user."""


class Odoo:
    def __init__(self, url, database, login, password):
        self._url = url
        self._session = requests.Session()
        user = self._rpc("/web/session/authenticate", {"db": database, "login": login, "password": password})
        self.uid = user["uid"]
        self.context = {"lang": "en_US", "tz": "Asia/Shanghai"}

    def call(self, model, method, *args, **kwargs):
        """Call a model's public method. :raise OdooError: with the text a user would see"""
        kwargs["context"] = {**self.context, **kwargs.get("context", {})}
        return self._rpc(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": list(args), "kwargs": kwargs},
        )

    def ref(self, xml_id):
        """:return: id of a record by its XML id"""
        module, name = xml_id.split(".")
        domain = [("module", "=", module), ("name", "=", name)]
        return self.call("ir.model.data", "search_read", domain, ["res_id"], limit=1)[0]["res_id"]

    def read(self, model, record_id, *fields):
        return self.call(model, "read", [record_id], list(fields))[0]

    def _rpc(self, path, params):
        answer = self._session.post(
            self._url + path, json={"jsonrpc": "2.0", "method": "call", "params": params}, timeout=300
        ).json()
        if "error" in answer:
            raise OdooError(answer["error"]["data"]["message"])
        return answer.get("result")
