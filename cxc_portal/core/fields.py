"""Model fields that more than one app needs."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    CodeSet = models.CharField[Iterable[str], list[str]]
else:
    CodeSet = models.CharField

SEPARATOR = ";"


def pack(codes: Iterable[str]) -> str:
    """`{"fr", "en"}` as `;en;fr;`, sorted; nothing as the empty string."""
    unique = sorted({code for code in codes if code})
    if any(SEPARATOR in code for code in unique):
        raise ValueError(f"A code must not contain “{SEPARATOR}”.")
    return f"{SEPARATOR}{SEPARATOR.join(unique)}{SEPARATOR}" if unique else ""


def unpack(text: str) -> list[str]:
    """The sorted codes of a packed text."""
    return [code for code in text.split(SEPARATOR) if code]


class CodeSetField(CodeSet):
    """A set of short codes from a fixed vocabulary, kept sorted in one column.

    In Python a sorted list of `str`, in the database `;a;b;`, so that "contains the code x" is the
    same text search on SQLite and PostgreSQL (see `containing`).
    """

    # What the type checker takes a CharField to hold; here it is a list.
    _pyi_private_set_type: Iterable[str]  # type: ignore[assignment]
    _pyi_private_get_type: list[str]  # type: ignore[assignment]

    description = _("A set of codes")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 400)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", list)
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> list[str]:
        return unpack(value or "")

    def to_python(self, value: Any) -> list[str]:
        if value is None:
            return []
        if isinstance(value, str):
            return sorted(set(unpack(value)))
        return sorted({str(code) for code in value if code})

    def get_prep_value(self, value: Any) -> str:
        if isinstance(value, str):
            return value
        return pack(value or ())

    def value_to_string(self, obj: models.Model) -> str:
        return pack(self.value_from_object(obj))

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        if not value and not self.blank:
            raise ValidationError(self.error_messages["blank"], code="blank")

    def run_validators(self, value: Any) -> None:
        super().run_validators(pack(value))


def containing(queryset: QuerySet[Any], field: str, codes: Iterable[str]) -> QuerySet[Any]:
    """The rows whose code set `field` holds one of `codes`; all rows when there are none."""
    wanted = Q()
    for code in codes:
        wanted |= Q(**{f"{field}__contains": f"{SEPARATOR}{code}{SEPARATOR}"})
    return queryset.filter(wanted)
