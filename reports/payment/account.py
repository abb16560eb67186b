"""Bank accounts as people type them. Which are well-formed is for schwifty to say."""

import unicodedata
from dataclasses import dataclass

from schwifty import BIC, IBAN
from schwifty.exceptions import (
    InvalidChecksumDigits,
    InvalidCountryCode,
    InvalidLength,
    InvalidStructure,
    SchwiftyException,
)

COUNTRY, LENGTH, CHARACTERS, CHECK_DIGITS = "country", "length", "characters", "check_digits"
FAULTS: tuple[tuple[type[SchwiftyException], str], ...] = (
    (InvalidCountryCode, COUNTRY),
    (InvalidLength, LENGTH),
    (InvalidStructure, CHARACTERS),
    (InvalidChecksumDigits, CHECK_DIGITS),
)
ENDING = 4
OVERSEAS = {
    "FI": {"AX"},
    "FR": {"BL", "GF", "GP", "MF", "MQ", "NC", "PF", "PM", "RE", "TF", "WF", "YT"},
    "GB": {"GG", "IM", "JE"},
}
"""Countries in BICs whose accounts carry another country's IBAN, by the SWIFT IBAN Registry."""


class AccountFault(Exception):
    """What is wrong with a number, as a `code`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, kw_only=True)
class Account:
    """Where money goes: well-formed numbers without spaces, and whose account it is."""

    iban: str
    bic: str
    holder: str

    @property
    def ending(self) -> str:
        """The last characters, for its owner to recognise."""
        return self.iban[-ENDING:]

    @property
    def spaced_iban(self) -> str:
        """In groups of four, as it is read aloud."""
        return " ".join(self.iban[at : at + 4] for at in range(0, len(self.iban), 4))

    @property
    def is_in_sepa(self) -> bool:
        """Whether a SEPA transfer reaches it."""
        return IBAN(self.iban).in_sepa_zone


def read_iban(text: str) -> str:
    """Without spaces, in capitals. Raises `AccountFault` for what is no IBAN."""
    try:
        return str(IBAN(text))
    except SchwiftyException as problem:
        raise AccountFault(_code(problem)) from problem


def read_bic(text: str) -> str:
    """Without spaces, in capitals. Raises `AccountFault` for what is no BIC."""
    try:
        return str(BIC(text))
    except SchwiftyException as problem:
        raise AccountFault(_code(problem)) from problem


def bic_of(iban: str) -> str:
    """The BIC of the bank that a well-formed IBAN names; empty where no directory tells."""
    try:
        return str(IBAN(iban).bic or "")
    except SchwiftyException:
        return ""


def is_bank_elsewhere(iban: str, bic: str) -> bool:
    """Whether two well-formed numbers name banks of different countries, so that one is wrong."""
    country = IBAN(iban).country_code
    return BIC(bic).country_code not in {country, *OVERSEAS.get(country, ())}


def is_same_name(one: str, other: str) -> bool:
    """Whether two names differ in nothing but capitals, accents and punctuation."""
    return _bare(one) == _bare(other)


def _bare(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return "".join(letter for letter in letters if letter.isalnum())


def _code(problem: SchwiftyException) -> str:
    return next((code for kind, code in FAULTS if isinstance(problem, kind)), CHARACTERS)
