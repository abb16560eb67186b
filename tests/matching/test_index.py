"""The index of published profiles: what the database holds of it, and what a process does."""

import json
import os
import subprocess
import sys
import threading
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from matching.index import ProfileIndex, ReadersAndWriter
from matching.models import IndexRecord, IndexState
from matching.queries.facts import clamped_windows, facts_of
from matching.queries.reference import LISTS, Reference, current_reference
from matching.queries.spelling import plain
from matching.scoring.facts import FIRST_DAY, LAST_DAY, ProfileFacts
from matching.services.index import follow_reference_data, rebuild_index, refresh_records
from profiles.enums import Role
from profiles.models import AvailabilityWindow, Country, OrganisationType, Profile
from profiles.services.decisions import decide_profile, suspend_profile
from profiles.services.generation import generate_profiles
from profiles.services.lifecycle import pause_profile, reopen_profile
from profiles.services.reference import load_reference_data
from tests.concurrency import at_once, errors, values
from tests.factories import (
    OrganisationFactory,
    StaffRoleFactory,
    published_profile,
    submitted_profile,
)

pytestmark = pytest.mark.django_db


def refs(index: ProfileIndex) -> list[str]:
    with index.reading() as snapshot:
        return snapshot.columns.refs(slice(None))


def facts_in(index: ProfileIndex, ref: str) -> ProfileFacts:
    with index.reading() as snapshot:
        row = snapshot.columns.row_of(ref)
        assert row is not None
        return snapshot.columns.facts(row)


@pytest.fixture
def index(reference):
    return ProfileIndex()


# --- who is in it ----------------------------------------------------------------------------


def test_a_published_profile_is_in_the_index(index):
    profile = published_profile(ref="P-ONE")
    assert refs(index) == ["P-ONE"]
    assert facts_in(index, "P-ONE") == facts_of(profile, current_reference())


def test_a_profile_that_waits_is_not(index):
    submitted_profile()
    assert refs(index) == []


def test_a_process_that_looked_before_finds_what_was_published_since(index):
    published_profile(ref="P-ONE")
    assert refs(index) == ["P-ONE"]

    published_profile(ref="P-TWO")

    assert refs(index) == ["P-ONE", "P-TWO"]


def test_a_process_that_looked_before_loses_what_left_the_catalogue(index):
    profile = published_profile(ref="P-ONE")
    published_profile(ref="P-TWO")
    assert refs(index) == ["P-ONE", "P-TWO"]

    pause_profile(profile_id=profile.pk, actor=profile.contact)

    assert refs(index) == ["P-TWO"]


def test_a_process_that_starts_late_does_not_see_what_left_the_catalogue(index):
    profile = published_profile()
    pause_profile(profile_id=profile.pk, actor=profile.contact)
    assert refs(index) == []


def test_a_profile_that_returns_is_found_again(index):
    profile = published_profile(ref="P-ONE")
    pause_profile(profile_id=profile.pk, actor=profile.contact)
    assert refs(index) == []

    reopen_profile(profile_id=profile.pk, actor=profile.contact)

    assert refs(index) == ["P-ONE"]


def test_a_change_of_a_published_profile_is_taken_up(index):
    profile = published_profile(ref="P-ONE", languages=["en"])
    assert facts_in(index, "P-ONE").languages == {"en"}

    Profile.objects.filter(pk=profile.pk).update(languages=["en", "fr"])
    refresh_records(profile_ids=[profile.pk])

    assert facts_in(index, "P-ONE").languages == {"en", "fr"}


def test_a_change_of_the_organisation_reaches_all_its_profiles(index):
    """Whoever changes an organisation may know of one of its profiles only."""
    organisation = OrganisationFactory()
    host = published_profile(ref="P-HOST", role=Role.HOST, organisation=organisation)
    published_profile(ref="P-VISITOR", role=Role.VISITING, organisation=organisation)
    type(organisation).objects.filter(pk=organisation.pk).update(
        physical_visit_used_on="2027-01-01"
    )

    refresh_records(profile_ids=[host.pk])

    assert facts_in(index, "P-VISITOR").physical_visit_used


