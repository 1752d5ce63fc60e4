"""The committed templates hold the terms that the code has now: `make lint` judges the translations by them."""

import polib

from suite import harness


def terms(file):
    return {(entry.msgctxt, entry.msgid) for entry in polib.pofile(str(file)) if not entry.obsolete}


def test_templates_are_up_to_date(tmp_path):
    with harness.fresh_database("terms") as database:
        fresh = harness.export_terms(database, tmp_path)
    assert fresh
    stale = {}
    for template in fresh:
        committed = harness.ADDONS / template.relative_to(tmp_path)
        if not committed.exists() or terms(committed) != terms(template):
            stale[template.stem] = sorted(
                msgid for _, msgid in terms(template) ^ (terms(committed) if committed.exists() else set())
            )
    assert not stale, f"run `make i18n`: {stale}"
