"""The published profiles in memory, as each process holds them.

A reader asks the database one small question, whether anything has changed, takes up what has, and
then reads columns that nobody changes meanwhile.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from django.core.exceptions import ImproperlyConfigured

from matching.models import IndexRecord, IndexState
from matching.queries.reference import Reference
from matching.scoring.columns import FactColumns

CHUNK = 20_000
Marks = tuple[str, str, int]
"""History and fingerprint, then the stamp."""


class ReadersAndWriter:
    """Many may read at once; whoever writes is alone. A waiting writer goes before new readers."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._readers = 0
        self._writers_waiting = 0
        self._is_writing = False

    @contextmanager
    def reading(self) -> Iterator[None]:
        with self._changed:
            self._changed.wait_for(lambda: not (self._is_writing or self._writers_waiting))
            self._readers += 1
        try:
            yield
        finally:
            with self._changed:
                self._readers -= 1
                self._changed.notify_all()

    @contextmanager
    def writing(self) -> Iterator[None]:
        with self._changed:
            self._writers_waiting += 1
            self._changed.wait_for(lambda: not (self._is_writing or self._readers))
            self._writers_waiting -= 1
            self._is_writing = True
        try:
            yield
        finally:
            with self._changed:
                self._is_writing = False
                self._changed.notify_all()


@dataclass(frozen=True)
class Snapshot:
    """The columns while somebody reads them. They do not change until the reading ends."""

    columns: FactColumns
    reference: Reference
    memory: dict[Any, Any]
    marks: Marks
    """Others as soon as anything of it has changed, in any process."""

    def remembered(self, key: Any, make: Callable[[], Any]) -> Any:
        """What `make` gave; made once in each process until the catalogue, the rules or the names
        change."""
        if key not in self.memory:
            self.memory[key] = make()
        return self.memory[key]


class ProfileIndex:
    def __init__(self) -> None:
        self._lock = ReadersAndWriter()
        self._taking_up = threading.Lock()
        self._marks: Marks | None = None
        self._reference = Reference.empty()
        self._columns = FactColumns(self._reference.vocabulary)
        self._memory: dict[Any, Any] = {}
        self._here = threading.local()

    @contextmanager
    def reading(self) -> Iterator[Snapshot]:
        """The published profiles as they are now. Read inside only, and keep it short: who writes
        waits. Within another reading it is that one."""
        if outer := getattr(self._here, "snapshot", None):
            yield outer
            return
        self._catch_up()
        with self._lock.reading():
            marks = cast(Marks, self._marks)
            self._here.snapshot = Snapshot(self._columns, self._reference, self._memory, marks)
            try:
                yield self._here.snapshot
            finally:
                del self._here.snapshot

    def _catch_up(self) -> None:
        if self._marks == _marks():
            return
        with self._taking_up:
            marks = _marks()
            while self._marks != marks:
                take_up = self._news(marks)
                later = _marks()
                if later[:2] == marks[:2]:
                    with self._lock.writing():
                        take_up()
                        self._marks, self._memory = marks, {}
                    return
                # The code lists changed while the records were read: these may be of either.
                marks = later

    def _news(self, marks: Marks) -> Callable[[], None]:
        """What has to be done to be where the marks are; the reading for it is done already."""
        if self._marks and self._marks[:2] == marks[:2] and self._marks[2] < marks[2]:
            changed = IndexRecord.objects.filter(stamp__gt=self._marks[2])
            rows = changed.values_list("ref", "facts").iterator(chunk_size=CHUNK)
            return partial(self._change, [(ref, bytes(facts)) for ref, facts in rows])
        reference = Reference.from_data(IndexState.objects.values_list("reference", flat=True)[0])
        listed = IndexRecord.objects.listed().values_list("facts", flat=True)
        records = (bytes(facts) for facts in listed.iterator(chunk_size=CHUNK))
        columns = FactColumns.from_records(records, reference.vocabulary)
        return partial(self._replace, reference, columns)

    def _change(self, rows: list[tuple[str, bytes]]) -> None:
        self._columns.put_records(facts for _ref, facts in rows if facts)
        for ref in [ref for ref, facts in rows if not facts]:
            self._columns.remove(ref)

    def _replace(self, reference: Reference, columns: FactColumns) -> None:
        self._reference, self._columns = reference, columns


def _marks() -> Marks:
    """What changes whenever the index does. Raises `ImproperlyConfigured` where there is none."""
    marks = IndexState.objects.values_list("history", "fingerprint", "stamp").first()
    if marks is None:
        raise ImproperlyConfigured(
            "There is no index of profiles yet. Run: python manage.py load_reference_data"
        )
    return marks


index = ProfileIndex()
