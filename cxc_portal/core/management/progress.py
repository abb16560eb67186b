"""How commands show that they are at work."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from cxc_portal.core.jobs import Watcher


@contextmanager
def progress_bar(title: str, stream: TextIO | None = None) -> Iterator[Watcher | None]:
    """Yields a function of (done, total) that draws a bar; None where nobody sits at a terminal.

    It draws on the error stream, so that what the command prints can be piped on.
    """
    output = stream or sys.stderr
    if not output.isatty():
        yield None
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(file=output), transient=True) as bar:
        task = bar.add_task(title, total=None)

        def draw(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield draw
