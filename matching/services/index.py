"""Writing the index: what each process takes up to find the published profiles in memory."""

import secrets
import time
from collections.abc import Callable, Iterable, Sequence

from django.db import transaction

from matching.models import IndexRecord, IndexState, IndexWord
from matching.models.index import NAME_LENGTH
from matching.queries.facts import Entry, entries_of
from matching.queries.reference import Reference, current_reference
from matching.queries.spelling import words_in
from matching.scoring.record import encode
from profiles.models import Profile

BATCH = 2000
WRITTEN = ("ref", "facts", "stamp", "name", "words")


def refresh_records(*, profile_ids: Sequence[int]) -> None:
    """The index says what is true now of these profiles and of the others of their organisations.

    It does so in the caller's transaction; those that are not published leave it. The state of the
    index stays locked until that transaction ends, so take all other locks first. A change of the
    code lists is taken up as well.
    """
    with transaction.atomic():
        state = _locked_state()
        reference = Reference.from_data(state.reference)
        now = current_reference(reference)
        ids = _with_siblings(profile_ids)
        if now.fingerprint != state.fingerprint:
            ids |= _keep_reference(state, reference, now)
        _write_all(state, sorted(ids), now)


def follow_reference_data() -> None:
    """The index keeps to the code lists as they stand, and every process asks for names anew."""
    with transaction.atomic():
        refresh_records(profile_ids=[])
        forget_what_is_remembered()


def forget_what_is_remembered() -> None:
    """Every process drops what it worked out from the catalogue, the rules and the names."""
    with transaction.atomic():
        state = _locked_state()
        state.stamp = _next_stamp(state.stamp)
        state.save(update_fields=["stamp"])


def rebuild_index(*, watcher: Callable[[int, int], None] | None = None) -> int:
    """All records are written anew, with the code lists in their own order. Says how many."""
    with transaction.atomic():
        state = _locked_state()
        now = current_reference()
        _keep_reference(state, now, now)
        IndexWord.objects.all().delete()
        ids = _all_ids()
        _write_all(state, ids, now, watcher)
    return IndexRecord.objects.listed().count()


def _locked_state() -> IndexState:
    """The state, locked; where there is none, a new one that knows no codes yet."""
    empty = Reference.empty()
    state, _is_new = IndexState.objects.select_for_update(of=("self",)).get_or_create(
        pk=1,
        defaults={
            "history": secrets.token_hex(16),
            "stamp": 0,
            "reference": empty.as_data(),
            "fingerprint": empty.fingerprint,
        },
    )
    return state


def _keep_reference(state: IndexState, known: Reference, now: Reference) -> set[int]:
    """Note the code lists; gives the profiles whose records have to be written anew for them."""
    state.reference, state.fingerprint = now.as_data(), now.fingerprint
    state.save(update_fields=["reference", "fingerprint"])
    if not now.extends(known):
        return set(_all_ids())
    types = now.types_whose_roles_differ(known)
    concerned = Profile.objects.published().filter(organisation__organisation_type__in=types)
    return set(concerned.values_list("pk", flat=True))


def _with_siblings(profile_ids: Sequence[int]) -> set[int]:
    """And the other published profiles of their organisations, whose facts they share."""
    organisations = Profile.objects.filter(pk__in=profile_ids).values("organisation")
    siblings = Profile.objects.published().filter(organisation__in=organisations)
    return {*profile_ids, *siblings.values_list("pk", flat=True)}


def _all_ids() -> list[int]:
    """Of all profiles that are in the index or should be."""
    published = Profile.objects.published().values_list("pk", flat=True)
    listed = IndexRecord.objects.listed().values_list("pk", flat=True)
    return sorted({*published, *listed})


def _write_all(
    state: IndexState,
    ids: Sequence[int],
    reference: Reference,
    watcher: Callable[[int, int], None] | None = None,
) -> None:
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        state.stamp = _next_stamp(state.stamp)
        _write(state.stamp, batch, reference)
        state.save(update_fields=["stamp"])
        if watcher:
            watcher(start + len(batch), len(ids))


def _write(stamp: int, ids: Sequence[int], reference: Reference) -> None:
    entries = entries_of(Profile.objects.published().filter(pk__in=ids), reference)
    IndexRecord.objects.bulk_create(
        (
            IndexRecord(
                profile_id=entry.profile_id,
                ref=entry.facts.ref,
                facts=encode(entry.facts, reference.vocabulary),
                stamp=stamp,
                name=entry.name[:NAME_LENGTH],
                words=entry.words,
            )
            for entry in entries
        ),
        update_conflicts=True,
        unique_fields=["profile"],
        update_fields=WRITTEN,
    )
    _remember_words(entries)
    gone = set(ids) - {entry.profile_id for entry in entries}
    IndexRecord.objects.listed().filter(pk__in=gone).update(
        facts=b"", stamp=stamp, name="", words=""
    )


def _remember_words(entries: Iterable[Entry]) -> None:
    """The words of these profiles are known from now on, also when they leave."""
    words = set[str]().union(*(words_in(entry.words) for entry in entries))
    IndexWord.objects.bulk_create(
        (IndexWord(word=word) for word in sorted(words)), ignore_conflicts=True
    )


def _next_stamp(last: int) -> int:
    """Microseconds, because a number that was given in a transaction that was undone must never be
    given again: a process that looked meanwhile would take it for known."""
    return max(last + 1, time.time_ns() // 1000)
