"""A person with an account."""

from functools import cached_property
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock
from profiles.enums import StaffRoleName


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A new person; without a password only a one-time code or a passkey logs in."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)

    def visible_to(self, user: Any) -> models.QuerySet["User"]:
        """Oneself; the Support Office sees everybody."""
        if not user.is_authenticated:
            return self.none()
        return self.all() if user.is_support else self.filter(pk=user.pk)


class User(AbstractBaseUser):
    """Rights come from `StaffRole` and `Membership`, never from flags on the person."""

    email = models.EmailField(_("e-mail address"), max_length=254, unique=True)
    first_name = models.CharField(_("first name"), max_length=80, blank=True)
    last_name = models.CharField(_("last name"), max_length=80, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    is_active = models.BooleanField(_("can log in"), default=True)
    wants_newsletter = models.BooleanField(_("newsletter"), default=False)
    date_joined = models.DateTimeField(_("joined"), default=clock.now)
    anonymised_at = models.DateTimeField(null=True)

    objects = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="profiles_user_email_lower_case"
            ),
            models.CheckConstraint(
                condition=Q(anonymised_at__isnull=True) | Q(is_active=False),
                name="profiles_user_anonymised_is_inactive",
            ),
        ]

    def __str__(self) -> str:
        if self.anonymised_at:
            return str(_("closed account"))
        return self.get_full_name() or self.email

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        return self.first_name

    @cached_property
    def _roles(self) -> list[tuple[str, int | None]]:
        return list(self.staff_roles.values_list("role", "partnership_id"))

    @property
    def is_staff(self) -> bool:
        """Whether this person has any role beside taking part."""
        return self.is_active and bool(self._roles)

    @property
    def is_support(self) -> bool:
        return self._has_role(StaffRoleName.SUPPORT)

    @property
    def is_observer(self) -> bool:
        return self._has_role(StaffRoleName.OBSERVER)

    @property
    def staffed_partnership_ids(self) -> set[int]:
        """The partnerships this person works for, as officer or coordinator."""
        return {partnership for _role, partnership in self._roles if partnership}

    @property
    def coordinated_partnership_ids(self) -> set[int]:
        return {
            partnership
            for role, partnership in self._roles
            if partnership and role == StaffRoleName.COORDINATOR
        }

    def _has_role(self, name: str) -> bool:
        return self.is_active and any(role == name for role, _partnership in self._roles)
