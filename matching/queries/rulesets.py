"""The ruleset in force."""

from django.core.exceptions import ImproperlyConfigured

from matching.index import Snapshot
from matching.models import RulesetVersion
from matching.scoring.criteria import Criterion
from matching.scoring.ruleset import Ruleset


def current_ruleset() -> Ruleset:
    """The latest version. Raises `ImproperlyConfigured` before `load_reference_data` has run."""
    latest = RulesetVersion.objects.order_by("-version").first()
    if latest is None:
        raise ImproperlyConfigured(
            "There is no ruleset yet. Run: python manage.py load_reference_data"
        )
    return ruleset_of(latest)


def ruleset_in(snapshot: Snapshot) -> Ruleset:
    """The same, remembered with the columns that it is applied to."""
    found: Ruleset = snapshot.remembered("ruleset", current_ruleset)
    return found


def ruleset_of(row: RulesetVersion) -> Ruleset:
    """The version as the score takes it."""
    return Ruleset(
        version=row.version,
        weights={criterion: getattr(row, criterion.value) for criterion in Criterion},
        orange_from=row.orange_from,
        green_from=row.green_from,
        minimum_days=row.minimum_days,
    )
