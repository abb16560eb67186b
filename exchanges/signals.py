"""What the app above learns of exchanges."""

from django.dispatch import Signal

last_day_reached = Signal()
"""Sent with `exchange` inside the transaction, with its locks held: its last day has begun at the
host's, or it is over. May be sent more than once."""

set_back = Signal()
"""Sent with `exchange` and `actor` inside the transaction: what had begun is written anew or broken
off, so nothing is to be reported of it."""
