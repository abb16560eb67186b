"""The lump sum of a visit in person: what proves the journey, where the money goes, its states."""

from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock
from cxc_portal.core.workflow import TransitionRecord
from exchanges.enums import Capacity
from exchanges.models import Exchange
from profiles.models import Partnership, Profile, User
from reports.enums import EvidenceKind, EvidenceState, PaymentState

DIGEST_LENGTH = 64
REFERENCE_LENGTH = 35
"""Of an end-to-end reference in a SEPA transfer."""


def visiting_exchanges_of(user: Any) -> models.QuerySet[Exchange]:
    """The exchanges whose money the person may see: as a member of the visitor, or as staff of the
    visitor's partnership."""
    if not user.is_authenticated:
        return Exchange.objects.none()
    own = Profile.objects.of_member(user).values("pk")
    return Exchange.objects.filter(
        Q(visitor__in=own) | Q(visitor_partnership__in=user.staffed_partnership_ids)
    )


class OfVisitQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """The visitor's members and the staff of its partnership, nobody else."""
        return self.filter(exchange__in=visiting_exchanges_of(user).values("pk"))


class PaymentQuerySet(OfVisitQuerySet):
    def visible_to(self, user: Any) -> Self:
        """The Support Office sees amounts and states as well; never an account."""
        if user.is_authenticated and user.is_support:
            return self.all()
        return super().visible_to(user)