def test_many_profiles_take_as_many_queries_as_one(index, django_assert_num_queries):
    profiles = [published_profile() for _ in range(4)]
    with django_assert_num_queries(12):
        refresh_records(profile_ids=[profiles[0].pk])
    with django_assert_num_queries(12):
        refresh_records(profile_ids=[profile.pk for profile in profiles])


def test_nothing_new_costs_one_query(index, django_assert_num_queries):
    published_profile()
    refs(index)
    with django_assert_num_queries(1):
        refs(index)


def test_what_changed_costs_three_queries_however_much_it_is(index, django_assert_num_queries):
    published_profile()
    refs(index)
    for _ in range(3):
        published_profile()
    with django_assert_num_queries(4):
        assert len(refs(index)) == 4


def test_synthetic_profiles_are_found(index):
    generate_profiles(count=40, seed=1)
    assert len(refs(index)) == 40


def test_without_reference_data_the_error_names_the_command(db):
    with pytest.raises(Exception, match="load_reference_data"):
        refs(ProfileIndex())


def test_a_reading_within_a_reading_is_the_same_one(index):
    with index.reading() as outer:
        published_profile()
        with index.reading() as inner:
            assert inner is outer
    assert len(refs(index)) == 1


def test_what_is_worked_out_is_remembered_until_something_changes(index):
    made = []

    def remember() -> Any:
        with index.reading() as snapshot:
            return snapshot.remembered("key", lambda: made.append(len(snapshot.columns)))

    remember()
    remember()
    published_profile()
    remember()

    assert made == [0, 1]


# --- what it says ----------------------------------------------------------------------------


def test_all_facts_are_those_of_the_profile(reference):
    profile = published_profile(
        ref="P-ALL",
        organisation=OrganisationFactory(
            country_id="PT",
            organisation_type_id="cluster",
            main_sector_id="29",
            sectors=["29", "72"],
            physical_visit_used_on=date(2026, 5, 4),
        ),
        languages=["pt", "en"],
        objectives=["learn"],
        activities=["networking", "training"],
        min_days=3,
        max_days=8,
        mode="physical",
        wanted_types=["sme"],
        wanted_countries=["FR", "DE"],
        wanted_sectors=["30"],
    )
    AvailabilityWindow.objects.create(
        profile=profile, starts_on=date(2027, 3, 1), ends_on=date(2027, 3, 20)
    )

    assert facts_of(profile, current_reference()) == ProfileFacts(
        ref="P-ALL",
        role="visiting",
        organisation_id=profile.organisation_id,
        organisation_type="cluster",
        country="PT",
        sectors=frozenset({"29", "72"}),
        languages=frozenset({"pt", "en"}),
        objectives=frozenset({"learn"}),
        activities=frozenset({"networking", "training"}),
        min_days=3,
        max_days=8,
        windows=((date(2027, 3, 1), date(2027, 3, 20)),),
        mode="physical",
        wanted_types=frozenset({"sme"}),
        wanted_countries=frozenset({"FR", "DE"}),
        wanted_sectors=frozenset({"30"}),
        physical_visit_used=True,
        is_eligible=True,
        is_published=True,
        partnership_id=profile.partnership_id,
    )


def test_a_type_that_may_not_take_the_role_is_not_eligible(reference):
    profile = published_profile(role=Role.VISITING)
    OrganisationType.objects.filter(pk="sme").update(may_visit=False)
    assert not facts_of(profile, current_reference()).is_eligible


def test_a_code_that_is_in_no_list_is_left_out(reference):
    profile = published_profile(wanted_sectors=["29"], languages=["en", "xx"])
    Profile.objects.filter(pk=profile.pk).update(wanted_sectors=["29", "00"])
    facts = facts_of(profile, current_reference())
    assert (facts.wanted_sectors, facts.languages) == ({"29"}, {"en"})


