"""Keeping the reference data: countries, types, partnerships, clusters and ready-made texts."""

from collections.abc import Collection
from typing import Any

from django.db import IntegrityError, models
from django.utils.translation import gettext as _

from cxc_portal.core import audit
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from profiles.models import (
    Cluster,
    Country,
    OrganisationType,
    Partnership,
    Profile,
    ReasonText,
    User,
)
from profiles.permissions import can_keep_reference_data
from profiles.signals import listing_changed

Kept = Cluster | Country | OrganisationType | Partnership | ReasonText


def save_reference(*, instance: Kept, fields: Collection[str], actor: User) -> Kept:
    """The Support Office adds an entry or writes new values of some of its fields.

    The audit entry keeps what each field said before and says now.
    """
    try:
        with audit.transaction():
            _require_rights(actor)
            before = _locked(instance)
            if before is None:
                instance.save(force_insert=True)
            else:
                instance.save(update_fields=sorted(fields))
            audit.record(
                f"{instance._meta.model_name}.{'changed' if before else 'added'}",
                subject=instance,
                actor=actor,
                data={name: [_plain(before, name), _plain(instance, name)] for name in fields},
            )
            if before is not None:
                _tell_catalogue(instance)
    except IntegrityError as twice:
        raise TransitionRefused("exists", _("There is an entry of this name already.")) from twice
    return instance


def remove_reason_text(*, text_id: int, actor: User) -> None:
    """A ready-made text is no longer offered. What was sent with its words stays as it is."""
    with audit.transaction():
        _require_rights(actor)
        text = ReasonText.objects.select_for_update(of=("self",)).get(pk=text_id)
        audit.record(
            "reasontext.removed",
            subject=text,
            actor=actor,
            data={"decision": text.decision, "title": text.title, "text": text.text},
        )
        text.delete()


def _require_rights(actor: User) -> None:
    if not can_keep_reference_data(actor):
        raise NotAllowed(_("Only the Support Office changes this."))


def _locked(instance: Kept) -> models.Model | None:
    """The row as it was, locked; None for a new entry."""
    if instance._state.adding:
        return None
    rows: models.Manager[Any] = type(instance)._default_manager
    found: models.Model = rows.select_for_update(of=("self",)).get(pk=instance.pk)
    return found


def _plain(instance: models.Model | None, name: str) -> Any:
    """A field's value as JSON; None where there was no row."""
    if instance is None:
        return None
    field = instance._meta.get_field(name)
    value = getattr(instance, getattr(field, "attname", name))
    return value if isinstance(value, bool | int | str | list | None) else str(value)


def _tell_catalogue(instance: Kept) -> None:
    """Published profiles that the entry concerns are read anew."""
    concerned: dict[type[models.Model], dict[str, Any]] = {
        Country: {"organisation__country": instance},
        OrganisationType: {"organisation__organisation_type": instance},
        Partnership: {"partnership": instance},
        Cluster: {"organisation__clusters": instance},
    }
    lookup = concerned.get(type(instance))
    if lookup is None:
        return
    profiles = Profile.objects.published().filter(**lookup).order_by("pk")
    if ids := list(profiles.values_list("pk", flat=True)):
        listing_changed.send(sender=Profile, profile_ids=ids)
