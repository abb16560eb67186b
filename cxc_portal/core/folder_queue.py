"""The queue of the embedded mode: a folder of messages that several processes share.

Celery's own transport over files loses its way when two processes meet in the folder: it reads
messages and routing tables that are still being written, and takes messages out by way of the
system's temporary folder, which on another disk is a copy that two workers can both make. Here
everything is put in its place by renaming, which happens at once or not at all.

What a killed worker had taken out is gone. All that matters is a row, and the sweeps in
`cxc_portal.core.tasks` find it again.
"""

import contextlib
import fcntl
import logging
from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from time import monotonic_ns
from typing import Any
from uuid import uuid4

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps, loads

logger = logging.getLogger(__name__)

Binding = filesystem.exchange_queue_t


class Channel(filesystem.Channel):
    """A folder of messages, and a folder of tables that say which queue gets what."""

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{monotonic_ns():020}_{uuid4()}.{queue}.msg"
        try:
            _write_at_once(Path(self.data_folder_out) / name, dumps(payload))
        except OSError as problem:
            raise ChannelError(f"Cannot add a message for {queue}") from problem

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        for path in sorted(Path(self.data_folder_in).iterdir()):
            if path.name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = path.with_name(f"{path.name}.taken")
            try:
                path.rename(taken)
            except FileNotFoundError:
                continue  # another worker was quicker
            content = taken.read_text()
            taken.unlink()
            try:
                return loads(content)
            except ValueError:
                logger.error("dropped a message that cannot be read: %s", path.name)
        raise Empty

    def get_table(self, exchange: str) -> list[Any]:
        try:
            content = self._table_file(exchange).read_text()
        except FileNotFoundError:
            return []
        return [Binding(*row) for row in loads(content)]

    def _queue_bind(
        self, exchange: str, routing_key: str | None, pattern: str | None, queue: str | None
    ) -> None:
        binding = Binding(routing_key or "", pattern or "", queue or "")
        with self._table_lock():
            table = self.get_table(exchange)
            if binding not in table:
                self._write_table(exchange, [binding, *table])

    def _delete(
        self, queue: str, exchange: str, routing_key: str, pattern: str, *args: Any, **kwargs: Any
    ) -> None:
        self._purge(queue)
        binding = Binding(routing_key or "", pattern or "", queue or "")
        with self._table_lock():
            table = self.get_table(exchange)
            if binding in table:
                self._write_table(exchange, [other for other in table if other != binding])

    def _table_file(self, exchange: str) -> Path:
        return self.control_folder / f"{exchange}.exchange"

    def _write_table(self, exchange: str, table: list[Any]) -> None:
        _write_at_once(self._table_file(exchange), dumps(table))

    @contextlib.contextmanager
    def _table_lock(self) -> Iterator[None]:
        self.control_folder.mkdir(parents=True, exist_ok=True)
        with (self.control_folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class Transport(filesystem.Transport):
    """Celery's transport over files, with the channel above."""

    Channel = Channel
    polling_interval = 0.5


def _write_at_once(path: Path, content: str) -> None:
    """Nobody ever sees half of the file, whenever the writer is killed."""
    unfinished = path.with_name(f"{path.name}.{uuid4()}.part")
    unfinished.write_text(content)
    unfinished.rename(path)
