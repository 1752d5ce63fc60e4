"""A member's phone: a client of the JSON API."""

from uuid import uuid4

import requests


class Problem(Exception):
    """A refusal of the API (RFC 9457). :ivar status: HTTP status; :ivar code: stable code"""

    def __init__(self, status, problem):
        super().__init__(f"{status} {problem['code']}: {problem.get('detail') or problem['title']}")
        self.status = status
        self.code = problem["code"]


class Member:
    def __init__(self, url):
        self._base = url + "/giftcard/v1"
        self._session = requests.Session()

    def login(self, code):
        """Log in with what ``wx.login`` gave. :return: the session as the API tells it"""
        answer = self.post("/sessions", {"provider": "wechat_miniprogram", "code": code})
        self.token = answer["access_token"]
        self._session.headers["Authorization"] = f"Bearer {self.token}"
        return answer

    def get(self, path, **params):
        return self._answer(self._session.get(self._base + path, params=params, timeout=60))

    def post(self, path, body=None, key=None):
        """:param key: idempotency key; a repeat sends the same"""
        headers = {"Idempotency-Key": key or uuid4().hex}
        return self._answer(self._session.post(self._base + path, json=body or {}, headers=headers, timeout=60))

    @staticmethod
    def _answer(response):
        if response.status_code >= 400:
            raise Problem(response.status_code, response.json())
        return response.json()