def test_the_latest_windows_are_kept_on_days_that_the_score_knows():
    windows = [(date(2020 + n, 1, 1), date(2020 + n, 1, 9)) for n in range(5)]
    kept = clamped_windows([(date(1999, 1, 1), date(1999, 1, 2)), *windows[1:], windows[0]])
    assert kept == tuple(windows)
    assert clamped_windows([(date(1990, 1, 1), date(2999, 1, 1))]) == ((FIRST_DAY, LAST_DAY),)


@pytest.mark.parametrize(
    ("text", "searched"),
    [
        ("E-Mobility", "emobility"),
        ("Düsseldorf  GmbH & Co.", "dusseldorf gmbh co"),
        ("Straße", "strasse"),
        ("ŁÓDŹ", "lodz"),
        ("L’Oréal", "loreal"),
        ("a_b%c", "a b c"),
        ("", ""),
    ],
)
def test_words_are_searched_without_accents_and_signs(text, searched):
    assert plain(text) == searched


def test_name_and_descriptions_are_searched(reference):
    profile = published_profile(
        organisation=OrganisationFactory(name="Hélios", description="Solar-panels"),
        description="We cool",
    )
    record = IndexRecord.objects.get(profile=profile)
    assert (record.name, record.words) == ("helios", "helios\nsolarpanels\nwe cool")


# --- reference data --------------------------------------------------------------------------


def test_a_new_code_comes_after_the_known_ones(reference):
    before = current_reference()
    Country.objects.create(code="AA", name="A", group="1", is_eligible=True, lump_sum_full=1)

    now = current_reference(before)

    assert now.vocabulary.countries.codes == (*before.vocabulary.countries.codes, "AA")
    assert now.extends(before)


def test_a_code_that_is_gone_keeps_its_place(reference):
    before = current_reference()
    Country.objects.filter(code="AL").delete()
    assert current_reference(before).vocabulary == before.vocabulary


def reference_of(**codes: list[str]) -> Reference:
    return Reference.from_data({"codes": dict.fromkeys(LISTS, ()) | codes, "roles": {}})


def test_lists_in_another_order_do_not_extend():
    known = reference_of(countries=["a", "b"])
    assert not reference_of(countries=["b", "a"]).extends(known)


def test_a_longer_list_of_objectives_moves_the_activities():
    known = reference_of(objectives=["a"], activities=["b"])
    assert not reference_of(objectives=["a", "c"], activities=["b"]).extends(known)
    assert reference_of(objectives=["a"], activities=["b", "c"]).extends(known)


def test_a_profile_with_a_new_code_is_found_with_it(index):
    published_profile(ref="P-ONE")
    assert refs(index) == ["P-ONE"]
    Country.objects.create(code="AA", name="A", group="1", is_eligible=True, lump_sum_full=1)

    published_profile(ref="P-TWO", organisation=OrganisationFactory(country_id="AA"))

    assert facts_in(index, "P-TWO").country == "AA"
    assert facts_in(index, "P-ONE").country == "FR"


def test_a_type_that_loses_its_role_is_taken_up_when_the_reference_data_is_loaded(index):
    published_profile(ref="P-ONE")
    published_profile(ref="P-TWO", organisation=OrganisationFactory(organisation_type_id="cluster"))
    OrganisationType.objects.filter(pk="cluster").update(may_visit=False)

    follow_reference_data()

    eligible = [facts_in(index, ref).is_eligible for ref in ("P-ONE", "P-TWO")]
    assert eligible == [True, False]


def test_loading_the_reference_data_again_writes_no_record(index):
    published_profile()
    before = list(IndexRecord.objects.values())
    load_reference_data()
    assert list(IndexRecord.objects.values()) == before


def test_loading_the_reference_data_makes_every_process_ask_for_names_anew(index):
    made = []

    def remember() -> None:
        with index.reading() as snapshot:
            snapshot.remembered("key", lambda: made.append(1))

    remember()
    load_reference_data()
    remember()
    assert made == [1, 1]


def test_records_are_written_anew_when_codes_lose_their_places(index):
    published_profile(ref="P-ONE")
    state = IndexState.objects.get()
    state.reference["codes"]["objectives"].remove("investment")
    state.fingerprint = "another"
    state.save()
    IndexRecord.objects.update(facts=b"x" * 117)

    follow_reference_data()

    assert facts_in(index, "P-ONE").objectives == {"learn"}


