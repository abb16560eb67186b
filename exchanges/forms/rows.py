"""Rows of small forms on one page, added and removed by buttons that work without JavaScript."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms

Values = dict[str, Any]
MOST_ROWS = 30


class UnfinishedForm(forms.Form):
    """Fields marked as needed may still be left for later; the rules say what is missing."""

    use_required_attribute = False

    def full_clean(self) -> None:
        needed = [field for field in self.fields.values() if field.required]
        for field in needed:
            field.required = False
        super().full_clean()
        for field in needed:
            field.required = True


class RowForm(UnfinishedForm):
    """One row; one in which nothing was typed counts for nothing."""

    def typed(self) -> Values:
        """What was typed, read or not."""
        return {name: self.data.get(self.add_prefix(name), "") for name in self.fields}

    @property
    def is_blank(self) -> bool:
        return not any(str(value).strip() for value in self.typed().values())


class Rows:
    """The rows of one list, such as the people of one side. The page sends how many there are."""

    def __init__(
        self,
        form: type[RowForm],
        name: str,
        *,
        data: Mapping[str, Any] | None = None,
        initial: Sequence[Values] = (),
    ) -> None:
        self.form, self.name = form, name
        if data is None:
            self.forms = self._fresh(initial or [{}])
            return
        self.forms = [form(data, prefix=f"{name}-{n}") for n in range(self._count(data))]

    def _count(self, data: Mapping[str, Any]) -> int:
        sent = str(data.get(self.count_name, ""))
        return min(int(sent), MOST_ROWS) if sent.isdecimal() else 0

    def _fresh(self, initial: Iterable[Values]) -> list[RowForm]:
        return [
            self.form(initial=values, prefix=f"{self.name}-{n}") for n, values in enumerate(initial)
        ]

    @property
    def count_name(self) -> str:
        return f"{self.name}-count"

    @property
    def can_grow(self) -> bool:
        return len(self.forms) < MOST_ROWS

    def add(self) -> None:
        """One row more, with all that was typed in the others."""
        typed = [row.typed() for row in self.forms]
        self.forms = self._fresh([*typed, {}][:MOST_ROWS])
        first = next(iter(self.forms[-1].fields.values()))
        first.widget.attrs["data-focus"] = ""

    def remove(self, number: int) -> None:
        """Without this row; there is always one to type in."""
        typed = [row.typed() for n, row in enumerate(self.forms) if n != number]
        self.forms = self._fresh(typed or [{}])

    def is_valid(self) -> bool:
        """Whether all that was typed can be read; blank rows are left out."""
        checked = [row.is_valid() for row in self._filled()]
        return all(checked)

    def values(self) -> list[Values]:
        """What the rows say, in their order."""
        return [row.cleaned_data for row in self._filled()]

    def _filled(self) -> list[RowForm]:
        return [row for row in self.forms if not row.is_blank]
