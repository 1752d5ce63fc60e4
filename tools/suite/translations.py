"""Every addon has a template of its terms and a complete Chinese translation. Runs in the linters' environment.

Usage: translations.py ADDONS_FOLDER. Prints what is missing; exit code 1 if anything is.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import polib

LANGUAGE = "zh_CN"
_PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sdrf]|\{\w*\}|%\(\w+\)\.\d+f")


def problems(addon: Path) -> Iterator[str]:
    folder = addon / "i18n"
    template = folder / f"{addon.name}.pot"
    translation = folder / f"{LANGUAGE}.po"
    for file in (template, translation):
        if not file.is_file():
            yield f"{addon.name}: no i18n/{file.name}"
            return
    terms = {(entry.msgctxt, entry.msgid) for entry in polib.pofile(str(template)) if not entry.obsolete}
    translated = {(entry.msgctxt, entry.msgid): entry for entry in polib.pofile(str(translation)) if not entry.obsolete}
    for _context, term in sorted(terms - translated.keys(), key=str):
        yield f"{addon.name}: not in {LANGUAGE}.po: {term[:80]!r}"
    for _context, term in sorted(translated.keys() - terms, key=str):
        yield f"{addon.name}: {LANGUAGE}.po has a term that the template lacks: {term[:80]!r}"
    for entry in translated.values():
        if not entry.translated():
            yield f"{addon.name}: {'fuzzy' if entry.fuzzy else 'untranslated'}: {entry.msgid[:80]!r}"
        elif sorted(_PLACEHOLDER.findall(entry.msgid)) != sorted(_PLACEHOLDER.findall(entry.msgstr)):
            yield f"{addon.name}: placeholders differ: {entry.msgid[:80]!r}"


def main(folder: Path) -> int:
    found = [line for manifest in sorted(folder.glob("*/__manifest__.py")) for line in problems(manifest.parent)]
    print("\n".join(found))
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
