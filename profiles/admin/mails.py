"""What the portal has mailed: to whom, when, with which words, and whether it arrived."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cxc_portal.core import access, mail
from cxc_portal.core.errors import DomainError
from cxc_portal.core.mail.links import TOLD
from cxc_portal.core.models import MailStatus, OutgoingMail
from cxc_portal.core.types import Text
from profiles.admin.base import DeskAdmin, ListFilter, page, shown
from profiles.admin.site import desk
from profiles.models import Partnership, Profile, StaffRole, User

TONES = {
    MailStatus.QUEUED: ("info", "hourglass"),
    MailStatus.SENDING: ("info", "hourglass"),
    MailStatus.SENT: ("success", "check"),
    MailStatus.BUNDLED: ("success", "mail"),
    MailStatus.FAILED: ("danger", "warning"),
    MailStatus.CANCELLED: ("", "x"),
    MailStatus.UNWANTED: ("", "dash-circle"),
}
REACTIONS = {
    "acted": (gettext_lazy("Acted"), Q(acted_at__isnull=False)),
    "opened": (
        gettext_lazy("Opened the link, has not acted"),
        Q(opened_at__isnull=False, acted_at__isnull=True),
    ),
    "none": (
        gettext_lazy("Neither opened nor acted"),
        Q(opened_at__isnull=True, acted_at__isnull=True, status__in=TOLD),
    ),
}


def mails_seen_by(user: User) -> QuerySet[OutgoingMail]:
    """All for the Support Office; for others those about profiles at their desk and about their
    partnership, save what went to another partnership's people."""
    if user.is_support:
        return OutgoingMail.objects.all()
    own = user.staffed_partnership_ids
    profiles = Profile.objects.validated_by(user)
    partnerships = Partnership.objects.filter(pk__in=own)
    elsewhere = StaffRole.objects.exclude(
        user__in=StaffRole.objects.filter(partnership__in=own).values("user")
    )
    mails = OutgoingMail.objects.about(profiles) | OutgoingMail.objects.about(partnerships)
    return mails.exclude(recipient__in=elsewhere.values("user"))


def mails_about(profile: Profile, user: User) -> list[dict[str, Any]]:
    """The mails about one profile that the reader may see, the latest first."""
    about = {"about_type": profile._meta.label_lower, "about_id": str(profile.pk)}
    return [
        {"mail": row, "url": url_of(row), "badge": badge(row)}
        for row in mails_seen_by(user).filter(**about)[:50]
    ]


def url_of(row: OutgoingMail) -> str:
    return reverse("admin:core_outgoingmail_change", args=[row.pk])


def badge(row: OutgoingMail) -> dict[str, Any]:
    """The status as the component `badge` shows it."""
    tone, icon = TONES[MailStatus(row.status)]
    return {"text": row.get_status_display(), "tone": tone, "icon": icon}


def reaction(row: OutgoingMail) -> dict[str, Any] | None:
    """What the reader did with it, as the component `badge` shows it."""
    if row.acted_at:
        return {"text": _("Acted"), "tone": "success", "icon": "check-circle"}
    if row.opened_at:
        return {"text": _("Link opened"), "tone": "info", "icon": "link"}
    return None


class StatusFilter(ListFilter):
    title = gettext_lazy("Status")
    parameter_name = "is"
    any_label = gettext_lazy("Any status")

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Text]]:
        return list(MailStatus.choices)

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[OutgoingMail]
    ) -> QuerySet[OutgoingMail]:
        return queryset.filter(status=self.value()) if self.value() else queryset


class ReactionFilter(ListFilter):
    title = gettext_lazy("Reader")
    parameter_name = "reader"
    any_label = gettext_lazy("Any reader")

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Text]]:
        return [(name, label) for name, (label, _condition) in REACTIONS.items()]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[OutgoingMail]
    ) -> QuerySet[OutgoingMail]:
        _label, condition = REACTIONS.get(self.value() or "", ("", Q()))
        return queryset.filter(condition)


