"""Words that speak of an internship or of recruitment, found in a text. No Django in here."""

import csv
import re
import unicodedata
from functools import lru_cache
from pathlib import Path

WORDS = Path(__file__).resolve().parents[1] / "data" / "words_of_recruitment.csv"


def words_of_recruitment(*texts: str) -> tuple[str, ...]:
    """The words of the list that the texts hold, as they are written there, each once, in order."""
    found = (match.group() for text in texts for match in _pattern().finditer(_plain(text)))
    return tuple(dict.fromkeys(found))


@lru_cache
def _pattern() -> re.Pattern[str]:
    """All words of the list at once; a star stands for any ending."""
    with WORDS.open(encoding="utf-8-sig", newline="") as file:
        words = [_plain(row["word"]) for row in csv.DictReader(file)]
    words.sort(key=len, reverse=True)
    choices = "|".join(re.escape(word).replace(r"\*", r"\w*") for word in words)
    return re.compile(rf"\b(?:{choices})\b")


def _plain(text: str) -> str:
    """As it is compared: small letters, composed, one kind of apostrophe and space."""
    composed = unicodedata.normalize("NFC", text).casefold().replace("’", "'")
    return " ".join(composed.split())
