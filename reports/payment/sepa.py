"""The rows of a file for accounting, ready for SEPA transfers."""

import unicodedata
from dataclasses import dataclass
from decimal import Decimal

CURRENCY = "EUR"
NAME_LENGTH, REMITTANCE_LENGTH = 70, 140
COLUMNS = (
    "row",
    "creditor_name",
    "iban",
    "bic",
    "amount",
    "currency",
    "end_to_end_id",
    "remittance",
)
ALLOWED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/-?:().,'+ ")
"""The characters that every bank takes."""
LETTERS = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "Æ": "AE",
        "œ": "oe",
        "Œ": "OE",
        "ø": "o",
        "Ø": "O",
        "đ": "d",
        "Đ": "D",
        "ð": "d",
        "Ð": "D",
        "þ": "th",
        "Þ": "TH",
        "ł": "l",
        "Ł": "L",
        "ı": "i",
        "&": "+",
        "–": "-",
        "’": "'",
    }
)
"""What stands for a letter that cannot be taken apart into a plain one and an accent."""


@dataclass(frozen=True, kw_only=True)
class Transfer:
    """One payment as the bank needs it; `amount` in whole EUR."""

    creditor: str
    iban: str
    bic: str
    amount: int
    end_to_end: str
    remittance: str


def rows_of(transfers: list[Transfer]) -> list[tuple[int | str | Decimal, ...]]:
    """One row for each transfer, in the order of `COLUMNS`; amounts with two decimals."""
    return [
        (
            number,
            plain(one.creditor, NAME_LENGTH),
            one.iban,
            one.bic,
            Decimal(one.amount).quantize(Decimal("0.01")),
            CURRENCY,
            one.end_to_end,
            plain(one.remittance, REMITTANCE_LENGTH),
        )
        for number, one in enumerate(transfers, start=1)
    ]


def plain(text: str, length: int) -> str:
    """The text in the characters that banks take, cut to `length`. A name in another alphabet stays
    as it is: nothing would be left of it."""
    taken = unicodedata.normalize("NFKD", text.translate(LETTERS))
    taken = "".join(letter for letter in taken if not unicodedata.combining(letter))
    if any(letter.isalpha() and letter not in ALLOWED for letter in taken):
        return " ".join(text.split())[:length]
    spaced = "".join(letter if letter in ALLOWED else " " for letter in taken)
    return " ".join(spaced.split())[:length]
