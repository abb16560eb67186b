"""Trying rulesets on a copy, and publishing them."""

import secrets
from collections.abc import Mapping

from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock
from cxc_portal.core.errors import NotAllowed, StaleVersion, TransitionRefused
from matching.models import RulesetDraft, RulesetVersion
from matching.notifications.rulesets import ruleset_published
from matching.queries.rulesets import effect_of_ruleset, latest_version, ruleset_of
from matching.scoring.ruleset import PUBLISHED_RULESET, Ruleset
from matching.services.index import forget_what_is_remembered
from matching.wording.rulesets import differences
from profiles.models import User
from profiles.permissions import can_keep_reference_data

NONE = ""
"""The revision that somebody has seen who saw no draft."""


def save_draft(*, ruleset: Ruleset, seen_revision: str, actor: User) -> RulesetDraft:
    """The draft holds these numbers, and starts from the version that is in force now.

    `seen_revision` is that of the draft as the person saw it, "" where there was none; any other
    raises `StaleVersion`, so that nobody's numbers are lost unseen.
    """
    with audit.transaction():
        draft = _locked_draft(seen_revision, actor)
        values = _numbers(ruleset) | {
            "based_on": latest_version(),
            "revision": secrets.token_hex(8),
            "changed_at": clock.now(),
            "changed_by": actor,
        }
        if draft is None:
            return _first_draft(values)
        for name, value in values.items():
            setattr(draft, name, value)
        draft.save(update_fields=sorted(values))
    return draft


def discard_draft(*, seen_revision: str, actor: User) -> None:
    """There is no draft any more, if it still is the one that the person saw."""
    with audit.transaction():
        draft = _locked_draft(seen_revision, actor)
        if draft is not None:
            draft.delete()


def publish_draft(*, seen_revision: str, note: str, actor: User) -> RulesetVersion:
    """The draft is in force as the next version, and every partnership is told what that changes.

    Refused when the draft is not the one that the person saw, or when another version was published
    since it was saved.
    """
    with audit.transaction():
        draft = _locked_draft(seen_revision, actor)
        if draft is None:
            raise TransitionRefused("no_draft", _("There is no draft to publish. Save one first."))
        if draft.based_on_id != latest_version().pk:
            raise StaleVersion(
                _(
                    "Version %s was published after this draft was saved. Look at it, and save the"
                    " draft again before you publish it."
                )
                % latest_version().version
            )
        before, after = ruleset_of(draft.based_on), ruleset_of(draft)
        effect = effect_of_ruleset(after)
        draft.delete()
        row = publish_ruleset(ruleset=after, note=note, actor=actor)
        ruleset_published(row, differences(before, after), effect)
    return row


def publish_ruleset(*, ruleset: Ruleset, note: str, actor: User | None) -> RulesetVersion:
    """A new version is in force; its number follows that of the last one. Earlier ones are kept.

    `Ruleset` itself refuses weights that do not add up and bands out of order; so does the
    database. An actor of None is the portal itself.
    """
    with audit.transaction():
        if actor is not None:
            _require_support_office(actor)
        if not note.strip():
            raise TransitionRefused("note", _("Say in a few words what changed and why."))
        versions = RulesetVersion.objects.order_by("version")
        versions.select_for_update(of=("self",)).first()  # whoever publishes next waits here
        latest = versions.last()
        if latest and _numbers(ruleset_of(latest)) == _numbers(ruleset):
            raise TransitionRefused(
                "unchanged",
                _("These are the numbers of version %s, which is in force. Change one of them.")
                % latest.version,
            )
        row = RulesetVersion.objects.create(
            version=latest.version + 1 if latest else 1,
            **_numbers(ruleset),
            note=note.strip(),
            published_at=clock.now(),
            published_by=actor,
        )
        forget_what_is_remembered()
        audit.record("ruleset.published", subject=row, actor=actor, data={"version": row.version})
    return row


def load_ruleset() -> int:
    """The formula as it was published is version 1; later versions are left alone. Says how many
    versions there are."""
    with audit.transaction():
        if not RulesetVersion.objects.exists():
            publish_ruleset(ruleset=PUBLISHED_RULESET, note="As it was published.", actor=None)
    return RulesetVersion.objects.count()


def _locked_draft(seen_revision: str, actor: User) -> RulesetDraft | None:
    """The draft that the person saw, locked; None where there was none, and is none."""
    _require_support_office(actor)
    draft = RulesetDraft.objects.select_for_update(of=("self",)).first()
    if draft is None and seen_revision != NONE:
        raise StaleVersion(
            _("The draft was published or thrown away meanwhile. Save to begin a new one."),
            code="draft_gone",
        )
    if draft is not None and draft.revision != seen_revision:
        raise _changed_meanwhile(draft)
    return draft


def _first_draft(values: Mapping[str, object]) -> RulesetDraft:
    """Two may begin at once; the second one has not seen what the first one saved."""
    draft, is_new = RulesetDraft.objects.get_or_create(pk=1, defaults=values)
    if not is_new:
        raise _changed_meanwhile(draft)
    return draft


def _changed_meanwhile(draft: RulesetDraft) -> StaleVersion:
    return StaleVersion(
        _("%(name)s has changed the draft meanwhile. Look at both before you go on.")
        % {"name": draft.changed_by.get_full_name() or draft.changed_by},
        code="draft_changed",
    )


def _require_support_office(actor: User) -> None:
    if not can_keep_reference_data(actor):
        raise NotAllowed(_("Only the Support Office changes the rules."))


def _numbers(ruleset: Ruleset) -> dict[str, int]:
    """The columns of a row, whatever its version."""
    return {
        **{criterion.value: weight for criterion, weight in ruleset.weights.items()},
        "orange_from": ruleset.orange_from,
        "green_from": ruleset.green_from,
        "minimum_days": ruleset.minimum_days,
    }
