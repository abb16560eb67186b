"""What people say while an exchange runs."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core import files
from cxc_portal.core.files import (
    DOC,
    DOCX,
    JPEG,
    MEGABYTE,
    ODT,
    PDF,
    PNG,
    AcceptedFile,
    FileKind,
)
from cxc_portal.core.forms import DateInput, HintedRadioSelect
from exchanges.enums import Capacity, IncidentKind, IncidentSeverity, InterruptionKind
from exchanges.models import Exchange
from exchanges.models.follow_up import TEXT_LENGTH
from exchanges.queries.follow_up import Session
from exchanges.services.attendance import Note

DAY = "j F Y"
YES, NO = "yes", "no"
NOTE_LENGTH = 300
PROOF = FileKind(
    endings=(PDF, PNG, JPEG, DOC, DOCX, ODT),
    max_bytes=10 * MEGABYTE,
    wanted=gettext_lazy("a PDF, PNG, JPEG, Word or OpenDocument text without macros"),
)
RATINGS = [
    (5, gettext_lazy("5 – very well")),
    (4, gettext_lazy("4 – well")),
    (3, gettext_lazy("3 – so-so")),
    (2, gettext_lazy("2 – badly")),
    (1, gettext_lazy("1 – very badly")),
]
SEVERITIES = {
    IncidentSeverity.LOW: gettext_lazy("The two of you can settle it when there is time."),
    IncidentSeverity.MEDIUM: gettext_lazy("The two of you settle it now."),
    IncidentSeverity.HIGH: gettext_lazy("Your partnership is asked in at once."),
}
KINDS = {
    InterruptionKind.EARLY_END: gettext_lazy("The exchange ends before its last day."),
    InterruptionKind.POSTPONE: gettext_lazy(
        "Because of force majeure: illness, a strike, a closed border. You choose new days."
    ),
    InterruptionKind.GO_VIRTUAL: gettext_lazy(
        "Because of force majeure: you meet online instead, without a lump sum."
    ),
    InterruptionKind.CANCEL: gettext_lazy(
        "Because of force majeure: it does not take place at all."
    ),
}


class MidwayForm(forms.Form):
    """One number, and a few words if wanted."""

    rating = forms.TypedChoiceField(
        label=gettext_lazy("How does it go so far?"),
        choices=RATINGS,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a number.")},
    )
    text = forms.CharField(
        label=gettext_lazy("What should change?"),
        required=False,
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Both partnerships can read it."),
    )


class AttendanceForm(forms.Form):
    """For each session that has begun: whether both took part, and a remark."""

    def __init__(self, *args: Any, sessions: Iterable[Session], side: Capacity, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.keys = [session.slot.key for session in sessions]
        for session in sessions:
            key, noted = session.slot.key, session.noted[side]
            day = date_format(session.starts_at.date(), DAY)
            self.fields[f"took_part_{key}"] = forms.ChoiceField(
                label=f"{day}: {session.slot.title}",
                choices=[(YES, _("Both took part")), (NO, _("Not both"))],
                required=False,
                widget=forms.RadioSelect,
                initial=None if noted is None else (YES if noted else NO),
            )
            self.fields[f"note_{key}"] = forms.CharField(
                label=_("Remark on “%(title)s”") % {"title": session.slot.title},
                required=False,
                max_length=NOTE_LENGTH,
                initial=session.notes[side],
            )

    @property
    def notes(self) -> dict[str, Note]:
        """What was said, by the keys of the slots; nothing about those left open."""
        said = self.cleaned_data
        return {
            key: Note(said[f"took_part_{key}"] == YES, said[f"note_{key}"])
            for key in self.keys
            if said[f"took_part_{key}"]
        }


class IncidentForm(forms.Form):
    """What happened, what it is about and how bad it is."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What is it about?"),
        choices=IncidentKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what it is about.")},
    )
    severity = forms.ChoiceField(
        label=gettext_lazy("How bad is it?"),
        choices=IncidentSeverity.choices,
        widget=HintedRadioSelect(hints=SEVERITIES),
        error_messages={"required": gettext_lazy("Choose how bad it is.")},
    )
    text = forms.CharField(
        label=gettext_lazy("What happened?"),
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("The other side and both partnerships read it."),
        error_messages={"required": gettext_lazy("Say in a few words what happened.")},
    )


class WordsForm(forms.Form):
    """A text that others read: a comment, what was agreed, a reason."""

    comment = forms.CharField(
        label=gettext_lazy("Your words"),
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say it in a few words.")},
    )

    def __init__(self, *args: Any, label: str, help_text: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["comment"].label = label
        self.fields["comment"].help_text = help_text


class InterruptionKindForm(forms.Form):
    """What is asked: enough to compute what follows."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What would you like to ask for?"),
        widget=HintedRadioSelect(hints=KINDS),
        error_messages={"required": gettext_lazy("Choose what you would like to ask for.")},
    )
    last_day = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        widget=DateInput,
        help_text=gettext_lazy("Only for an early end: the last day on which you work together."),
    )
    is_force_majeure = forms.BooleanField(
        label=gettext_lazy("The early end is caused by force majeure"),
        required=False,
        help_text=gettext_lazy("Such as illness, a strike or a closed border."),
    )

    def __init__(
        self, *args: Any, exchange: Exchange, kinds: Iterable[InterruptionKind], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.exchange = exchange
        kinds = list(kinds)
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]
        if InterruptionKind.EARLY_END not in kinds:
            del self.fields["last_day"], self.fields["is_force_majeure"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("kind") != InterruptionKind.EARLY_END:
            cleaned |= {"last_day": None, "is_force_majeure": False}
        elif "last_day" not in self.errors:
            self._check_last_day(cleaned.get("last_day"))
        return cleaned

    def _check_last_day(self, day: Any) -> None:
        first, last = self.exchange.starts_on, self.exchange.ends_on
        if day is None or first is None or last is None or not first <= day < last:
            text = _("Choose a day from %(first)s on and before %(last)s.")
            days = {"first": date_format(first, DAY), "last": date_format(last, DAY)}
            self.add_error("last_day", text % days)


class InterruptionForm(forms.Form):
    """Why, and what proves it."""

    reason = forms.CharField(
        label=gettext_lazy("Why?"),
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("All four parties read it."),
        error_messages={"required": gettext_lazy("Give the reason in a few words.")},
    )
    proof = forms.FileField(
        label=gettext_lazy("Proof"),
        required=False,
        widget=forms.FileInput(attrs={"accept": PROOF.accept}),
        help_text=gettext_lazy("Such as a certificate or a notice of the carrier; at most 10 MB."),
    )

    def clean_proof(self) -> AcceptedFile | None:
        upload = self.cleaned_data["proof"]
        return files.accept(upload, PROOF) if upload else None
