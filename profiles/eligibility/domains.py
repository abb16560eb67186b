"""Whose a mail address is: a company's, or one that anybody can open."""

import csv
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

DATA = Path(__file__).resolve().parents[1] / "data" / "free_mail_domains.csv"
PUBLIC_SECOND_LEVELS = frozenset({"ac", "co", "com", "edu", "gov", "net", "or", "org"})
"""Names that countries put before their own, as in `co.uk` and `com.tr`."""


@lru_cache
def free_mail_domains() -> frozenset[str]:
    """The domains where anybody can open a mailbox."""
    with DATA.open(encoding="utf-8", newline="") as file:
        return frozenset(row["domain"] for row in csv.DictReader(file))


def mail_domain(email: str) -> str:
    """What stands behind the @, in lower case; empty for no address."""
    return email.rpartition("@")[2].strip().rstrip(".").lower()


def is_free_mail(email: str) -> bool:
    return mail_domain(email) in free_mail_domains()


def site_domain(url: str) -> str:
    """The host of a web address without `www.`; empty when there is none."""
    try:
        host = urlsplit(url if "//" in url else f"//{url}").hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")


def registered_name(domain: str) -> str:
    """The part that its holder registered: `mail.example.co.uk` gives `example.co.uk`."""
    labels = domain.split(".")
    has_second_level = len(labels) > 2 and len(labels[-1]) == 2
    length = 3 if has_second_level and labels[-2] in PUBLIC_SECOND_LEVELS else 2
    return ".".join(labels[-length:])


def is_same_holder(email: str, url: str) -> bool:
    """Whether a mail address and a website belong to the same registered name."""
    return registered_name(mail_domain(email)) == registered_name(site_domain(url))