class EvidenceItem(models.Model):
    """One file that proves a part of the journey, and whether the partnership accepts it."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="evidence_items")
    kind = models.CharField(_("what it proves"), max_length=15, choices=EvidenceKind)
    state = models.CharField(
        _("state"), max_length=12, choices=EvidenceState, default=EvidenceState.WAITING
    )
    state_since = models.DateTimeField(_("since"), default=clock.now)
    file = models.FileField(_("file"), upload_to="evidence/")
    file_name = models.CharField(max_length=150)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=DIGEST_LENGTH)
    note = models.CharField(_("note"), max_length=300, blank=True)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=clock.now)

    objects = OfVisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("piece of evidence")
        verbose_name_plural = _("evidence")
        ordering = ["exchange", "uploaded_at", "pk"]
        indexes = [models.Index(fields=["state", "state_since"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=EvidenceKind.values), name="reports_evidence_kind"
            ),
            models.CheckConstraint(
                condition=Q(state__in=EvidenceState.values), name="reports_evidence_state"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.exchange_id}"

    def get_absolute_url(self) -> str:
        return reverse("reports:evidence", args=[self.ref])

    @property
    def ref(self) -> str:
        """The reference of its exchange, as it stands in addresses."""
        return self.exchange.ref


class OfEvidenceQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        seen = visiting_exchanges_of(user).values("pk")
        return self.filter(subject__exchange__in=seen)


class EvidenceStep(TransitionRecord):
    """One step of a piece of evidence."""

    subject = models.ForeignKey(EvidenceItem, on_delete=models.PROTECT, related_name="transitions")
    capacity = models.CharField(max_length=3, choices=Capacity, blank=True)

    objects = OfEvidenceQuerySet.as_manager()

    class Meta(TransitionRecord.Meta):
        verbose_name = _("step of evidence")
        verbose_name_plural = _("steps of evidence")
        indexes = [models.Index(fields=["subject", "at"])]


class BankAccount(models.Model):
    """Where the lump sum of one exchange goes. IBAN, BIC and holder are encrypted
    (`cxc_portal.core.vault`); `ending` are the last four characters, for the visitor to recognise.
    `revision` grows with each change, so that nobody approves or pays what they have not seen.
    """

    exchange = models.OneToOneField(Exchange, on_delete=models.PROTECT, related_name="bank_account")
    iban = models.BinaryField()
    bic = models.BinaryField()
    holder = models.BinaryField()
    ending = models.CharField(max_length=4)
    revision = models.PositiveIntegerField(default=1)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=clock.now)

    objects = OfVisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("bank account")
        verbose_name_plural = _("bank accounts")

    def __str__(self) -> str:
        return f"account for {self.exchange_id}"


class OfAccountQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(account__exchange__in=visiting_exchanges_of(user).values("pk"))


class AccountLook(models.Model):
    """Somebody read a bank account in full, on its page or in a file for accounting; `revision`
    says which one it was then."""

    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="looks")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(_("where"), max_length=60)
    revision = models.PositiveIntegerField(default=1)
    at = models.DateTimeField(default=clock.now)

    objects = OfAccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("look at a bank account")
        verbose_name_plural = _("looks at bank accounts")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"look at {self.account_id}"


class PaymentBatchQuerySet(models.QuerySet["PaymentBatch"]):
    def visible_to(self, user: Any) -> Self:
        if not user.is_authenticated:
            return self.none()
        return self.filter(partnership__in=user.staffed_partnership_ids)


class PaymentBatch(models.Model):
    """Payments handed to accounting together in one file."""

    partnership = models.ForeignKey(
        Partnership, on_delete=models.PROTECT, related_name="payment_batches"
    )
    number = models.PositiveIntegerField(_("number"))
    made_at = models.DateTimeField(_("made"), default=clock.now)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = PaymentBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("list of payments")
        verbose_name_plural = _("lists of payments")
        ordering = ["partnership", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["partnership", "number"], name="reports_batch_once")
        ]

    def __str__(self) -> str:
        return f"{self.partnership_id}/{self.number}"


class Payment(models.Model):
    """The lump sum of one visit in person.

    `computed` is what the rules give on the days really done (the plain values of
    `exchanges.commitment.lump_sum.LumpSum`), in whole EUR; `amount` is what is paid: the same, or
    less with a `reason`. `outward`, `homeward` and `accommodation` are the accepted pieces of
    evidence; without them, the visitor's validated report and an account there is no approval.
    `complete_at` is since when none of these is missing; `account_revision` is the account that it
    was approved for.
    """

    exchange = models.OneToOneField(Exchange, on_delete=models.PROTECT, related_name="payment")
    state = models.CharField(
        _("state"), max_length=12, choices=PaymentState, default=PaymentState.DUE
    )
    state_since = models.DateTimeField(_("since"), default=clock.now)
    computed = models.JSONField(default=dict, blank=True)
    computed_amount = models.PositiveIntegerField(_("by the rules (EUR)"), default=0)
    amount = models.PositiveIntegerField(_("amount (EUR)"), default=0)
    reason = models.CharField(_("why it is less"), max_length=500, blank=True)
    outward = models.ForeignKey(EvidenceItem, null=True, on_delete=models.PROTECT, related_name="+")
    homeward = models.ForeignKey(
        EvidenceItem, null=True, on_delete=models.PROTECT, related_name="+"
    )
    accommodation = models.ForeignKey(
        EvidenceItem, null=True, on_delete=models.PROTECT, related_name="+"
    )
    needs_accommodation = models.BooleanField(default=True)
    report_validated_at = models.DateTimeField(null=True, blank=True)
    has_account = models.BooleanField(default=False)
    complete_at = models.DateTimeField(_("complete"), null=True, blank=True)
    opened_at = models.DateTimeField(default=clock.now)
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    approved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    account_revision = models.PositiveIntegerField(null=True, blank=True)
    batch = models.ForeignKey(
        PaymentBatch, null=True, on_delete=models.PROTECT, related_name="payments"
    )
    paid_on = models.DateField(_("paid on"), null=True, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    paid_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(
        _("reference of the bank"), max_length=REFERENCE_LENGTH, blank=True
    )

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["opened_at", "pk"]
        indexes = [models.Index(fields=["state", "state_since"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=PaymentState.values), name="reports_payment_state"
            ),
            models.CheckConstraint(
                condition=Q(amount__lte=F("computed_amount")), name="reports_payment_never_more"
            ),
            models.CheckConstraint(
                condition=Q(amount=F("computed_amount")) | ~Q(reason=""),
                name="reports_payment_less_has_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[PaymentState.APPROVED, PaymentState.PAID])
                | (
                    Q(
                        outward__isnull=False,
                        homeward__isnull=False,
                        report_validated_at__isnull=False,
                        has_account=True,
                        approved_at__isnull=False,
                        approved_by__isnull=False,
                        amount__gt=0,
                    )
                    & (Q(needs_accommodation=False) | Q(accommodation__isnull=False))
                ),
                name="reports_payment_approved_is_complete",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[PaymentState.PAID, PaymentState.RECOVERED])
                | Q(paid_on__isnull=False, paid_at__isnull=False, paid_by__isnull=False),
                name="reports_payment_paid_has_day",
            ),
        ]

    def __str__(self) -> str:
        return f"payment for {self.exchange_id}"

    def get_absolute_url(self) -> str:
        return reverse("reports:payment", args=[self.ref])

    @property
    def ref(self) -> str:
        """The reference of its exchange: in addresses, and end to end in the transfer."""
        return self.exchange.ref


class OfPaymentQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(subject__in=Payment.objects.visible_to(user).values("pk"))


class PaymentStep(TransitionRecord):
    """One step of a payment."""

    subject = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="transitions")
    capacity = models.CharField(max_length=3, choices=Capacity, blank=True)

    objects = OfPaymentQuerySet.as_manager()

    class Meta(TransitionRecord.Meta):
        verbose_name = _("step of a payment")
        verbose_name_plural = _("steps of payments")
        indexes = [models.Index(fields=["subject", "at"])]