def test_a_portal_without_an_index_gets_one_with_the_reference_data(reference):
    published_profile(ref="P-ONE")
    IndexRecord.objects.all().delete()
    IndexState.objects.all().delete()

    load_reference_data()

    assert refs(ProfileIndex()) == ["P-ONE"]


def test_rebuilding_writes_every_record_anew(index):
    profile = published_profile(ref="P-ONE")
    published_profile(ref="P-TWO")
    gone = published_profile(ref="P-GONE")
    assert len(refs(index)) == 3
    IndexRecord.objects.filter(profile=profile).delete()
    officer = StaffRoleFactory().user
    suspend_profile(profile_id=gone.pk, actor=officer, comment="No answer")
    IndexRecord.objects.filter(profile=gone).update(facts=b"x" * 117)
    steps = []

    count = rebuild_index(watcher=lambda done, total: steps.append((done, total)))

    assert (count, refs(ProfileIndex()), refs(index)) == (2, ["P-ONE", "P-TWO"], ["P-ONE", "P-TWO"])
    assert steps == [(3, 3)]


def test_facts_have_the_length_of_a_record(reference):
    profile = published_profile()
    with pytest.raises(IntegrityError), transaction.atomic():
        IndexRecord.objects.filter(profile=profile).update(facts=b"short")


def test_there_is_one_state(reference):
    assert str(IndexState.objects.get()).startswith("index at ")
    with pytest.raises(IntegrityError), transaction.atomic():
        IndexState.objects.create(pk=2, history="", stamp=0, reference={}, fingerprint="")


def test_records_are_seen_by_whoever_sees_the_profile(reference):
    mine = published_profile()
    waiting = submitted_profile()
    decide_profile(profile_id=submitted_profile().pk, decision="publish", actor=None)

    assert IndexRecord.objects.visible_to(mine.contact).count() == 2
    assert IndexRecord.objects.visible_to(waiting.contact).count() == 0
    assert str(IndexRecord.objects.get(profile=mine)) == mine.ref


# --- at the same time ------------------------------------------------------------------------


def test_a_history_that_is_not_the_one_known_is_read_from_the_start(index):
    """A database that was set back, or another one in its place."""
    published_profile(ref="P-ONE")
    assert refs(index) == ["P-ONE"]
    IndexState.objects.update(history="another")
    IndexRecord.objects.all().delete()
    assert refs(index) == []


def test_stamps_that_go_back_make_a_process_read_from_the_start(index):
    published_profile(ref="P-ONE")
    assert refs(index) == ["P-ONE"]
    IndexState.objects.update(stamp=1)
    IndexRecord.objects.all().delete()
    assert refs(index) == []


def test_a_stamp_that_was_undone_is_not_given_again(index):
    """A process that looked in between would take it for known."""
    profile = published_profile(ref="P-ONE")
    with transaction.atomic():
        refresh_records(profile_ids=[profile.pk])
        undone = IndexState.objects.get().stamp
        transaction.set_rollback(True)
    refresh_records(profile_ids=[profile.pk])
    assert IndexState.objects.get().stamp > undone


