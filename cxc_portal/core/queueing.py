"""Tasks that survive a broker that is away: their work is a row, and a sweep finds it again."""

import logging
from typing import TYPE_CHECKING, Any

from celery import Task

if TYPE_CHECKING:
    AnyTask = Task[..., Any]
else:
    AnyTask = Task

logger = logging.getLogger(__name__)


class SweptTask(AnyTask):
    """A task whose work a sweep picks up when it could not be queued."""

    def enqueue(self, *args: Any) -> None:
        """Queue the task. The work is committed already: what goes wrong is logged, not raised."""
        try:
            self.delay(*args)
        except Exception:
            logger.exception("could not queue %s%s; the sweep will", self.name, args)
