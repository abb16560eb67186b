"""Whether a document is genuine, for anybody who holds the file or reads its code."""

from typing import Any

from allauth.decorators import rate_limit
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cxc_portal.core import access, documents
from cxc_portal.core.documents import Status, Verdict
from cxc_portal.core.documents.snapshots import tidy_code
from cxc_portal.core.documents.verification import LARGEST, in_words
from cxc_portal.core.types import Text

WORDS: dict[Status, tuple[Text, str]] = {
    Status.VALID: (gettext_lazy("Valid"), "success"),
    Status.SUPERSEDED: (gettext_lazy("Genuine, but superseded"), "warning"),
    Status.ALTERED: (gettext_lazy("Altered"), "error"),
    Status.UNKNOWN: (gettext_lazy("Unknown"), "info"),
    Status.UNFINISHED: (gettext_lazy("Not finished yet"), "info"),
}
"""The word for each status, and the kind of notice whose icon and tint stand beside it."""


class VerifyForm(forms.Form):
    """The file, or the code that is printed on it."""

    file = forms.FileField(
        label=gettext_lazy("The file"),
        help_text=gettext_lazy("The PDF as you received it. We look at it and keep nothing of it."),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".pdf,application/pdf"}),
    )
    code = forms.CharField(
        label=gettext_lazy("Or the code"),
        help_text=gettext_lazy(
            "20 letters and digits on the last page, such as ABCDE-FGHJK-LMNPQ-RSTUV. Small "
            "letters and missing dashes do not matter."
        ),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and file.size > LARGEST:
            raise forms.ValidationError(
                _("The file is larger than %(most)s, which no document of ours is."),
                code="too_large",
                params={"most": filesizeformat(LARGEST)},
            )
        return file

    def clean_code(self) -> str:
        typed: str = self.cleaned_data["code"]
        if typed and not tidy_code(typed):
            raise forms.ValidationError(
                _(
                    "A code has 20 letters and digits, and none of them is I, O, 0 or 1. Compare "
                    "it with the one on the document."
                ),
                code="no_code",
            )
        return tidy_code(typed)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors and not given["file"] and not given["code"]:
            raise forms.ValidationError(_("Choose the file, or type the code."), code="nothing")
        return given


@access.public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@rate_limit(action="verify")  # type: ignore[untyped-decorator]
def verify(request: HttpRequest) -> HttpResponse:
    """Takes a file, or a code, which then stands in the address. Nothing is kept."""
    if request.method != "POST":
        return render(request, "core/verify.html", {"form": VerifyForm()})
    form = VerifyForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "core/verify.html", {"form": form})
    if file := form.cleaned_data["file"]:
        return _answer(request, documents.verify(file.read()), file_name=file.name)
    return redirect("core:verify_code", code=form.cleaned_data["code"])


@access.public
@never_cache
@require_safe
@rate_limit(action="verify", limit_get=True)  # type: ignore[untyped-decorator]
def verify_code(request: HttpRequest, code: str) -> HttpResponse:
    """Where the QR code of a document leads."""
    return _answer(request, documents.verify_code(code))


def _answer(request: HttpRequest, verdict: Verdict, *, file_name: str = "") -> HttpResponse:
    word, kind = WORDS[verdict.status]
    context = {
        "verdict": verdict,
        "word": word,
        "kind": kind,
        "file_name": file_name,
        "facts": [*verdict.facts, *_seal_facts(verdict)],
        "is_known": verdict.status in (Status.VALID, Status.SUPERSEDED),
    }
    status = 404 if verdict.status == Status.UNKNOWN and not file_name else 200
    return render(request, "core/verify_result.html", context, status=status)


def _seal_facts(verdict: Verdict) -> list[tuple[Text, Text]]:
    if verdict.seal is None:
        return []
    return [
        (_("Sealed by"), verdict.seal.by),
        (_("Sealed"), in_words(verdict.seal.at)),
        (_("Certificate (SHA-256)"), verdict.seal.fingerprint),
    ]
