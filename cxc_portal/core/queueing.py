"""Tasks that survive a broker that is away: their work is a row, and a sweep finds it again."""

import logging
from typing import Any

from celery import Task
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


class SweptTask(Task):
    """A task whose work a sweep picks up when it could not be queued."""

    def enqueue(self, *args: Any) -> None:
        """Queue the task; a broker that cannot be reached is logged, not raised."""
        try:
            self.delay(*args)
        except (OperationalError, OSError):
            logger.exception("could not queue %s%s; the sweep will", self.name, args)