def test_code_lists_that_change_while_the_records_are_read_are_read_again(index, monkeypatch):
    published_profile(ref="P-ONE")
    news = ProfileIndex._news
    rebuilt = []

    def rebuild_first(self, marks):
        take_up = news(self, marks)
        if not rebuilt:
            Country.objects.create(
                code="AA", name="A", group="1", is_eligible=True, lump_sum_full=1
            )
            rebuilt.append(rebuild_index())
        return take_up

    monkeypatch.setattr(ProfileIndex, "_news", rebuild_first)

    assert facts_in(index, "P-ONE").country == "FR"
    with index.reading() as snapshot:
        assert snapshot.reference.vocabulary.countries.codes[0] == "AA"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_no_change_is_missed_when_two_are_published_at_the_same_instant(reference):
    """Whichever commits first, a process that looks in between sees both in the end."""
    waiting = [submitted_profile() for _ in range(6)]
    index = ProfileIndex()
    looks = threading.Event()

    def publish(profile):
        decide_profile(profile_id=profile.pk, decision="publish", actor=None)

    def look():
        seen = [refs(index)]
        while not looks.is_set() and len(seen[-1]) < len(waiting):
            seen.append(refs(index))
        return seen[-1]

    outcomes = at_once(*[lambda p=profile: publish(p) for profile in waiting], look)

    assert errors(outcomes) == []
    assert values(outcomes)[-1] == sorted(profile.ref for profile in waiting)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_not_committed_is_not_seen_and_holds_the_next_one_back(reference):
    first, second = submitted_profile(ref="P-FIRST"), submitted_profile(ref="P-SECOND")
    index = ProfileIndex()
    is_published, may_commit = threading.Event(), threading.Event()

    def publish_slowly():
        with transaction.atomic():
            decide_profile(profile_id=first.pk, decision="publish", actor=None)
            is_published.set()
            may_commit.wait(10)

    def publish_next():
        is_published.wait(10)
        before = refs(index)
        threading.Timer(0.3, may_commit.set).start()
        decide_profile(profile_id=second.pk, decision="publish", actor=None)
        return before, refs(index)

    outcomes = at_once(publish_slowly, publish_next)

    assert values(outcomes)[1] == ([], ["P-FIRST", "P-SECOND"])


@pytest.mark.django_db(transaction=True)
def test_many_threads_read_whole_columns_while_profiles_come_and_go(reference):
    generate_profiles(count=30, seed=1)
    profile = Profile.objects.get(ref="G1-0000001")
    index = ProfileIndex()

    def change():
        for number in range(10):
            Profile.objects.filter(pk=profile.pk).update(min_days=3 + number % 2, max_days=9)
            refresh_records(profile_ids=[profile.pk])
        return "changed"

    def read():
        sizes = set()
        for _ in range(20):
            with index.reading() as snapshot:
                found = snapshot.columns.refs(slice(None))
                sizes.add((len(found), len(set(found))))
        return sizes

    outcomes = at_once(change, read, read, read)

    assert values(outcomes) == ["changed", {(30, 30)}, {(30, 30)}, {(30, 30)}]


def test_a_writer_waits_for_readers_and_new_readers_wait_for_the_writer():
    lock, order = ReadersAndWriter(), []
    is_reading, may_stop = threading.Event(), threading.Event()

    def first_reader():
        with lock.reading():
            is_reading.set()
            may_stop.wait(10)
            order.append("first reader")

    def writer():
        with lock.writing():
            order.append("writer")

    def late_reader():
        with lock.reading():
            order.append("late reader")

    threads = [threading.Thread(target=first_reader)]
    threads[0].start()
    is_reading.wait(10)
    for act in (writer, late_reader):
        threads.append(threading.Thread(target=act))
        threads[-1].start()
        threads[-1].join(0.2)
    may_stop.set()
    for thread in threads:
        thread.join(10)

    assert order == ["first reader", "writer", "late reader"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_what_another_process_publishes_is_found_here_and_the_other_way_round(reference):
    index = ProfileIndex()
    published_profile(
        ref="P-HERE", role=Role.HOST, organisation=OrganisationFactory(country_id="PT")
    )
    assert refs(index) == ["P-HERE"]

    assert "2 profiles generated" in in_another_process(
        "generate_profiles", "--count=2", "--seed=7"
    )

    assert refs(index) == ["G7-0000001", "G7-0000002", "P-HERE"]
    told = json.loads(in_another_process("match", "P-HERE", "--json"))
    found = [one["ref"] for one in [*told["matches"], *told["stopped"]]]
    assert sorted(found) == ["G7-0000001", "G7-0000002"]


def in_another_process(*command: str) -> str:
    address = settings.DATABASES["default"]
    url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**address)
    environment = os.environ | {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "cxc_portal.settings.test",
    }
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout
