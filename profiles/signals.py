"""What this app tells the apps above it. Sent within the transaction of the change."""

from django.dispatch import Signal

listing_changed = Signal()
"""`profile_ids: list[int]`: these profiles entered or left the catalogue, or changed within it."""
