"""Why an exchange is cancelled."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matching.forms.match import ReasonForm


class CancelForm(ReasonForm):
    reasons = (
        gettext_lazy("Our plans have changed."),
        gettext_lazy("The people who were to take part cannot come."),
        gettext_lazy("The days no longer suit us."),
        gettext_lazy("Travel is not possible at present."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].help_text = _("The other parties read it.")
