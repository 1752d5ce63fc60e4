from odoo import api, models
from odoo.models import MAGIC_COLUMNS

LONGEST = 60


class GiftcardAuditedMixin(models.AbstractModel):
    """Settings of which every change is recorded with its user: the old value and the new one; of secrets only that
    they were changed."""

    _name = "giftcard.audited.mixin"
    _description = "Audited Settings"

    def _audited(self):
        """:return: those of the records of which changes are recorded"""
        return self

    @api.model
    def _audited_names(self, names):
        """:return: those of the fields of which changes are recorded"""
        return [
            name for name in names if name in self._fields and self._fields[name].store and name not in MAGIC_COLUMNS
        ]

    @api.model
    def _audited_secrets(self):
        """:return: set of fields whose values are not told"""
        return frozenset()

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._audited()._audit("created")
        return records

    def write(self, vals):
        audited, names = self._audited(), self._audited_names(vals)
        before = audited._audited_values(names)
        result = super().write(vals)
        after = audited._audited_values(names)
        for record in audited if names else ():
            changes = [
                record._audited_change(name, before[record.id][name], after[record.id][name])
                for name in names
                if before[record.id][name] != after[record.id][name]
            ]
            if changes:
                record._audit("changed", ", ".join(changes))
        return result

    def unlink(self):
        self._audited()._audit("deleted")
        return super().unlink()

    def _audited_values(self, names):
        """:return: dict of record id -> dict of field -> value that can be compared"""
        if not names:
            return {}
        # Who may change something need not be allowed to see it.
        return {
            record.id: {
                name: frozenset(record[name].ids) if record._fields[name].relational else record[name] or False
                for name in names
            }
            for record in self.sudo()
        }

    def _audited_change(self, name, old, new):
        """:return: what happened to a field, in words"""
        field = self._fields[name]
        label = field.get_description(self.env, ["string"])["string"]
        if name in self._audited_secrets() or field.type == "binary":
            return label
        if field.type in ("one2many", "many2many"):
            comodel = self.env[field.comodel_name].sudo()
            parts = [f"+{record.display_name}" for record in comodel.browse(new - old)]
            parts += [f"−{record.display_name}" for record in comodel.browse(old - new).exists()]
            return f"{label}: {', '.join(parts)}"
        return f"{label}: {self._audited_text(field, old)} → {self._audited_text(field, new)}"

    def _audited_text(self, field, value):
        if field.type == "many2one":
            text = self.env[field.comodel_name].sudo().browse(value).exists().display_name
        elif field.type == "selection":
            text = dict(field._description_selection(self.env)).get(value)
        else:
            text = str(value) if value is not False or field.type == "boolean" else ""
        return f"{text[: LONGEST - 1]}…" if text and len(text) > LONGEST else text or "–"

    def _audit(self, kind, detail=None):
        """:param detail: beside the name of the record"""
        events = self.env["giftcard.audit.event"]
        for record in self.sudo():
            name = record.display_name or f"{record._name} {record.id}"
            company = record.company_id if "company_id" in record._fields else None
            if record._name == "res.company":
                company = record
            events._record(kind, record, f"{name}: {detail}" if detail else name, company)
