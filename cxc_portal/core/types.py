"""Types that every app uses."""

from django.utils.functional import Promise

Text = str | Promise
"""A text for people, translated or to be translated when it is shown."""
