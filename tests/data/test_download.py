import hashlib
from copy import deepcopy

import pytest
import requests

from orca.data.download import Download, _RefusedError, _session
from orca.errors import DataError
from tests.limits import file_size_limit

CONTENT = bytes(range(256)) * 5000
MD5 = "md5:" + hashlib.md5(CONTENT).hexdigest()


def download(*urls, **facts):
    return Download(
        name="field.h5", urls=urls, attempts=4, pause_s=0.01,
        **{"size": len(CONTENT), "digest": MD5, "patience_s": 2.0, **facts},
    )  # fmt: skip


@pytest.fixture
def path(tmp_path):
    return tmp_path / "field.h5"


@pytest.mark.parametrize(
    ("how", "part", "asked"),
    [
        ({}, b"", [""]),
        ({"statuses": [503, 429]}, b"", ["", "", ""]),  # a busy server is asked again
        ({}, CONTENT[:1000], ["bytes=1000-"]),  # of an earlier attempt
        ({"ranges": False}, b"x" * 1000, ["bytes=1000-"]),  # and is sent whole
    ],
)
def test_a_file_arrives_whole_and_alone(server, path, how, part, asked):
    if part:
        path.with_name(".field.h5.part").write_bytes(part)
    download(server.serve("a", CONTENT, **how)).bring(path)
    assert path.read_bytes() == CONTENT
    assert [file.name for file in path.parent.iterdir()] == ["field.h5"]
    assert server.files["/a"].asked == asked


@pytest.mark.parametrize("how", [{"cut_after": [300_000, 400_000]}, {"stall_s": [1.5]}])
def test_a_connection_that_breaks_or_falls_silent_is_resumed_where_it_was(server, path, how):
    download(server.serve("a", CONTENT, **how), patience_s=0.3).bring(path)
    assert path.read_bytes() == CONTENT
    first, *later = server.files["/a"].asked
    assert first == ""
    assert later
    assert all(wanted.startswith("bytes=") and wanted != "bytes=0-" for wanted in later)


@pytest.mark.parametrize(
    ("content", "how"), [(CONTENT, {"statuses": [403] * 9}), (CONTENT[:-1] + b"\0", {})]
)
def test_a_mirror_that_refuses_or_damages_is_asked_once_and_the_next_one_serves(
    server, path, content, how
):
    bad = server.serve("bad", content, **how)
    download(bad, server.serve("good", CONTENT)).bring(path)
    assert path.read_bytes() == CONTENT
    assert len(server.files["/bad"].asked) == 1


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"statuses": [403] * 9}, "HTTP status 403"),
        ({"statuses": [503] * 9}, "given up after 4 tries, HTTP status 503"),
        ({"media": "text/html; charset=utf-8"}, "HTML page"),
        ({"cut_after": [10] * 9}, "given up after 4 tries, the connection failed"),
    ],
)
def test_what_cannot_be_had_leaves_no_file_and_says_why_and_what_to_do(server, path, how, said):
    url = server.serve("a", CONTENT, **how)
    with pytest.raises(DataError) as fault:
        download(url).bring(path)
    assert not path.exists()
    assert said in str(fault.value)
    assert url in fault.value.what
    assert f"put it at {path}" in fault.value.mend
    assert MD5 in fault.value.mend
    assert str(len(CONTENT)) in fault.value.mend


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (CONTENT[:-1] + b"\0", "md5 is"),
        (CONTENT[:-1], "bytes instead of"),
        (b"\n<!DOCTYPE html><html>quota</html>", "a page"),
        (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "a page"),
    ],
)
def test_another_file_under_the_right_address_is_refused(server, path, content, said):
    with pytest.raises(DataError, match=said):
        download(server.serve("a", content)).bring(path)
    assert not path.exists()
    assert not path.with_name(".field.h5.part").exists()


def test_without_a_digest_a_file_never_begins_at_one_address_and_ends_at_another(server, path):
    other = bytes(reversed(CONTENT))
    broken = server.serve("broken", other, cut_after=[300_000] + [0] * 9)
    whole = server.serve("whole", CONTENT)
    download(broken, whole, digest="", size=None).bring(path)
    assert path.read_bytes() == CONTENT
    assert [file.name for file in path.parent.iterdir()] == ["field.h5"]


