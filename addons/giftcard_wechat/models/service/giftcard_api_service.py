import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

from odoo import models
from odoo.fields import Domain
from odoo.tools import consteq, hmac

from ...api.problems import Problem
from ...schemas.common import Page


class GiftcardApiService(models.AbstractModel):
    """What the services of the API share: the member, and pages of records by keyset."""

    _name = "giftcard.api.service"
    _description = "API Service"

    def _member(self):
        """:return: ``res.partner`` who is logged in"""
        return self.env["res.partner"].browse(self.env.context["giftcard_member_id"])

    def _own(self, model_name, record_id):
        """:return: a record the member may see
        :raise Problem: ``not_found``, for another's record as for none
        """
        record = self.env[model_name].search([("id", "=", record_id)])
        if not record:
            raise Problem("not_found")
        return record

    def _page(self, schema, model_name, domain, query, order, field_names=None, convert=None):
        """A page of records as ``schema``.

        :param query: :class:`~...schemas.common.PageQuery`
        :param order: list of ``(field, "asc" or "desc")`` of stored, filled fields; the last is unique in the domain
        :param convert: record -> schema, by default the schema's ``from_record``
        """
        model = self.env[model_name]
        domain = Domain(domain)
        if query.cursor:
            domain &= self._after(order, self._read_cursor(model_name, order, query.cursor))
        records = model.search_fetch(
            domain, field_names, limit=query.limit + 1, order=", ".join(f"{name} {way}" for name, way in order)
        )
        shown = records[: query.limit]
        more = len(records) > query.limit
        return Page[schema](
            items=[(convert or schema.from_record)(record) for record in shown],
            next_cursor=self._make_cursor(model_name, order, shown[-1]) if more else None,
        )

    def _after(self, order, values):
        """:return: domain of what follows a record with these values in this order"""
        domain, equal = Domain.FALSE, Domain.TRUE
        for (name, way), value in zip(order, values, strict=True):
            domain |= equal & Domain(name, ">" if way == "asc" else "<", value)
            equal &= Domain(name, "=", value)
        return domain

    def _make_cursor(self, model_name, order, record):
        text = json.dumps([record[name] for name, __ in order], ensure_ascii=False)
        sealed = f"{self._cursor_seal(model_name, order, text)}{text}"
        return urlsafe_b64encode(sealed.encode()).decode().rstrip("=")

    def _read_cursor(self, model_name, order, cursor):
        """Cursors are opaque: only those that were given for this list are taken."""
        try:
            sealed = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        except ValueError:
            sealed = ""
        seal, text = sealed[:16], sealed[16:]
        if not text or not consteq(seal, self._cursor_seal(model_name, order, text)):
            raise Problem("validation_error", errors=[{"pointer": "cursor", "detail": self.env._("Unknown cursor.")}])
        return json.loads(text)

    def _cursor_seal(self, model_name, order, text):
        # The seal needs the database's secret, which no user may read.
        return hmac(self.env(su=True), "giftcard_wechat.cursor", (model_name, order, text))[:16]
