"""The marks of views, and how objects are looked up."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.test import RequestFactory
from django.views.decorators.http import require_POST

from cxc_portal.core import access
from profiles.models import Profile, User
from tests.factories import ProfileFactory, StaffRoleFactory, UserFactory


def page(request, word="page"):
    return HttpResponse(word)


def ask(view, user=None, **kwargs):
    request = RequestFactory().get("/")
    request.user = user or AnonymousUser()
    return view(request, **kwargs).content.decode()


@pytest.mark.parametrize(
    ("decorate", "mark", "needs_login"),
    [
        (access.public, "public", False),
        (access.members, "members", True),
        (access.staff, "staff", True),
        (access.demo_only, "demo", False),
    ],
)
def test_a_mark_says_who_may_come_and_whether_to_log_in(decorate, mark, needs_login):
    def view(request):
        return HttpResponse()

    marked = decorate(view)
    assert marked.access_mark == mark
    assert mark in access.MARKS
    assert getattr(marked, "login_required", True) is needs_login


def test_a_mark_stays_under_other_decorators():
    def view(request):
        return HttpResponse()

    marked = require_POST(access.public(view))
    assert (marked.access_mark, marked.login_required) == ("public", False)


def test_a_staff_page_is_there_for_staff(reference):
    officer = User.objects.get(pk=StaffRoleFactory().user.pk)
    assert ask(access.staff(page), officer, word="desk") == "desk"


def test_a_staff_page_is_not_there_for_a_member(reference):
    with pytest.raises(Http404):
        ask(access.staff(page), UserFactory())


def test_a_staff_page_is_not_there_for_anybody_unknown():
    with pytest.raises(Http404):
        ask(access.staff(page))


def test_a_demo_page_is_there_in_the_demo(settings):
    settings.DEMO = True
    assert ask(access.demo_only(page), word="demo") == "demo"


def test_a_demo_page_is_not_there_otherwise(settings):
    settings.DEMO = False
    with pytest.raises(Http404):
        ask(access.demo_only(page))


def test_get_visible_finds_what_is_visible(reference):
    profile = ProfileFactory()
    visible = Profile.objects.visible_to(profile.contact)
    assert access.get_visible(visible, ref=profile.ref) == profile


def test_get_visible_hides_the_rest(reference):
    profile = ProfileFactory()
    with pytest.raises(Http404):
        access.get_visible(Profile.objects.visible_to(UserFactory()), ref=profile.ref)


@pytest.mark.parametrize("lookup", [{"pk": "abc"}, {"created_at": "yesterday"}])
def test_get_visible_takes_nonsense_for_nothing(db, lookup):
    with pytest.raises(Http404):
        access.get_visible(Profile.objects.all(), **lookup)


@pytest.mark.postgres
def test_get_visible_takes_a_zero_byte_for_nothing(db):
    with pytest.raises(Http404):
        access.get_visible(Profile.objects.all(), ref="a\x00b")


def test_require_lets_pass():
    assert access.require(True) is None


def test_require_refuses():
    with pytest.raises(PermissionDenied):
        access.require(False)