def test_with_a_digest_another_address_gives_the_rest(server, path):
    broken = server.serve("broken", CONTENT, cut_after=[300_000] + [0] * 9)
    download(broken, server.serve("whole", CONTENT)).bring(path)
    assert path.read_bytes() == CONTENT
    (asked,) = server.files["/whole"].asked
    assert asked.startswith("bytes=")
    assert asked != "bytes=0-"


def test_a_server_that_is_not_there_is_given_up(path):
    with pytest.raises(DataError, match="connection"):
        Download(
            name="field.h5", urls=("http://127.0.0.1:9/none",), attempts=2, pause_s=0.01
        ).bring(path)


def test_a_size_known_in_round_numbers_refuses_no_file_and_is_told_as_such(server, path):
    about = {"size": 1_000_000, "rounded": True}
    download(server.serve("a", CONTENT), **about, digest="").bring(path)
    assert path.read_bytes() == CONTENT
    with pytest.raises(DataError) as fault:
        download(**about).bring(path)
    assert "about 1000000 bytes" in fault.value.mend


def test_a_part_larger_than_a_rounded_size_is_gone_on_with(server, path):
    path.with_name(".field.h5.part").write_bytes(CONTENT[:1000])
    download(server.serve("a", CONTENT), size=500, rounded=True).bring(path)
    assert path.read_bytes() == CONTENT
    assert server.files["/a"].asked == ["bytes=1000-"]


HOSTILE = {
    "nothing at all": (b"", {}),
    "more than announced and stated": (CONTENT * 3, {"headers": {"Content-Length": ""}}),
    "more is announced than stated": (CONTENT, {"headers": {"Content-Length": "9" * 15}}),
    "packed": (CONTENT, {"headers": {"Content-Encoding": "gzip"}}),
    "elsewhere than the web": (CONTENT, {"redirect": "file:///etc/passwd"}),
    "no range is known": (CONTENT, {"statuses": [416] * 9}),
    "moved without an address": (CONTENT, {"statuses": [301] * 9}),
    "not modified": (CONTENT, {"statuses": [304] * 9}),
}


@pytest.mark.parametrize(("content", "how"), HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("have", [0, 1000])
@pytest.mark.parametrize("size", [len(CONTENT), None])
def test_after_a_hostile_server_the_next_one_serves(server, path, content, how, have, size):
    if size is None and "announced" in str(how):
        return
    if have:
        path.with_name(".field.h5.part").write_bytes(CONTENT[:have])
    bad = server.serve("bad", content, **deepcopy(how))
    download(bad, server.serve("good", CONTENT), size=size).bring(path)
    assert path.read_bytes() == CONTENT
    assert [file.name for file in path.parent.iterdir()] == ["field.h5"]


def test_a_part_that_was_not_asked_for_is_refused(server, path):
    path.with_name(".field.h5.part").write_bytes(CONTENT[:1000])
    bad = server.serve("bad", CONTENT, headers={"Content-Range": "bytes 0-9/10"})
    download(bad, server.serve("good", CONTENT)).bring(path)
    assert path.read_bytes() == CONTENT
    assert server.files["/good"].asked == [""]


def test_a_server_that_sends_without_end_is_cut_off_at_the_stated_size(server, path):
    endless = server.serve("a", CONTENT * 20, headers={"Content-Length": ""})
    with pytest.raises(DataError, match="for a file of 1 to"):
        download(endless).bring(path)
    assert not list(path.parent.iterdir())


@pytest.mark.parametrize(
    ("at", "to", "follows"),
    [
        ("https://a/x", "http://b/x", False),
        ("https://a/x", "//b/x", True),
        ("https://a/x", "/y", True),
        ("http://a/x", "https://b/x", True),
        ("http://a/x", "ftp://b/x", False),
    ],
)
def test_a_redirect_never_leaves_https(at, to, follows):
    answer = requests.Response()
    answer.status_code, answer.url = 302, at
    answer.headers["location"] = to
    if follows:
        assert _session().get_redirect_target(answer) == to
        return
    with pytest.raises(_RefusedError, match="it leads from"):
        _session().get_redirect_target(answer)


def test_a_full_disk_is_one_clear_error(server, path):
    url = server.serve("a", CONTENT)
    with file_size_limit(100_000), pytest.raises(DataError, match="cannot be written"):
        download(url).bring(path)
    assert not path.exists()
