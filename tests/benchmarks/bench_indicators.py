"""How long the page of indicators takes among many exchanges.

Run by hand: `python -m tests.benchmarks.bench_indicators [count]`, 1,000 exchanges unless told
otherwise. It starts PostgreSQL and gunicorn of its own, with one web process; the yardstick is the
bare list of `bench_match_page`, asked in turn over the same connection. It fails where the page
takes more than 5 times as long, or an export more than 5 seconds.

The page is drawn once for as long as nothing happens in the portal. `after each change` is a page
when something has happened before every single request; each table by itself is counted anew, too.
"""

import statistics
import sys
import time
from datetime import date

from tests.benchmarks.bench_match_page import (
    POSTGRES,
    YARDSTICK,
    measure,
    postgres,
    prepare,
    private_folder,
    provide,
    server,
)

SIZE = 1000
BOUND = 5
SECONDS = 5
"""At most, for each export."""
ROUNDS = 15
BARE, PAGE, ROWS = "bare list of 25 rows", "indicators", "the rows behind a number"
ANEW = {
    "indicators, after each change": "/indicators/",
    "rows, after each change": "/indicators/5.5.1/",
}
"""Asked when something has happened before every single request."""
OWN = "RECIPE4MOBILITY"


def main() -> None:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else SIZE
    initdb = provide(POSTGRES)[POSTGRES.name]
    with private_folder() as folder, postgres(initdb, folder) as url:
        prepare(url, folder)
        session, first, last = fill(size)
        sys.stdout.write(f"{size:,} exchanges\n")
        days = f"?starts_on={first}&ends_on={last}"
        views = {
            BARE: YARDSTICK,
            PAGE: "/indicators/",
            "indicators of a period": f"/indicators/{days}",
            ROWS: "/indicators/5.5.1/",
        }
        with server() as port:
            medians = measure(port, session, views, rounds=ROUNDS)
            measure(
                port, session, {BARE: YARDSTICK, **ANEW}, before=let_something_happen, rounds=ROUNDS
            )
        measure_tables()
        slowest = measure_exports()
    if slowest > SECONDS:
        raise SystemExit(f"An export takes more than {SECONDS} seconds.")
    if medians[PAGE] > BOUND * medians[BARE]:
        raise SystemExit(f"The page takes more than {BOUND} times the bare list.")


def fill(size: int) -> tuple[str, date, date]:
    """So many exchanges of two partnerships; gives the session of a coordinator of one of them."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client

    from profiles.enums import StaffRoleName
    from profiles.models import Partnership, StaffRole, User
    from tests.factories.figures import random_world

    world = random_world(exchanges=size, seed=1, acronyms=(OWN, "EXXTRA"))
    user = User.objects.create_user("bench@example.org")
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    own = Partnership.objects.get(acronym=OWN)
    StaffRole.objects.create(user=user, role=StaffRoleName.COORDINATOR, partnership=own)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client.cookies["sessionid"].value, world.starts_on, world.ends_on


def let_something_happen(name: str) -> None:
    """An entry of the audit trail, before those pages alone that are to be counted anew."""
    from cxc_portal.core import audit

    if name in ANEW:
        audit.record("bench.happened")


def measure_tables() -> None:
    """How long the database and the portal take to count each table, in this process."""
    from profiles.models import Partnership
    from reports.queries.figures import TABLES
    from reports.queries.scopes import Scope

    own = Partnership.objects.get(acronym=OWN)
    for name, table in TABLES.items():
        taken = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            table.values(Scope(own))
            taken.append(time.perf_counter() - started)
        sys.stdout.write(f"  table {name:<24}{statistics.median(taken) * 1000:>9.1f} ms\n")


def measure_exports() -> float:
    """How long each export takes, from the database to the file, the sealing of the PDF included;
    gives the slowest."""
    from cxc_portal.core import documents
    from profiles.models import Partnership
    from reports.documents.indicators import order_indicators
    from reports.exports.files import FORMATS, export
    from reports.queries.handed_in import of_scope
    from reports.queries.scopes import Scope

    scope = Scope(Partnership.objects.get(acronym=OWN))
    documents.make(order_indicators(of_scope(scope)).pk)  # what is loaded once, is loaded
    taken = {}
    for name in (*FORMATS, "pdf"):
        started = time.perf_counter()
        if name == "pdf":
            of_days = Scope(scope.partnership, starts_on=date(2020, 1, 1))
            documents.make(order_indicators(of_scope(of_days)).pk)
        else:
            export(of_scope(scope), name)
        taken[name] = time.perf_counter() - started
        sys.stdout.write(f"  export {name:<23}{taken[name] * 1000:>9.1f} ms\n")
    return max(taken.values())


if __name__ == "__main__":
    main()
