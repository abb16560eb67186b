"""What this app tells the apps above it. Sent within the transaction of the change."""

from django.dispatch import Signal

listing_changed = Signal()
"""`profile_ids: list[int]`: these profiles entered or left the catalogue, changed within it, or can
not come back to it. `fields`, where it is sent: that alone was edited of published ones."""

reference_loaded = Signal()
"""The reference data has been loaded. A receiver may load its own, and answer with what it counts:
names to numbers."""

registration_begun = Signal()
"""`registration: Registration`, `link: str`: somebody who came by this link begins to register."""
