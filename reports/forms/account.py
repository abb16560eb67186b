"""The bank account of the visitor."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core.types import Text
from reports.payment.account import (
    CHARACTERS,
    CHECK_DIGITS,
    COUNTRY,
    LENGTH,
    AccountFault,
    bic_of,
    is_bank_elsewhere,
    is_same_name,
    read_bic,
    read_iban,
)

IBAN_FAULTS: dict[str, Text] = {
    COUNTRY: gettext_lazy("An IBAN begins with the two letters of its country, such as FR or PT."),
    LENGTH: gettext_lazy("This IBAN is too short or too long for its country. Count its digits."),
    CHARACTERS: gettext_lazy("This IBAN has letters or digits where none can be. Copy it anew."),
    CHECK_DIGITS: gettext_lazy("A digit of this IBAN is wrong or two are exchanged. Compare them."),
}
BIC_FAULTS: dict[str, Text] = {
    COUNTRY: gettext_lazy("The fifth and sixth letter of a BIC name its country."),
    LENGTH: gettext_lazy("A BIC has 8 or 11 characters."),
    CHARACTERS: gettext_lazy("A BIC has letters and digits only."),
}
NUMBER = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}

BIC_ELSEWHERE = gettext_lazy(
    "This BIC is of a bank in another country than the IBAN. Correct one of them."
)


class AccountForm(forms.Form):
    """The BIC is found by the IBAN where it can be: then it is shown once to be looked at. A holder
    of another name than the organisation has to be confirmed."""

    holder = forms.CharField(
        label=gettext_lazy("Holder of the account"),
        help_text=gettext_lazy("Your organisation: a lump sum is not paid to a person."),
        max_length=140,
        error_messages={"required": gettext_lazy("Give the name of the account's holder.")},
    )
    iban = forms.CharField(
        label=gettext_lazy("IBAN"),
        max_length=60,
        widget=forms.TextInput(attrs=NUMBER),
        error_messages={"required": gettext_lazy("Give the IBAN.")},
    )
    bic = forms.CharField(
        label=gettext_lazy("BIC"),
        help_text=gettext_lazy("Leave it empty and we look it up where we can."),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs=NUMBER),
    )
    is_ours = forms.BooleanField(
        label=gettext_lazy("This account is our organisation's, although the names differ"),
        required=False,
    )

    def __init__(self, data: Any = None, *, organisation: str) -> None:
        super().__init__(data.copy() if data else None, initial={"holder": organisation})
        self.organisation = organisation
        self.asks_name = False

    def clean_iban(self) -> str:
        try:
            return read_iban(self.cleaned_data["iban"])
        except AccountFault as fault:
            raise ValidationError(IBAN_FAULTS[fault.code]) from fault

    def clean_bic(self) -> str:
        if not self.cleaned_data["bic"].strip():
            return ""
        try:
            return read_bic(self.cleaned_data["bic"])
        except AccountFault as fault:
            raise ValidationError(BIC_FAULTS.get(fault.code, BIC_FAULTS[CHARACTERS])) from fault

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("iban") and "bic" in cleaned:
            self._look_at_bic(cleaned["iban"], cleaned["bic"])
        holder = cleaned.get("holder", self.organisation)
        if not is_same_name(holder, self.organisation):
            self.asks_name = True
            if not cleaned.get("is_ours"):
                self.add_error(
                    "is_ours",
                    _("The holder is not called %(name)s. Correct it, or tick this box.")
                    % {"name": self.organisation},
                )
        return cleaned

    def _look_at_bic(self, iban: str, bic: str) -> None:
        if bic:
            if is_bank_elsewhere(iban, bic):
                self.add_error("bic", BIC_ELSEWHERE)
            return
        if found := bic_of(iban):
            self.data["bic"] = found
            self.add_error(
                "bic",
                _("By the IBAN it is %(bic)s. Look whether it is so, and save again.")
                % {"bic": found},
            )
            return
        self.add_error("bic", _("We could not find the BIC by the IBAN. Your bank tells it."))
