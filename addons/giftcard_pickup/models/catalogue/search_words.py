"""Words of texts without spaces between words.

Chinese, Japanese and Korean are cut into pairs of characters, as CJK analysers of search engines do (Lucene's
``CJKBigramFilter``): whatever two-character word is asked for is one of them, without a dictionary. Other scripts are
cut at their spaces. PostgreSQL's ``simple`` configuration keeps such words as they are.
"""

import re
import unicodedata

CJK = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\U00020000-\U0002fa1f"
RUN = re.compile(rf"(?P<cjk>[{CJK}]+)|[^\W_{CJK}]+")


def _runs(text):
    """Yield (characters, whether they are CJK); width and case do not matter."""
    for found in RUN.finditer(unicodedata.normalize("NFKC", text or "").lower()):
        yield found[0], bool(found["cjk"])


def words(text):
    """:return: the words of a text, to be stored: pairs and last characters of CJK, others as they are"""
    found = []
    for run, cjk in _runs(text):
        if cjk:
            # The last character alone, so that each single one is the beginning of some word.
            found += [run[index : index + 2] for index in range(len(run))]
        else:
            found.append(run)
    return found


def queries(text):
    """:return: list of ``to_tsquery`` terms of what is typed: pairs; single characters and others as beginnings"""
    terms = []
    for run, cjk in _runs(text):
        if cjk and len(run) > 1:
            terms += [run[index : index + 2] for index in range(len(run) - 1)]
        else:
            terms.append(f"{run}:*")
    return list(dict.fromkeys(terms))
