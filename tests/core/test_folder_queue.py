"""The queue of the embedded mode: what goes in comes out once, however many share the folder."""

import threading
from concurrent.futures import ThreadPoolExecutor
from queue import Empty

import pytest
from kombu import Connection
from kombu.exceptions import ChannelError

from cxc_portal.core import folder_queue

TRANSPORT = "cxc_portal.core.folder_queue:Transport"


@pytest.fixture
def folders(tmp_path):
    for name in ("messages", "control"):
        (tmp_path / name).mkdir()
    return tmp_path


@pytest.fixture
def connect(folders):
    """Opens the queue as another process would."""
    options = {
        "data_folder_in": str(folders / "messages"),
        "data_folder_out": str(folders / "messages"),
        "control_folder": str(folders / "control"),
    }
    opened = []

    def connect():
        connection = Connection("filesystem://", transport=TRANSPORT, transport_options=options)
        opened.append(connection)
        return connection.channel()

    yield connect
    for connection in opened:
        connection.release()


@pytest.fixture
def channel(connect):
    return connect()


def files(folder):
    return sorted(path.name for path in folder.iterdir())


def take_all(channel, queue="celery"):
    taken = []
    while True:
        try:
            taken.append(channel._get(queue))
        except Empty:
            return taken


# --- messages ----------------------------------------------------------------------------------


def test_what_goes_in_comes_out_in_order_and_leaves_nothing_behind(channel, folders):
    for number in range(3):
        channel._put("celery", {"number": number})
    assert channel._size("celery") == 3
    assert take_all(channel) == [{"number": 0}, {"number": 1}, {"number": 2}]
    assert files(folders / "messages") == []


def test_a_message_is_for_its_own_queue(channel):
    channel._put("celery", {"a": 1})
    assert take_all(channel, "other") == []
    assert take_all(channel, "celery") == [{"a": 1}]


def test_an_empty_folder_says_so(channel):
    with pytest.raises(Empty):
        channel._get("celery")


def test_several_processes_take_each_message_once(connect):
    writers, readers = [connect() for _n in range(2)], [connect() for _n in range(4)]
    start = threading.Barrier(6)

    def write(channel, offset):
        start.wait(10)
        for number in range(100):
            channel._put("celery", {"number": offset + number})
        return []

    def read(channel):
        start.wait(10)
        return [message for _round in range(50) for message in take_all(channel)]

    with ThreadPoolExecutor(6) as pool:
        written = [pool.submit(write, channel, 1000 * n) for n, channel in enumerate(writers)]
        taken = [pool.submit(read, channel) for channel in readers]
        assert [done.result() for done in written] == [[], []]
        messages = [message["number"] for done in taken for message in done.result()]
    messages += [message["number"] for message in take_all(readers[0])]
    assert sorted(messages) == sorted([*range(100), *range(1000, 1100)])


def test_a_message_that_is_still_being_written_is_not_read(channel, folders, monkeypatch):
    monkeypatch.setattr(folder_queue.Path, "rename", lambda self, target: None)
    channel._put("celery", {"a": 1})
    assert len(files(folders / "messages")) == 1
    assert take_all(channel) == []


def test_a_message_that_another_worker_takes_first_is_left_to_it(channel, folders, monkeypatch):
    channel._put("celery", {"a": 1})
    rename = folder_queue.Path.rename

    def too_late(self, target):
        self.unlink()
        return rename(self, target)

    monkeypatch.setattr(folder_queue.Path, "rename", too_late)
    assert take_all(channel) == []


def test_a_message_that_cannot_be_read_is_dropped_and_does_not_stop_the_worker(
    channel, folders, caplog
):
    (folders / "messages" / "1_broken.celery.msg").write_text("{")
    channel._put("celery", {"a": 1})
    assert take_all(channel) == [{"a": 1}]
    assert caplog.messages == ["dropped a message that cannot be read: 1_broken.celery.msg"]
    assert files(folders / "messages") == []


def test_a_folder_that_cannot_be_written_to_is_an_error_of_the_queue(channel, folders):
    (folders / "messages").rmdir()
    with pytest.raises(ChannelError, match="Cannot add a message for celery"):
        channel._put("celery", {"a": 1})


# --- tables ------------------------------------------------------------------------------------


def test_an_exchange_that_nobody_bound_has_no_table(channel):
    assert channel.get_table("celery") == []


def test_a_binding_is_seen_by_the_others_and_written_once(connect):
    connect()._queue_bind("celery", "celery", None, "celery")
    connect()._queue_bind("celery", "celery", None, "celery")
    assert connect().get_table("celery") == [("celery", "", "celery")]


def test_the_newest_binding_stands_first(channel):
    channel._queue_bind("celery", "celery", "", "first")
    channel._queue_bind("celery", "celery", "", "second")
    assert [row.queue for row in channel.get_table("celery")] == ["second", "first"]


def test_a_queue_that_is_deleted_loses_its_binding_and_its_messages(channel, folders):
    for queue in ("first", "second"):
        channel._queue_bind("celery", queue, "", queue)
        channel._put(queue, {})
    channel._delete("first", "celery", "first", "")
    assert [row.queue for row in channel.get_table("celery")] == ["second"]
    assert (channel._size("first"), channel._size("second")) == (0, 1)


def test_a_queue_that_was_never_bound_can_be_deleted(channel):
    channel._delete("first", "celery", "first", "")
    assert channel.get_table("celery") == []


def test_processes_that_bind_at_once_lose_no_binding(connect, folders):
    channels = [connect() for _n in range(8)]
    start = threading.Barrier(8)

    def bind(number):
        start.wait(10)
        channels[number]._queue_bind("celery", "celery", "", f"queue-{number}")
        return len(channels[number].get_table("celery"))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(bind, range(8)))
    bound = {row.queue for row in channels[0].get_table("celery")}
    assert bound == {f"queue-{number}" for number in range(8)}
    assert files(folders / "control") == ["celery.exchange", "lock"]


def test_a_missing_control_folder_is_made(channel, folders):
    (folders / "control").rmdir()
    channel._queue_bind("celery", "celery", "", "celery")
    assert files(folders / "control") == ["celery.exchange", "lock"]


# --- the transport -----------------------------------------------------------------------------


def test_celery_reaches_the_queue_by_the_settings_of_the_embedded_mode(folders):
    from celery import Celery

    app = Celery("trial", set_as_current=False)
    app.conf.broker_url = "filesystem://"
    app.conf.broker_transport = TRANSPORT
    app.conf.broker_transport_options = {
        "data_folder_in": str(folders / "messages"),
        "data_folder_out": str(folders / "messages"),
        "control_folder": str(folders / "control"),
    }
    app.send_task("trial.task", args=[7])
    with app.connection_for_read() as connection:
        assert isinstance(connection.transport, folder_queue.Transport)
        message = connection.channel()._get("celery")
    assert message["headers"]["task"] == "trial.task"
    app.close()
