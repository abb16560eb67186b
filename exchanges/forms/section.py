"""What the pages of a draft have in common. All of them let unfinished things be saved: what is
still missing for signing stands in the findings, not in the way of writing."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from exchanges.commitment.terms import JSON, section
from exchanges.forms.rows import Rows, UnfinishedForm
from exchanges.models import DraftSection, Exchange


class SectionForm(UnfinishedForm):
    """One section of a draft, with the revision that the person started from."""

    section_name: ClassVar[str]
    fields_template: ClassVar[str] = ""
    has_autosave: ClassVar[bool] = False

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, exchange: Exchange, row: DraftSection
    ) -> None:
        self.exchange, self.row = exchange, row
        self.written = section(row.name, row.content)
        initial = {**self.initial_values(), "revision": row.revision}
        super().__init__(data, initial=initial)
        self.rows = self.make_rows(data)
        self.prepare()

    def initial_values(self) -> dict[str, Any]:
        """What the fields say at first."""
        return dict(self.written.__dict__)

    def make_rows(self, data: Mapping[str, Any] | None) -> list[Rows]:
        return []

    def prepare(self) -> None:
        """Fill in what depends on the exchange."""

    def clean_revision(self) -> int:
        revision = self.cleaned_data["revision"]
        return self.row.revision if revision is None else int(revision)

    def is_valid(self) -> bool:
        return all([super().is_valid(), *(rows.is_valid() for rows in self.rows)])

    def press(self, button: str, value: str) -> None:
        """A button of the page that changes the form and saves nothing."""
        found = {rows.name: rows for rows in self.rows}
        name, _sep, number = value.partition("-")
        if button == "add" and name in found:
            found[name].add()
        elif button == "remove" and name in found and number.isdecimal():
            found[name].remove(int(number))

    @property
    def every_form(self) -> list[forms.Form]:
        """For the error summary."""
        return [self, *(row for rows in self.rows for row in rows.forms)]

    @property
    def options(self) -> dict[str, bool]:
        """What the service is asked to do besides."""
        return {}

    def content(self) -> JSON:
        """The section as it is to be kept."""
        raise NotImplementedError  # pragma: no cover
