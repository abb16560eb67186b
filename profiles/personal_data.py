"""The register of all places where data of a person is held.

Each app declares a `Holding` for every model of its own, and of the libraries it brings, that
points to a person or has a field for an e-mail address; a test fails on a model that nobody
declared. The download and the erasure of an account walk this register and know no model.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from allauth.account.models import EmailAddress
from django.apps import apps
from django.db.models import Q, QuerySet

from cxc_portal.core.types import Text
from profiles.models import User


@dataclass(frozen=True)
class Person:
    """Whose data it is: the account, its addresses, and what stands in their place afterwards."""

    user: User
    addresses: tuple[str, ...]

    @classmethod
    def of(cls, user: User) -> "Person":
        proven = EmailAddress.objects.filter(user=user, verified=True)
        return cls(user, tuple(sorted({user.email, *proven.values_list("email", flat=True)})))

    @property
    def placeholder(self) -> str:
        """An address of nobody; unique, because user addresses are."""
        return f"erased-{self.user.pk}@erased.invalid"


Rows = QuerySet[Any]
Erase = Callable[[Rows, Person], None]


def keep(rows: Rows, person: Person) -> None:
    """The rows stay as they are: they say nothing but the key of an account without a name."""


def delete(rows: Rows, person: Person) -> None:
    rows.delete()


def at_address(person: Person, field: str) -> Q:
    """Rows whose `field` is one of the person's addresses."""
    conditions = (Q(**{f"{field}__iexact": address}) for address in person.addresses)
    return reduce(or_, conditions)


def _everything(rows: Rows, person: Person) -> Rows:
    return rows


def _nothing_more(person: Person) -> Q:
    return Q()


@dataclass(frozen=True)
class Holding:
    """One model that holds data of people.

    `people` are its fields that point to a person, `addresses` those with an e-mail address; rows
    are the person's when one of them matches, or `further` does. `shown` are the values of a row
    that the download gives under `section`, `files` its uploaded files, `given` narrows the rows
    that it gives. `erase` does with the rows what erasing an account means for them.
    """

    model: str
    section: str
    erase: Erase
    people: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    further: Callable[[Person], Q] = _nothing_more
    given: Callable[[Rows, Person], Rows] = _everything

    @property
    def fields(self) -> set[str]:
        """`app.Model.field` of each field that it accounts for."""
        return {f"{self.model}.{name}" for name in (*self.people, *self.addresses)}

    def rows(self, person: Person) -> Rows:
        """The rows that are about this person."""
        conditions = [Q(**{name: person.user.pk}) for name in self.people]
        conditions += [at_address(person, name) for name in self.addresses]
        found = reduce(or_, conditions, self.further(person))
        return apps.get_model(self.model)._base_manager.filter(found).order_by("pk")


@dataclass(frozen=True)
class Blocker:
    """Why an account cannot be erased yet, and where to settle that."""

    reason: Text
    url: str = ""


FindBlockers = Callable[[User], Iterable[Blocker]]

_holdings: dict[str, Holding] = {}
_blockers: list[FindBlockers] = []


def register(*holdings: Holding) -> None:
    """Declare where an app holds data of people; called from `apps.ready()`."""
    for holding in holdings:
        _holdings[holding.model] = holding


def register_blocker(find: FindBlockers) -> None:
    """Let an app keep an account from being erased while something is open."""
    if find not in _blockers:
        _blockers.append(find)


def holdings() -> list[Holding]:
    """All of them, in the order of declaration; erasure keeps to it."""
    return list(_holdings.values())


def blockers(user: User) -> list[Blocker]:
    """Everything that keeps this account from being erased now."""
    return [blocker for find in _blockers for blocker in find(user)]
