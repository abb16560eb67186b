"""What a document prints, as plain JSON with one digest, and the code that names the document."""

import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from typing import Any

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""32 letters and digits; I, O, 0 and 1 are left out because they are taken for one another."""
GROUPS, GROUP_LENGTH = 4, 5

CODE = re.compile(
    rf"[{ALPHABET}]{{{GROUP_LENGTH}}}(?:-[{ALPHABET}]{{{GROUP_LENGTH}}}){{{GROUPS - 1}}}"
)

Snapshot = Mapping[str, Any]


def _refuse_exponent(text: str) -> float:
    if "e" in text.lower():
        raise ValueError(f"{text}: databases write such numbers differently; give it as a text")
    return float(text)


def _refuse_constant(text: str) -> float:
    raise ValueError(f"{text} is no number that can be printed")


def plain(snapshot: Snapshot) -> dict[str, Any]:
    """The snapshot exactly as any database gives it back."""
    frozen: dict[str, Any] = json.loads(
        json.dumps(snapshot), parse_float=_refuse_exponent, parse_constant=_refuse_constant
    )
    return frozen


def canonical(content: Snapshot) -> bytes:
    """The one way of writing a content: sorted keys, no spaces, UTF-8."""
    text = json.dumps(
        content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode()


def digest_of(snapshot: Snapshot) -> str:
    """SHA-256 of the canonical JSON, as hexadecimal digits."""
    return hashlib.sha256(canonical(snapshot)).hexdigest()


def new_code() -> str:
    """A code that nobody guesses (100 bits), in groups that can be read out."""
    groups = (
        "".join(secrets.choice(ALPHABET) for _letter in range(GROUP_LENGTH))
        for _group in range(GROUPS)
    )
    return "-".join(groups)


def tidy_code(text: str) -> str:
    """A code as somebody typed it, in the form in which it is kept; empty when it is none."""
    letters = re.sub(r"[\s-]+", "", text[:100]).upper()
    groups = [letters[at : at + GROUP_LENGTH] for at in range(0, len(letters), GROUP_LENGTH)]
    code = "-".join(groups)
    return code if CODE.fullmatch(code) else ""
