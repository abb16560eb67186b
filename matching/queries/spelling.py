"""Texts as they are searched, and the word that somebody probably meant."""

import re
import unicodedata
from collections.abc import Iterable

from rapidfuzz.distance import OSA

from matching.models.index import LONGEST_WORD

VERSION = 2
"""Goes up when `plain` or `searched` change what is stored: every record is then written anew."""
SHORTEST_WORD = 4
"""Other words are not proposed: of short ones too many differ by one letter."""
ONE_LETTER = 1
# Letters with a stroke are no letters with an accent, and fall apart in no normal form.
_STROKES = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe"})
_ACCENTS = re.compile("[\u0300-\u036f]+")
_JOINING_SIGNS = re.compile("[-.'’\u00ad\u2010\u2011]+")
_OTHER_SIGNS = re.compile(r"[\W_]+")
_SINGLE_LETTER = re.compile(r"(?<!\S)([a-z]) (?=([a-z]{3,}))")


def plain(text: str) -> str:
    """A text as it is searched: lower case, no accents, "e-mobility" as "emobility"."""
    folded = unicodedata.normalize("NFKD", text.casefold()).translate(_STROKES)
    return _OTHER_SIGNS.sub(" ", _JOINING_SIGNS.sub("", _ACCENTS.sub("", folded))).strip()


def searched(text: str) -> str:
    """A plain text and, after it, what is also looked for as one word: "e mobility" as
    "emobility"."""
    words = plain(text)
    joined = dict.fromkeys("".join(pair) for pair in _SINGLE_LETTER.findall(words))
    return " ".join([words, *joined])


def words_in(text: str) -> set[str]:
    """The words of a searched text that are long enough to be proposed."""
    return {
        word
        for word in text.split()
        if SHORTEST_WORD <= len(word) <= LONGEST_WORD and not word.isdecimal()
    }


def corrected(wanted: str, known: Iterable[str]) -> str:
    """The plain words of `wanted`, each that is no part of a known word replaced by the known one
    that differs in one letter; "" where there is nothing to correct or nothing to propose."""
    known = list(known)
    words = plain(wanted).split()
    proposed = [
        word if any(word in one for one in known) else nearest(word, known) for word in words
    ]
    return " ".join(proposed) if all(proposed) and proposed != words else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that differs from this one in one letter: one too many, one missing, another
    one, or two that changed places. Of several the one that begins alike; "" when there is none."""
    if len(word) < SHORTEST_WORD:
        return ""
    found = (
        one
        for one in known
        if abs(len(one) - len(word)) <= ONE_LETTER
        and OSA.distance(word, one, score_cutoff=ONE_LETTER) <= ONE_LETTER
    )
    return min(found, key=lambda one: (one[0] != word[0], one), default="")
