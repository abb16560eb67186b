"""Who works for whom: members of organisations, staff of partnerships, invitations."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock
from profiles.enums import StaffRoleName
from profiles.models.organisation import Organisation
from profiles.models.reference import Partnership
from profiles.models.user import User


class MembershipQuerySet(models.QuerySet["Membership"]):
    def visible_to(self, user: Any) -> Self:
        """The members of the organisations that the user sees."""
        return self.filter(organisation__in=Organisation.objects.visible_to(user).values("pk"))


class Membership(models.Model):
    """A person who acts for an organisation."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="memberships"
    )
    joined_at = models.DateTimeField(default=clock.now)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation"], name="profiles_membership_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.organisation_id}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def visible_to(self, user: Any) -> Self:
        """The invitations of the organisations that the user belongs to."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(
            organisation__in=Membership.objects.filter(user=user).values("organisation")
        )


class Invitation(models.Model):
    """A colleague asked to join an organisation, bound to one address."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="invitations"
    )
    email = models.EmailField(_("e-mail address"), max_length=254)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                "organisation",
                Lower("email"),
                condition=Q(accepted_at__isnull=True),
                name="profiles_invitation_open_once",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="profiles_invitation_accepted",
            ),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class StaffRoleQuerySet(models.QuerySet["StaffRole"]):
    def visible_to(self, user: Any) -> Self:
        """One's own; coordinators those of their partnership; the Support Office all."""
        if not user.is_authenticated:
            return self.none()
        if user.is_support:
            return self.all()
        return self.filter(Q(user=user) | Q(partnership__in=user.coordinated_partnership_ids))


class StaffRole(models.Model):
    """A role beside taking part. Officers and coordinators have it for one partnership."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="staff_roles")
    role = models.CharField(_("role"), max_length=15, choices=StaffRoleName)
    partnership = models.ForeignKey(
        Partnership, null=True, blank=True, on_delete=models.PROTECT, related_name="staff_roles"
    )

    objects = StaffRoleQuerySet.as_manager()

    class Meta:
        verbose_name = _("staff role")
        verbose_name_plural = _("staff roles")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "partnership"],
                condition=Q(partnership__isnull=False),
                name="profiles_staffrole_once",
            ),
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=Q(partnership__isnull=True),
                name="profiles_staffrole_general_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    role__in=[StaffRoleName.OFFICER, StaffRoleName.COORDINATOR],
                    partnership__isnull=False,
                )
                | Q(
                    role__in=[StaffRoleName.SUPPORT, StaffRoleName.OBSERVER],
                    partnership__isnull=True,
                ),
                name="profiles_staffrole_partnership",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.partnership_id or ''}".strip()
