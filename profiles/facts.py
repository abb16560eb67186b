"""A profile's facts as plain values: what a submission keeps, compares and matching reads."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from cxc_portal.core.types import Text
from profiles.models import Organisation, Profile

ORGANISATION_FIELDS = (
    "name",
    "organisation_type_id",
    "country_id",
    "main_sector_id",
    "sectors",
    "other_cluster",
    "legal_form",
    "registration_number",
    "street",
    "postcode",
    "city",
    "website",
    "description",
    "founded_year",
    "staff_band",
    "is_declared_sme",
    "staff_headcount",
    "turnover_eur",
    "balance_eur",
)
PROFILE_FIELDS = (
    "role",
    "contact_name",
    "contact_position",
    "contact_email",
    "languages",
    "objectives",
    "activities",
    "min_days",
    "max_days",
    "mode",
    "wanted_types",
    "wanted_countries",
    "wanted_sectors",
    "max_visitors",
    "welcomes_groups",
    "joins_groups",
    "description",
    "motivation",
    "offer",
)


def profile_facts(profile: Profile) -> dict[str, Any]:
    """The facts that officers judge, as JSON under `organisation.<field>` and `profile.<field>`."""
    organisation = profile.organisation
    facts = {f"organisation.{name}": getattr(organisation, name) for name in ORGANISATION_FIELDS}
    facts["organisation.clusters"] = sorted(cluster.name for cluster in organisation.clusters.all())
    facts |= {f"profile.{name}": getattr(profile, name) for name in PROFILE_FIELDS}
    facts["profile.partnership"] = profile.partnership.acronym if profile.partnership else ""
    facts["profile.windows"] = [
        [window.starts_on.isoformat(), window.ends_on.isoformat()]
        for window in profile.windows.all()
    ]
    return facts


def changed_facts(before: dict[str, Any], after: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Which facts differ between two snapshots: key to (before, after)."""
    keys = sorted(before.keys() | after.keys())
    return {
        key: (before.get(key), after.get(key)) for key in keys if before.get(key) != after.get(key)
    }


def fact_label(key: str) -> Text:
    """What a fact of a snapshot is called, such as "country" for `organisation.country_id`."""
    owner, _dot, name = key.partition(".")
    if name == "windows":
        return _("periods of availability")
    model = Organisation if owner == "organisation" else Profile
    field = model._meta.get_field(name)
    return getattr(field, "verbose_name", name)
