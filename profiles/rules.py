"""The programme's rules in force. They are data: no number of the scheme stands in code."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from profiles.models import ProgrammeRules


@dataclass(frozen=True)
class RuleBook:
    """One version of the rules: `version` and the `values` by key, such as `physical.min_days`."""

    version: int
    values: dict[str, Any]

    def integer(self, key: str) -> int:
        """The whole number under `key`; KeyError when there is no such rule."""
        return int(self.values[key])

    def day(self, key: str) -> date:
        """The date under `key`."""
        return date.fromisoformat(self.values[key])


def current_rules() -> RuleBook:
    """The rules in force. Raises `ImproperlyConfigured` before `load_reference_data` has run."""
    rules = ProgrammeRules.objects.order_by("-version").first()
    if rules is None:
        raise ImproperlyConfigured(
            "There are no programme rules yet. Run: python manage.py load_reference_data"
        )
    return RuleBook(version=rules.version, values=rules.values)
