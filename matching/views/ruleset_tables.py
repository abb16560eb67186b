"""What another ruleset would change, as the preview shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from cxc_portal.core.templatetags import portal
from cxc_portal.core.types import Text
from matching.models import RulesetVersion
from matching.queries.rulesets import TwoScores, ruleset_of
from matching.scoring.effect import Effect, Estimate, Example, Greens, Move
from matching.scoring.explain import Explanation
from matching.scoring.ruleset import BANDS, Ruleset
from matching.wording.criteria import CriteriaInWords, Line
from matching.wording.rulesets import Difference, differences
from profiles.models import Partnership, Profile

BEST_FIRST = tuple(reversed(BANDS))


@dataclass(frozen=True)
class Cell:
    """Pairs that go from one band to another."""

    band: str
    word: Text
    count: Estimate
    is_same: bool


@dataclass(frozen=True)
class Row:
    """One line of a table: where the pairs were, and where they go."""

    band: str
    cells: list[Cell]


@dataclass(frozen=True)
class PartnershipRow:
    """What happens to the pairs of high fit that a partnership has a side of."""

    name: Text
    greens: Greens


@dataclass(frozen=True)
class PairRow:
    """A pair to look at."""

    host: Profile
    visitor: Profile
    before: float
    after: float
    move: Move


@dataclass(frozen=True)
class Score:
    """A pair's score by one ruleset, opened."""

    version: int
    is_draft: bool
    score: float
    band: str
    lines: list[Line]


@dataclass(frozen=True)
class Past:
    """A version, and what it changed."""

    row: RulesetVersion
    changes: list[Difference]


def history(versions: Sequence[RulesetVersion]) -> list[Past]:
    """The versions, newest first, each with what it changed in the one before."""
    before = [ruleset_of(row) for row in versions[1:]]
    changed = [
        differences(old, ruleset_of(row)) for row, old in zip(versions, before, strict=False)
    ]
    return [Past(row, changes) for row, changes in zip(versions, [*changed, []], strict=True)]


def preview_of(effect: Effect) -> dict[str, Any]:
    """The tables of the preview."""
    changing = [move for move in effect.moves if move[0] != move[1]]
    return {
        "effect": effect,
        "changing": round(sum(effect.moves[move].value for move in changing)),
        "pairs": round(sum(count.value for count in effect.moves.values())),
        "matrix": [
            Row(was, [_cell(effect, was, then) for then in BEST_FIRST]) for was in BEST_FIRST
        ],
        "partnerships": _partnerships(effect),
        "examples": _examples(effect),
    }


def _cell(effect: Effect, was: str, then: str) -> Cell:
    return Cell(then, portal.BANDS[then]["word"], effect.moves[was, then], was == then)


def _partnerships(effect: Effect) -> list[PartnershipRow]:
    """Those whose pairs of high fit change most come first."""
    names = dict(Partnership.objects.values_list("pk", "acronym"))
    rows = [
        PartnershipRow(names.get(key, _("No partnership")), greens)
        for key, greens in effect.greens.items()
    ]
    return sorted(rows, key=lambda row: (-abs(row.greens.gain.value), str(row.name)))


def _examples(effect: Effect) -> list[PairRow]:
    found: list[tuple[Move, Example]] = [
        (move, example) for move, examples in effect.examples.items() for example in examples
    ]
    refs = {ref for _move, one in found for ref in (one.ref, one.other_ref)}
    profiles = Profile.objects.select_related("organisation").in_bulk(refs, field_name="ref")
    return [
        PairRow(profiles[one.ref], profiles[one.other_ref], one.before / 10, one.after / 10, move)
        for move, one in found
        if one.ref in profiles and one.other_ref in profiles
    ]


def scores_of(found: TwoScores, now: Ruleset, then: Ruleset) -> list[Score]:
    """Both scores of a pair, the one in force first. Notes read as the host would read them."""

    def score(explained: Explanation, ruleset: Ruleset, *, is_draft: bool) -> Score:
        lines = CriteriaInWords(found.a, found.b, found.words).lines(explained)
        return Score(ruleset.version, is_draft, explained.total / 10, explained.band, lines)

    return [score(found.now, now, is_draft=False), score(found.then, then, is_draft=True)]
