"""What the browser of the replay reads in pages."""

import pytest

from reports.simulation.browser import Meter, Page, PageWrong, _multipart, complaint

HTML = """
<form action="/elsewhere/"><input type="hidden" name="token" value="x"></form>
<form id="main" method="post">
  <input type="hidden" name="token" value="t">
  <input name="name" value="Ada &amp; Bob">
  <input type="checkbox" name="ticked" checked>
  <input type="checkbox" name="open" value="1">
  <input type="radio" name="kind" value="a">
  <input type="radio" name="kind" value="b" checked>
  <input type="file" name="paper">
  <input name="gone" value="1" disabled>
  <select name="one"><option value="p">P</option><option value="q">Q</option></select>
  <select name="other"><option value="p">P</option><option value="q" selected>Q</option></select>
  <select name="many" multiple><option value="p">P</option></select>
  <textarea name="text">
line</textarea>
  <button name="send" value="1">Send</button>
</form>
<input name="outside" value="o" form="main"><input name="lost" form="nowhere">
"""


def page(text=HTML, status=200):
    return Page(status, "/page/", text)


def test_a_form_sends_what_stands_in_it():
    form = page().form_with("name", "paper")
    assert form.values == [
        ("token", "t"),
        ("name", "Ada & Bob"),
        ("ticked", "on"),
        ("kind", "b"),
        ("one", "p"),
        ("other", "q"),
        ("text", "line"),
        ("outside", "o"),
    ]
    assert form.offered == {"ticked": ["on"], "open": ["1"], "kind": ["a", "b"]}


def test_what_stands_around_the_controls_changes_nothing():
    text = """<p title="<form>">a &lt;input name="no"> b</p><form data-note="a > b" id='x'>
      <div><label>One <input
        name="one" value="1 > 0"></label><textarea name="two">x > y &amp; z</textarea></div>
      <SELECT name="three"><optgroup label="L"><option value="3" selected>3</optgroup></SELECT>
    </form><formula><inputs name="no"></formula>"""
    [form] = page(text).forms
    assert form.values == [("one", "1 > 0"), ("two", "x > y & z"), ("three", "3")]


def test_what_is_typed_takes_the_place_of_what_stands_there():
    form = page().form_with("token", action="/elsewhere/")
    assert form.filled({"token": "new", "more": [1, 2]}) == [
        ("token", "new"),
        ("more", "1"),
        ("more", "2"),
    ]


def test_a_page_without_the_form_says_so():
    with pytest.raises(PageWrong, match=r"/page/ \(404\) has no form with password"):
        page(status=404).form_with("password")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '<div class="error-summary"><h2>Wrong</h2><br><p>The name</p></div><p>not me</p>',
            "Wrong The name",
        ),
        ("<p>nothing</p>", "it came back without a word"),
    ],
)
def test_what_a_page_complains_of_is_read(text, said):
    assert complaint(text) == said


def test_files_are_sent_in_parts():
    body, kind = _multipart([("name", "Ada")], {"paper": b"%PDF-"})
    boundary = kind.partition("boundary=")[2].encode()
    assert body.count(boundary) == 3
    assert b'name="paper"; filename="paper.pdf"\r\nContent-Type: application/pdf' in body


def test_requests_are_measured():
    meter = Meter()
    meter.note(0.25)
    meter.note(0.75)
    assert (meter.requests, meter.seconds, meter.slowest) == (2, 1.0, 0.75)
