"""How much better the plan of a partnership is than the rule of thumb, and how long it takes.

Run by hand: `python -m tests.benchmarks.bench_plan [count]`. First the demo world, on a fixed day
and with organisations known by their names, so that ties fall the same way each time; then a
partnership with 500 profiles in a catalogue of `count`, 100,000 unless told otherwise.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

os.environ["DJANGO_SETTINGS_MODULE"] = "cxc_portal.settings.dev"
os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="cxc-bench-")
os.environ["DEMO"] = "1"

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from cxc_portal.core import clock  # noqa: E402
from matching.planning.greedy import greedy_plan  # noqa: E402
from matching.planning.solve import best_plan  # noqa: E402
from matching.planning.world import Pair, Plan, World  # noqa: E402
from matching.queries.left_behind import best_partners, counted, left_behind  # noqa: E402
from matching.queries.missing import missing_partners  # noqa: E402
from matching.queries.plan import plan_of, reasons_for  # noqa: E402
from matching.queries.supply import Supply  # noqa: E402
from matching.services.index import refresh_records  # noqa: E402
from profiles.models import Partnership, Profile  # noqa: E402
from profiles.services.generation import generate_profiles  # noqa: E402

DAY = datetime(2026, 12, 1, 10, tzinfo=UTC)
FLAGSHIP = "RECIPE4MOBILITY"
LARGE = 500
COUNT = 100_000
SECONDS = 60.0
PAGE = 25
Result = TypeVar("Result")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    call_command("migrate", verbosity=0)
    call_command("load_reference_data", verbosity=0)
    with clock.moved_to(DAY):
        call_command("load_demo")
        demo_world()
        generate_profiles(count=count, seed=1)
        large_partnership()


def demo_world() -> None:
    made, seconds = timed(lambda: plan_of(Partnership.objects.get(acronym=FLAGSHIP)))
    world = named(made.world)
    plan, greedy = best_plan(world, seconds=SECONDS), greedy_plan(world)
    write(f"demo world, {FLAGSHIP}: {len(world.own)} profiles, {seconds * 1000:.0f} ms")
    for name, one in (("plan", plan), ("best pair first", greedy)):
        write(f"  {name:<18}{told(one)}")
    write(f"  proven the best of the whole catalogue: {made.is_of_whole_catalogue}")
    if not (plan.value.served > greedy.value.served and plan.value.total > greedy.value.total):
        raise SystemExit("The plan does not beat the rule of thumb.")


def large_partnership() -> None:
    """Some of the generated profiles become one partnership."""
    partnership = Partnership.objects.create(acronym="LARGE", field="Everything")
    keys = list(Profile.objects.published().order_by("-pk").values_list("pk", flat=True)[:LARGE])
    Profile.objects.filter(pk__in=keys).update(partnership=partnership)
    refresh_records(profile_ids=keys)
    catalogue = Profile.objects.published().count()
    write(f"{LARGE} profiles of one partnership among {catalogue:,}")
    left_behind(Partnership.objects.exclude(pk=partnership.pk).earliest("pk"))  # the index is read
    found, seconds = timed(lambda: left_behind(partnership))
    write(f"  who is left behind, first time {seconds:>8.2f} s  {counted(found)}")
    _found, seconds = timed(lambda: left_behind(partnership))
    write(f"  the same again                 {seconds:>8.2f} s")
    missing, seconds = timed(lambda: missing_partners(found))
    write(f"  missing partners               {seconds:>8.2f} s  {len(missing)} sentences")
    refs = list(partnership.profiles.values_list("ref", flat=True)[:PAGE])
    _best, seconds = timed(lambda: best_partners(partnership, refs, Supply.now()))
    write(f"  best partners of a page        {seconds:>8.2f} s")
    made, seconds = timed(lambda: plan_of(partnership))
    write(f"  the plan, first time           {seconds:>8.2f} s  {len(made.world.pairs):,} pairs")
    _again, seconds = timed(lambda: plan_of(partnership))
    write(f"  the same again                 {seconds:>8.2f} s")
    _reasons, seconds = timed(lambda: reasons_for(made, made.best.pairs))
    write(f"  all reasons                    {seconds:>8.2f} s")
    for name, one in (("plan", made.best), ("best pair first", made.greedy)):
        write(f"  {name:<18}{told(one)}")
    write(f"  proven the best of the whole catalogue: {made.is_of_whole_catalogue}")


def named(world: World) -> World:
    """The same world with organisations known by their names."""
    refs = {ref for pair in world.pairs for ref in pair[:2]} | world.own
    rows = Profile.objects.filter(ref__in=refs).values_list("ref", "organisation__name", "role")
    name = {ref: f"{organisation} ({role})" for ref, organisation, role in rows}
    return World(
        visitors={name[ref]: category for ref, category in world.visitors.items()},
        hosts=[name[ref] for ref in world.hosts],
        further=[name[ref] for ref in world.further],
        pairs=[Pair(name[one.visitor], name[one.host], one.score) for one in world.pairs],
        places={name[ref]: places for ref, places in world.places.items()},
        wanted=world.wanted,
    )


def told(plan: Plan) -> str:
    value = plan.value
    return (
        f"served {value.served:>4}   towards targets {value.towards_targets:>3}"
        f"   total {value.total / 10:>9.1f}   pairs {len(plan.pairs):>4}"
    )


def timed(what: Callable[[], Result]) -> tuple[Result, float]:
    started = time.perf_counter()
    result = what()
    return result, time.perf_counter() - started


def write(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
