"""The frozen versions of a commitment, and who signed them."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock
from cxc_portal.core.workflow import TransitionRecord
from exchanges.enums import OPEN_VERSIONS, Capacity, SignatureMethod, VersionState
from exchanges.models.exchange import Exchange, OfExchangeQuerySet
from profiles.models import Partnership, User

DIGEST_LENGTH = 64
SHORT_DIGEST = 12
REASON_LENGTH = 1000


class CommitmentVersion(models.Model):
    """Version *n* of a commitment: a snapshot of every printed value with its SHA-256.

    `terms` within the snapshot is the draft at the moment of freezing. Nothing of it ever changes;
    an edit makes a further version. Version 1 validates the exchange, later ones amend it.
    """

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    state = models.CharField(
        _("state"), max_length=12, choices=VersionState, default=VersionState.SIGNING
    )
    state_since = models.DateTimeField(_("since"), default=clock.now)
    snapshot = models.JSONField()
    digest = models.CharField(max_length=DIGEST_LENGTH)
    template_version = models.PositiveIntegerField()
    language = models.CharField(max_length=10)
    is_amendment = models.BooleanField(_("amendment"), default=False)
    reason = models.CharField(_("why it is changed"), max_length=REASON_LENGTH, blank=True)
    frozen_at = models.DateTimeField(_("frozen"), default=clock.now)
    frozen_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    in_force_at = models.DateTimeField(null=True, blank=True)

    objects = OfExchangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a commitment")
        verbose_name_plural = _("versions of commitments")
        ordering = ["exchange", "number"]
        constraints = [
            models.UniqueConstraint(fields=["exchange", "number"], name="exchanges_version_once"),
            models.UniqueConstraint(
                fields=["exchange"],
                condition=Q(state__in=OPEN_VERSIONS),
                name="exchanges_version_one_open",
            ),
            models.UniqueConstraint(
                fields=["exchange"],
                condition=Q(state=VersionState.IN_FORCE),
                name="exchanges_version_one_in_force",
            ),
            models.CheckConstraint(
                condition=Q(state__in=VersionState.values), name="exchanges_version_state"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[VersionState.IN_FORCE, VersionState.SUPERSEDED])
                | Q(in_force_at__isnull=False),
                name="exchanges_version_in_force_has_time",
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="exchanges_version_number"),
        ]

    def __str__(self) -> str:
        return f"version {self.number} of {self.exchange_id}"

    def get_absolute_url(self) -> str:
        return reverse("exchanges:version", args=[self.ref, self.number])

    @property
    def ref(self) -> str:
        """The reference of its exchange, as it stands in addresses."""
        return self.exchange.ref

    @property
    def is_open(self) -> bool:
        """Whether signatures are still awaited."""
        return self.state in OPEN_VERSIONS

    @property
    def name(self) -> str:
        return f"{self.ref} v{self.number}"

    @property
    def short_digest(self) -> str:
        """Enough of the digest to recognise it by eye."""
        return self.digest[:SHORT_DIGEST]

    def signed_capacities(self) -> set[str]:
        """In which capacities it is signed; prefetched `signatures` are used."""
        return {signature.capacity for signature in self.signatures.all()}


class OfVersionQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        seen = Exchange.objects.visible_to(user).values("pk")
        return self.filter(version__exchange__in=seen)


class Signature(models.Model):
    """One party's signature under one version: who, as what, agreeing to which sentence, when, how.

    `digest` repeats the version's, so that a signature says by itself what was signed. On paper,
    `entered_by` attached the scan, for the party or (with `entered_for`) on its behalf.
    """

    version = models.ForeignKey(
        CommitmentVersion, on_delete=models.PROTECT, related_name="signatures"
    )
    capacity = models.CharField(max_length=3, choices=Capacity)
    signer = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    signer_name = models.CharField(_("name"), max_length=160)
    sentence = models.TextField(_("sentence agreed to"))
    method = models.CharField(_("proof of identity"), max_length=15, choices=SignatureMethod)
    digest = models.CharField(max_length=DIGEST_LENGTH)
    signed_at = models.DateTimeField(_("signed"), default=clock.now)
    delegation = models.ForeignKey(
        "exchanges.Delegation", null=True, on_delete=models.PROTECT, related_name="signatures"
    )
    scan = models.FileField(upload_to="scans/", blank=True)
    scan_digest = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    signed_on = models.DateField(_("signed on paper on"), null=True, blank=True)
    entered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    entered_for = models.ForeignKey(
        Partnership, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = OfVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        ordering = ["signed_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "capacity"], name="exchanges_signature_once"
            ),
            models.CheckConstraint(
                condition=Q(capacity__in=Capacity.values), name="exchanges_signature_capacity"
            ),
            models.CheckConstraint(
                condition=Q(
                    method=SignatureMethod.PAPER,
                    entered_by__isnull=False,
                    signed_on__isnull=False,
                )
                & ~Q(scan="")
                | ~Q(method=SignatureMethod.PAPER) & Q(signer__isnull=False, scan=""),
                name="exchanges_signature_paper_has_scan",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.capacity} of version {self.version_id}"


class Delegation(models.Model):
    """A signatory names a colleague who signs instead; the latest one that stands counts."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="delegations")
    capacity = models.CharField(max_length=3, choices=Capacity)
    delegator = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    delegate = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=REASON_LENGTH, blank=True)
    at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = OfExchangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["exchange", "capacity"],
                condition=Q(ended_at__isnull=True),
                name="exchanges_delegation_one_stands",
            ),
            models.CheckConstraint(
                condition=Q(capacity__in=Capacity.values), name="exchanges_delegation_capacity"
            ),
            models.CheckConstraint(
                condition=~Q(delegator=models.F("delegate")), name="exchanges_delegation_to_other"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.capacity} of {self.exchange_id}"


class SigningReminder(models.Model):
    """Whoever has yet to sign was reminded: by a person, or by itself on one of the `level`s (1, 2)
    before the start."""

    version = models.ForeignKey(
        CommitmentVersion, on_delete=models.PROTECT, related_name="reminders"
    )
    capacity = models.CharField(max_length=3, choices=Capacity)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField(default=clock.now)

    objects = OfVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder to sign")
        verbose_name_plural = _("reminders to sign")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(capacity__in=Capacity.values), name="exchanges_signingreminder_capacity"
            ),
            models.CheckConstraint(
                condition=Q(level=0, by__isnull=False) | Q(level__gt=0, by__isnull=True),
                name="exchanges_signingreminder_by",
            ),
            models.UniqueConstraint(
                fields=["version", "capacity", "level"],
                condition=Q(level__gt=0),
                name="exchanges_signingreminder_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.capacity} of version {self.version_id}"


class OfSubjectQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        seen = Exchange.objects.visible_to(user).values("pk")
        return self.filter(subject__exchange__in=seen)


class CommitmentStep(TransitionRecord):
    """One step of a version, and in which capacity it was taken."""

    subject = models.ForeignKey(
        CommitmentVersion, on_delete=models.PROTECT, related_name="transitions"
    )
    capacity = models.CharField(max_length=3, choices=Capacity, blank=True)

    objects = OfSubjectQuerySet.as_manager()

    class Meta(TransitionRecord.Meta):
        verbose_name = _("step of a commitment")
        verbose_name_plural = _("steps of commitments")
        indexes = [models.Index(fields=["subject", "at"])]


class CommitmentFile(models.Model):
    """A file that goes with the commitment, such as a map or a welcome pack."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="files")
    title = models.CharField(_("title"), max_length=120)
    file = models.FileField(upload_to="commitments/")
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=DIGEST_LENGTH)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=clock.now)

    objects = OfExchangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("file of a commitment")
        verbose_name_plural = _("files of commitments")
        ordering = ["added_at", "pk"]

    def __str__(self) -> str:
        return self.title
