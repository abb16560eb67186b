"""The ruleset in force, the ones before it, and what another one would change."""

from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured

from matching.index import Snapshot, index
from matching.models import RulesetDraft, RulesetVersion
from matching.queries.facts import facts_of
from matching.scoring.criteria import Criterion
from matching.scoring.effect import Effect, effect_of, sample_rows
from matching.scoring.explain import Explanation, explain
from matching.scoring.facts import ProfileFacts
from matching.scoring.ruleset import Ruleset
from matching.wording.names import Words
from profiles.models import Profile

MOST_COUNTED = 2000
"""Up to so many profiles every pair is counted: about two seconds. Of more a sample is drawn that
takes about as long; see docs/performance.md."""
FEWEST_DRAWN = 60
PAIRS_LOOKED_AT = 20_000_000

Numbers = tuple[object, ...]


@dataclass(frozen=True)
class TwoScores:
    """A pair by the ruleset in force and by another one; `a` is the host."""

    a: ProfileFacts
    b: ProfileFacts
    now: Explanation
    then: Explanation
    words: Words


def latest_version() -> RulesetVersion:
    """The version in force. Raises `ImproperlyConfigured` before `load_reference_data` has run."""
    latest = RulesetVersion.objects.order_by("-version").first()
    if latest is None:
        raise ImproperlyConfigured(
            "There is no ruleset yet. Run: python manage.py load_reference_data"
        )
    return latest


def current_ruleset() -> Ruleset:
    """The latest version, as the score takes it."""
    return ruleset_of(latest_version())


def current_draft() -> RulesetDraft | None:
    """The copy that the Support Office works on."""
    return RulesetDraft.objects.select_related("based_on", "changed_by").first()


def ruleset_in(snapshot: Snapshot) -> Ruleset:
    """The same, remembered with the columns that it is applied to."""
    found: Ruleset = snapshot.remembered("ruleset", current_ruleset)
    return found


def ruleset_of(row: RulesetVersion | RulesetDraft) -> Ruleset:
    """The row as the score takes it; a draft has the number that follows its basis."""
    return Ruleset(
        version=row.version if isinstance(row, RulesetVersion) else row.based_on.version + 1,
        weights={criterion: getattr(row, criterion.value) for criterion in Criterion},
        orange_from=row.orange_from,
        green_from=row.green_from,
        minimum_days=row.minimum_days,
    )


def effect_of_ruleset(then: Ruleset) -> Effect:
    """What `then` would change, counted or estimated (see `MOST_COUNTED`).

    Worked out on a copy, because nothing may change in the index while somebody reads it; kept
    until the catalogue changes.
    """
    numbers: Numbers = (
        *then.weights.values(),
        then.orange_from,
        then.green_from,
        then.minimum_days,
    )
    with index.reading() as snapshot:
        kept: dict[Numbers, Effect] = snapshot.remembered("effects", dict)
        if numbers in kept:
            return kept[numbers]
        now, columns = ruleset_in(snapshot), snapshot.columns.copy()
    kept[numbers] = effect_of(columns, now, then, sample_rows(columns, sample_size(len(columns))))
    return kept[numbers]


def sample_size(profiles: int) -> int:
    """How many of so many profiles the preview looks at."""
    return min(max(PAIRS_LOOKED_AT // max(profiles, 1), FEWEST_DRAWN), MOST_COUNTED)


def two_scores(host: Profile, visitor: Profile, then: Ruleset) -> TwoScores:
    """How the two fit now, and how they would by `then`."""
    with index.reading() as snapshot:
        now = ruleset_in(snapshot)
        a, b = (facts_of(profile, snapshot.reference) for profile in (host, visitor))
        words: Words = snapshot.remembered("words", Words.load)
    return TwoScores(a, b, explain(a, b, now), explain(a, b, then), words)
