"""Approving, paying, and what narrows the payments."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core import clock
from cxc_portal.core.errors import DomainError
from cxc_portal.core.files import MEGABYTE
from cxc_portal.core.forms import DateInput
from cxc_portal.core.types import Text
from profiles.csv_records import read_lines
from profiles.forms.narrowing import NarrowingForm
from profiles.models import Partnership
from reports.models import Payment
from reports.models.payment import REFERENCE_LENGTH
from reports.payment.bank_list import (
    MISSING,
    NO_AMOUNT,
    NO_DAY,
    TOO_LONG,
    Booking,
    ColumnsMissing,
    Fault,
    read_bookings,
)
from reports.queries.payments import PaymentFilters, Reason, Show

ANY = [("", gettext_lazy("Any"))]
REASON_LENGTH = 500
MOST_AT_ONCE = 200
LARGEST_LIST = 2 * MEGABYTE
TICK_ONE = gettext_lazy("Tick at least one payment.")
PROBLEMS: dict[str, Text] = {
    MISSING: gettext_lazy("This cell is empty."),
    NO_DAY: gettext_lazy("“%(value)s” is no day. Write 2027-03-01 or 01.03.2027."),
    NO_AMOUNT: gettext_lazy("“%(value)s” is no amount. Write 450.00."),
    TOO_LONG: gettext_lazy("The reference is longer than 35 characters."),
}


class AccountSeenForm(forms.Form):
    """Carries which bank account stood on the page, by its revision and never by its numbers."""

    account = forms.IntegerField(
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(
            ("required", "invalid"), gettext_lazy("Open the page anew, then press again.")
        ),
    )

    def __init__(self, data: Any = None, *, account: int, initial: Any = None) -> None:
        super().__init__(data, initial={**(initial or {}), "account": account})


class ApproveForm(AccountSeenForm):
    """The amount: that of the rules unless a reason is given."""

    amount = forms.IntegerField(
        label=gettext_lazy("Amount in EUR"),
        min_value=1,
        error_messages={"required": gettext_lazy("Give the amount.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("Why it is less"),
        help_text=gettext_lazy("Only for less than the rules give. The visitor reads it."),
        max_length=REASON_LENGTH,
        required=False,
    )

    def __init__(self, data: Any = None, *, payment: Payment, account: int) -> None:
        super().__init__(data, account=account, initial={"amount": payment.computed_amount})
        self.payment = payment
        self.fields["amount"].help_text = _("By the rules at most %(most)s EUR.") % {
            "most": payment.computed_amount
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        amount, most = cleaned.get("amount"), self.payment.computed_amount
        if amount is not None and amount > most:
            self.add_error(
                "amount", _("By the rules at most %(most)s EUR are due.") % {"most": most}
            )
        elif amount is not None and amount < most and not cleaned.get("reason", "").strip():
            self.add_error("reason", _("Say why it is less; the visitor reads it."))
        return cleaned


class PaidForm(AccountSeenForm):
    """The day of the transfer, and how the bank calls it."""

    paid_on = forms.DateField(
        label=gettext_lazy("Paid on"),
        widget=DateInput,
        initial=clock.today,
        error_messages={"required": gettext_lazy("Give the day of the transfer.")},
    )
    reference = forms.CharField(
        label=gettext_lazy("Reference of the bank"), max_length=REFERENCE_LENGTH, required=False
    )


class CommentForm(forms.Form):
    """Why a step is taken."""

    comment = forms.CharField(
        label=gettext_lazy("Why?"),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Say why in a sentence.")},
    )

    def __init__(self, data: Any = None, *, name: str) -> None:
        super().__init__(data, prefix=name)


class FiltersForm(NarrowingForm):
    """Partnership is asked of whoever works for several."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Waits for"), required=False, choices=[*ANY, *Reason.choices]
    )
    late = forms.BooleanField(label=gettext_lazy("Late ones only"), required=False)
    show = forms.ChoiceField(
        required=False, choices=Show.choices, widget=forms.HiddenInput, initial=Show.PAYABLE
    )

    def __init__(self, data: QueryDict, partnerships: Sequence[Partnership]) -> None:
        super().__init__(data, partnerships)
        self.is_valid()
        if self.view != Show.BLOCKED:
            del self.fields["reason"]

    @property
    def view(self) -> Show:
        return Show(self.cleaned_data.get("show") or Show.PAYABLE)

    @property
    def filters(self) -> PaymentFilters:
        """What was chosen; what makes no sense counts as not chosen."""
        chosen = self.cleaned_data
        return PaymentFilters(
            partnership=chosen.get("partnership"),
            reason=chosen.get("reason", "") if self.view == Show.BLOCKED else "",
            text=chosen.get("text", "").strip(),
            is_late=chosen.get("late", False),
        )


class TickedForm(forms.Form):
    """The payments that were ticked, by their keys."""

    payment = forms.TypedMultipleChoiceField(
        coerce=int,
        widget=forms.MultipleHiddenInput,
        error_messages=dict.fromkeys(("required", "invalid_choice"), TICK_ONE),
    )

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        given = [key for key in data.getlist("payment") if key.isdecimal()][:MOST_AT_ONCE]
        self.fields["payment"].choices = [(key, key) for key in given]


class BankListForm(forms.Form):
    """What the bank has paid. Cleans to its bookings; `faults` are the rows that cannot be read."""

    file = forms.FileField(
        label=gettext_lazy("The bank's list"),
        help_text=gettext_lazy(
            "A CSV file with the columns end_to_end_id, date, amount and reference."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        error_messages={
            "required": gettext_lazy("Choose the file first."),
            "empty": gettext_lazy("The file is empty."),
        },
    )
    bookings: Sequence[Booking] = ()
    faults: Sequence[Fault] = ()

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > LARGEST_LIST:
            raise ValidationError(_("The file is larger than 2 MB. Split it and send the parts."))
        try:
            lines = read_lines(BytesIO(upload.read()))
            self.bookings, self.faults = read_bookings(lines)
        except DomainError as refused:
            raise ValidationError(str(refused)) from refused
        except ColumnsMissing as missing:
            raise ValidationError(
                _("The first row lacks these columns: %(names)s.")
                % {"names": ", ".join(missing.names)}
            ) from missing
        return upload


def in_words(fault: Fault) -> str:
    """What is wrong with one cell."""
    return str(PROBLEMS[fault.problem]) % {"value": fault.value}
