"""What happened to reports, for whatever follows from it in this app."""

from django.dispatch import Signal

report_handed_in = Signal()
"""Sent with `report` inside the transaction, with the lock of its exchange held."""

report_validated = Signal()
"""Sent with `report` inside the transaction, with the lock of its exchange held."""

report_returned = Signal()
"""Sent with `report` inside the transaction, with the lock of its exchange held; it may have been
validated before."""

exchange_closed = Signal()
"""Sent with `exchange` inside the transaction, with the locks of `locked_with_visit` held: it took
place and counts."""

exchange_failed = Signal()
"""The same for one that did not take place, as both sides reported."""
