"""What this app tells the apps above it. Sent within the transaction of the change; what a receiver
refuses with a `DomainError` does not happen."""

from django.dispatch import Signal

match_confirmed = Signal()
"""`match`, `actor`: both sides have agreed to meet."""

match_dissolved = Signal()
"""`match`, `actor`, `comment`: a confirmed match came to an end before anything was signed."""
