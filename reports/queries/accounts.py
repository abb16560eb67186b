"""Which account somebody has seen, by its revision."""

from typing import Any

from reports.models import AccountLook, BankAccount

ON_PAGE = "page"
"""Where an account was read in full; in a file for accounting, the name of that list."""


def is_changed_since_look(account: BankAccount, user: Any) -> bool:
    """Whether the person looked at an account that is not the present one; false for whoever never
    looked."""
    return _is_older(account.looks.filter(by=user).order_by("at", "pk").last(), account)


def is_other_in_file(account: BankAccount) -> bool:
    """Whether the last file for accounting held an account from before."""
    in_files = account.looks.exclude(purpose=ON_PAGE)
    return _is_older(in_files.order_by("at", "pk").last(), account)


def _is_older(look: AccountLook | None, account: BankAccount) -> bool:
    return look is not None and look.revision != account.revision
