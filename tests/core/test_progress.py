import io

from cxc_portal.core.management.progress import progress_bar


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_terminal_shows_how_far_the_work_is():
    terminal = Terminal()
    with progress_bar("Importing [all] profiles", terminal) as watcher:
        watcher(2, 8)
    assert "Importing [all] profiles" in terminal.getvalue()
    assert "2/8" in terminal.getvalue()


def test_a_pipe_gets_nothing():
    pipe = io.StringIO()
    with progress_bar("Importing", pipe) as watcher:
        assert watcher is None
    assert pipe.getvalue() == ""


def test_the_error_stream_is_taken_unless_told_otherwise(capsys):
    with progress_bar("Importing") as watcher:
        assert watcher is None
    assert capsys.readouterr() == ("", "")
