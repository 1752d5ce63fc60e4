"""The addons' terms: exported from a database and merged into the Chinese translations."""

from pathlib import Path

from . import database, paths, postgres
from .environment import Environment
from .postgres import Cluster
from .process import run

LANGUAGE = "zh_CN"
_MERGE = """
import sys
import polib

template_file, translation_file = sys.argv[1:]
template = polib.pofile(template_file)
# A date of export would make every export a change.
for header in ("POT-Creation-Date", "PO-Revision-Date"):
    template.metadata.pop(header, None)
template.save(template_file)
try:
    translation = polib.pofile(translation_file)
except OSError:
    translation = polib.POFile()
    translation.metadata = dict(template.metadata, Language="zh_CN")
translation.merge(template)
for entry in translation.obsolete_entries():
    translation.remove(entry)
translation.save(translation_file)
"""


def export(env: Environment, cluster: Cluster, name: str, target: Path) -> list[Path]:
    """Write `<addon>.pot` of each of our addons, as database `name` has its terms, into `target`/<addon>/i18n."""
    written = []
    for module in database.our_modules():
        file = target / module / "i18n" / f"{module}.pot"
        file.parent.mkdir(parents=True, exist_ok=True)
        command = [*env.odoo_command, "i18n", "export", "-c", database.config_file(), "-d", name, "-l", "pot"]
        run(
            [*command, "-o", file, module],
            what=f"Export of the terms of {module}",
            env=cluster.variables() | postgres.THROWAWAY,
        )
        written.append(file)
    return written


def update(env: Environment, cluster: Cluster, name: str) -> None:
    """Export the templates into the addons and merge each into its `zh_CN.po`; new terms come untranslated."""
    for template in export(env, cluster, name, paths.ADDONS):
        translation = template.with_name(f"{LANGUAGE}.po")
        run([env.python, "-c", _MERGE, template, translation], what=f"Merge of the terms of {template.stem}")
