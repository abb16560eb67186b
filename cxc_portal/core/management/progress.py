"""A progress bar for commands: on a terminal only."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import Progress

from cxc_portal.core.jobs import Watcher


@contextmanager
def progress_bar(title: str) -> Iterator[Watcher | None]:
    """Yields a function of (done, total) that draws; None where there is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    with Progress(transient=True) as bar:
        task = bar.add_task(title, total=None)

        def draw(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield draw
