"""The pages of django-allauth are this portal's own, and say what a browser is in two words."""

import pytest
from allauth.account.views import ConfirmEmailVerificationCodeView
from django.conf import settings
from django.template.loader import get_template
from django.urls import URLPattern

from cxc_portal import account_urls
from profiles.templatetags.account_tags import browser

PLAIN_TEXT = {"mfa/recovery_codes/download.txt"}


def patterns(resolvers):
    for entry in resolvers:
        if isinstance(entry, URLPattern):
            yield entry
        else:
            yield from patterns(entry.url_patterns)


def templates():
    """The templates of all views under /accounts/ that are django-allauth's."""
    views = [getattr(p.callback, "view_class", None) for p in patterns(account_urls.urlpatterns)]
    names = {
        getattr(view, name, None)
        for view in [*views, ConfirmEmailVerificationCodeView]
        for name in ("template_name", "template_name_signup_closed")
    }
    return sorted(names - {None} - PLAIN_TEXT)


def test_pages_are_found():
    assert len(templates()) > 20


@pytest.mark.parametrize("name", templates())
def test_page_is_our_own(name):
    assert get_template(name).origin.name.startswith(str(settings.TEMPLATES[0]["DIRS"][0]))


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
            "Firefox, Linux",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/126.0 Safari/537 Edg/126.0",
            "Edge, Windows",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605 Version/17.5 Safari/605",
            "Safari, macOS",
        ),
        (
            "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537 Chrome/126.0 Mobile Safari/537",
            "Chrome, Android",
        ),
        ("curl/8.5", "Unknown browser"),
        ("", "Unknown browser"),
    ],
)
def test_browser_in_two_words(user_agent, words):
    assert browser(user_agent) == words
