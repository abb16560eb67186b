"""What happens here when exchanges change below."""


def connect() -> None:
    """Called once from `apps.ready()`."""