class KindFilter(ListFilter):
    """The occasions of the mails that the portal knows, not only of those in the list."""

    title = gettext_lazy("Occasion")
    parameter_name = "about"
    any_label = gettext_lazy("Any occasion")

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Text]]:
        user: Any = request.user
        return [
            (kind.name, kind.occasion)
            for kind in mail.kinds()
            if user.is_support or not kind.is_confidential
        ]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[OutgoingMail]
    ) -> QuerySet[OutgoingMail]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(OutgoingMail, site=desk)
class MailAdmin(DeskAdmin):
    """The list of mails and the page of each."""

    family = "mails"
    name = gettext_lazy("Mails")
    lead = gettext_lazy(
        "Decisions are mailed once they can no longer be undone, and nobody gets more than one "
        "letter a day. A mail that failed can be sent again."
    )
    empty_title = gettext_lazy("No mail here")
    list_display = ("subject", "to", "state", "reader", "created_at", "sent_at")
    list_filter = (StatusFilter, ReactionFilter, KindFilter)
    search_fields = ("subject", "to")
    search_help_text = gettext_lazy("Subject or address")
    ordering = ("-created_at", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[OutgoingMail]:
        user: Any = request.user
        return mails_seen_by(user).select_related("recipient", "bundle")

    def page_urls(self) -> list[URLPattern]:
        return [
            self.named("<int:pk>/change/", self.mail_view, "change"),
            self.named("<int:pk>/resend/", require_POST(self.resend_view), "resend"),
        ]

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def state(self, row: OutgoingMail) -> Any:
        return badge(row)

    @admin.display(description=gettext_lazy("reader"))
    def reader(self, row: OutgoingMail) -> Any:
        return reaction(row)

    def mail_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One mail with its words, unless they are nobody's business."""
        row = access.get_visible(self.get_queryset(request), pk=pk)
        context = self.context(
            request,
            mail=row,
            facts=_facts(row),
            badges=[one for one in (badge(row), reaction(row)) if one],
            subject_url=_profile_url(request, row),
            can_resend=row.status == MailStatus.FAILED,
            resend_url=self.url_of(request, row.pk, "resend"),
        )
        return page(request, "profiles/desk/mail.html", context)

    def resend_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = access.get_visible(self.get_queryset(request), pk=pk)
        try:
            mail.resend(mail_id=row.pk, actor=request.user)
        except DomainError as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("The mail is on its way again."))
        return redirect(self.url_of(request, pk))


def _facts(row: OutgoingMail) -> list[tuple[Text, Text]]:
    occasions = {kind.name: kind.occasion for kind in mail.kinds()}
    facts: list[tuple[Text, Text]] = [
        (_("To"), f"{row.recipient} <{row.to}>" if row.recipient else row.to),
        (_("Occasion"), occasions.get(row.kind, row.kind)),
        (_("Written"), shown(row.created_at)),
        (_("Goes out"), _goes_out(row)),
        (_("Sent"), shown(row.sent_at)),
        (_("Link opened"), shown(row.opened_at)),
        (_("Acted"), shown(row.acted_at)),
        (_("Attempts"), str(row.attempts)),
    ]
    if row.bundle:
        facts.insert(4, (_("Told in"), f"“{row.bundle.subject}”"))
    return facts


def _goes_out(row: OutgoingMail) -> Text:
    after = shown(row.send_after)
    if row.bundle or row.is_paced:
        return _("in the letter of the day, not before %(moment)s") % {"moment": after}
    return _("by itself, not before %(moment)s") % {"moment": after}


def _profile_url(request: HttpRequest, row: OutgoingMail) -> str:
    """The page of the profile that the mail is about."""
    if row.about_type != Profile._meta.label_lower:
        return ""
    user: Any = request.user
    profile = Profile.objects.validated_by(user).filter(pk=row.about_id).first()
    return reverse("admin:profiles_profile_change", args=[profile.ref]) if profile else ""
