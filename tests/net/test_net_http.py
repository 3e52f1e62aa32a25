from __future__ import annotations

import gzip
import socket
import threading
import time
import zlib

import pytest

from helpers.liar import Asked, hang_up, http, liar
from taker311.net.http import Broken, Http, NotConnected

web = Http("taker311-tests")


def test_a_reply_comes_back_with_status_headers_and_body() -> None:
    with liar(http(418, "tea", x_kind="pot")) as server:
        reply = web.request("GET", server.url + "x")
    assert (reply.status, reply.body, reply.headers["x-kind"]) == (418, b"tea", "pot")


def test_a_post_sends_its_bytes_with_their_length_and_our_name() -> None:
    with liar(http(200)) as server:
        web.request("POST", server.url, body=b"a=1", headers={"Content-Type": "x/y"})
    asked = server.asked[0]
    assert asked.body == b"a=1"
    assert asked.headers["content-length"] == "3"
    assert "transfer-encoding" not in asked.headers
    assert (asked.headers["content-type"], asked.headers["user-agent"]) == ("x/y", "taker311-tests")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/",
        "https://127.0.0.1:1/",
        "http://no-such-host.invalid/",
        "ftp://x/",
        "nonsense",
        "http://[::1",
    ],
)
def test_where_nobody_listens_nothing_was_sent(url: str) -> None:
    with pytest.raises(NotConnected):
        web.request("POST", url, body=b"a=1")


def test_plain_http_behind_an_https_address_is_not_connected() -> None:
    with liar(http(200)) as server, pytest.raises(NotConnected):
        web.request("POST", server.url.replace("http:", "https:"), body=b"a=1", connect_s=0.3)


def test_a_connection_that_is_cut_after_the_request_is_broken() -> None:
    with liar(hang_up) as server, pytest.raises(Broken):
        web.request("POST", server.url, body=b"a=1")


def test_a_body_that_ends_too_early_is_broken() -> None:
    with liar(http(200, "short", content_length="500")) as server, pytest.raises(Broken):
        web.request("GET", server.url)


def test_a_silent_server_costs_no_more_than_the_total() -> None:
    quiet = threading.Event()

    def say_nothing(_connection: socket.socket, _asked: Asked) -> None:
        quiet.wait(5)

    with liar(say_nothing) as server:
        with pytest.raises(Broken, match=r"within|no answer in time"):
            web.request("POST", server.url, body=b"a=1", total_s=0.3)
        quiet.set()


@pytest.mark.parametrize("first", [b"HTTP/1.1 200 OK\r\nx: ", b"HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n"])
def test_a_trickle_of_bytes_does_not_stretch_the_total(first: bytes) -> None:
    enough = threading.Event()
    until = time.monotonic() + 10

    def trickle(connection: socket.socket, _asked: Asked) -> None:
        connection.sendall(first)
        while not enough.wait(0.02) and time.monotonic() < until:
            connection.sendall(b"x")

    with liar(trickle) as server:
        with pytest.raises(Broken, match=r"within|in time"):
            web.request("GET", server.url, total_s=0.4, read_s=0.3)
        enough.set()


def test_a_reply_over_the_cap_is_broken() -> None:
    with liar(http(200, b"x" * 5000)) as server, pytest.raises(Broken, match="longer than"):
        web.request("GET", server.url, max_bytes=4999)


def test_a_packed_reply_is_unpacked() -> None:
    with liar(
        http(200, gzip.compress(b"hello"), content_encoding="gzip"),
        http(200, zlib.compress(b"hello"), content_encoding="deflate"),
        http(200, zlib.compress(b"hello")[2:-4], content_encoding="deflate"),
    ) as server:
        assert [web.request("GET", server.url).body for _ in range(3)] == [b"hello"] * 3


def test_a_bomb_is_never_unpacked() -> None:
    bomb = http(200, gzip.compress(b"0" * 50_000_000), content_encoding="gzip")
    with liar(bomb) as server, pytest.raises(Broken, match="unpacks to more"):
        web.request("GET", server.url, max_bytes=100_000)


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_packing_that_cannot_be_undone_is_broken(encoding: str) -> None:
    with liar(http(200, b"\x00nonsense", content_encoding=encoding)) as server, pytest.raises(Broken):
        web.request("GET", server.url)


def test_a_get_follows_a_redirect_on_the_same_host() -> None:
    with liar(http(301, location="/there"), http(200, "found")) as server:
        reply = web.request("GET", server.url)
    assert reply.body == b"found"
    assert reply.url.endswith("/there")


def test_a_get_does_not_go_to_another_host() -> None:
    with liar(http(302, location="http://portal.example/")) as server:
        assert web.request("GET", server.url).status == 302


def test_a_circle_of_redirects_ends() -> None:
    with liar(http(302, location="/a"), http(302, location="/b")) as server:
        assert web.request("GET", server.url).status == 302
    assert len(server.asked) <= 4


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_post_follows_no_redirect(status: int) -> None:
    with liar(http(status, location="/there"), http(200)) as server:
        assert web.request("POST", server.url, body=b"a=1").status == status
    assert len(server.asked) == 1


def test_a_failure_names_the_host_and_never_the_path_or_the_query() -> None:
    with liar(hang_up) as server, pytest.raises(Broken) as failure:
        web.request("GET", server.url + "secret?api_key=secret")
    assert "secret" not in str(failure.value)
    assert server.url.rstrip("/") in str(failure.value)


def test_many_threads_share_one_http() -> None:
    found: list[bytes] = []
    with liar(http(200, "ok")) as server:
        threads = [threading.Thread(target=lambda: found.append(web.request("GET", server.url).body)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
    assert found == [b"ok"] * 8
