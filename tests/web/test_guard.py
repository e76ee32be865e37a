"""Who is answered, and what every response says of how it may be used."""

import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from rollout_trace.web.guard import doors_of
from web.served import COMMAND, EXAMPLE, PATIENCE_SECONDS, Viewer, environment, viewing

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "", "localhost.:{port}"]
)
def test_another_host_is_not_answered(host: str, examples: Viewer) -> None:
    for path in ("/", "/app.js", "/api/1/bundles", "/api/1/changes"):
        refused = examples.get(path, Host=host.format(port=examples.port))

        assert (refused.status, refused.json["code"]) == (403, "wrong-host")


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "LOCALHOST:{port}", "[::1]:{port}"])
def test_our_own_names_are_answered(host: str, examples: Viewer) -> None:
    assert examples.get("/api/1/bundles", Host=host.format(port=examples.port)).status == 200


def test_a_browser_leaves_out_the_port_of_http() -> None:
    assert {"127.0.0.1", "127.0.0.1:80"} <= (doors_of("127.0.0.1", 80, is_loopback=True).hosts or set())
    assert "127.0.0.1" not in (doors_of("127.0.0.1", 8080, is_loopback=True).hosts or set())


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "https://127.0.0.1:{port}", "http://127.0.0.1:1", "http://localhost:{port}", ""],
)
def test_a_page_of_another_origin_is_not_answered(origin: str, examples: Viewer) -> None:
    refused = examples.get("/api/1/bundles", Origin=origin.format(port=examples.port))

    assert (refused.status, refused.json["code"]) == (403, "wrong-origin")
    assert "access-control-allow-origin" not in refused.headers


def test_our_own_page_is_answered(examples: Viewer) -> None:
    assert examples.get("/api/1/bundles", Origin=f"http://127.0.0.1:{examples.port}").status == 200


def test_what_another_site_loads_is_refused_but_a_link_from_there_leads_here(examples: Viewer) -> None:
    assert examples.get("/app.js", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="no-cors").status == 403
    assert examples.get("/", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate").status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_nothing_can_be_done_but_look(method: str, examples: Viewer) -> None:
    refused = examples.get("/api/1/bundles", method)

    assert (refused.status, refused.headers["allow"], refused.json["code"]) == (405, "GET, HEAD", "read-only")


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/", "GET", 200),
        ("/app.js", "GET", 200),
        ("/app.css", "HEAD", 200),
        ("/api/1", "GET", 200),
        ("/api/1/bundles", "GET", 200),
        ("/api/1/bundles?limit=x", "GET", 400),
        ("/nothing", "GET", 404),
        ("/api/1/nothing", "GET", 404),
        ("/api/2/bundles", "GET", 404),
        ("/api/1/rollouts/000000000000/rollout", "GET", 404),
        ("/api/1/bundles", "POST", 405),
        ("/api/1/changes", "HEAD", 200),
    ],
)
def test_every_response_has_the_policy(path: str, method: str, status: int, examples: Viewer) -> None:
    response = examples.get(path, method)

    assert response.status == status
    assert response.headers["content-security-policy"] == POLICY
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["x-frame-options"] == "DENY"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["cross-origin-resource-policy"] == "same-origin"


def test_a_page_that_is_there_already_and_one_that_is_refused_have_the_policy(examples: Viewer) -> None:
    tag = examples.get("/app.js").headers["etag"]
    for response, status in (
        (examples.get("/app.js", If_None_Match=tag), 304),
        (examples.get("/", Host="evil.example"), 403),
    ):
        assert (response.status, response.headers["content-security-policy"]) == (status, POLICY)


class TestToken:
    """Where others can reach the server."""

    def test_it_is_demanded_of_every_request(self, own: Path) -> None:
        with viewing(EXAMPLE, own, "--host", "0.0.0.0") as viewer:  # noqa: S104 - what is tested
            token = urlsplit(viewer.address).query.removeprefix("token=")
            assert len(token) >= 32
            for path in ("/", "/app.js", "/api/1/bundles", "/api/1/changes", "/nothing", "/?token=x", "/?token="):
                refused = viewer.get(path, at_host="127.0.0.1")
                assert (refused.status, refused.json["code"]) == (401, "no-token")
                assert refused.headers["content-security-policy"] == POLICY
                assert token not in refused.body.decode()
            for headers in (
                {"Authorization": "Bearer x"},
                {"Authorization": "Bearer "},
                {"Cookie": f"rollout-trace-token-{viewer.port}=x"},
                {"Cookie": "\x7f=;;="},
                {"Authorization": "Bearer \xe9"},
            ):
                assert viewer.get("/api/1/bundles", at_host="127.0.0.1", **headers).status == 401

        said = (own / "errors").read_text()
        assert said == (
            "Others may reach this address. Whoever has the token in it can read everything in the bundles.\n"
        )

    def test_it_is_given_once_and_then_kept_by_the_browser(self, own: Path) -> None:
        with viewing(EXAMPLE, own, "--host", "0.0.0.0") as viewer:  # noqa: S104 - what is tested
            query = urlsplit(viewer.address).query
            given = viewer.get(f"/?{query}&a=b", at_host="127.0.0.1")

            assert (given.status, given.headers["location"]) == (303, "/?a=b")
            cookie, *flags = given.headers["set-cookie"].split("; ")
            assert {flag.lower() for flag in flags} >= {"httponly", "samesite=strict"}
            assert viewer.get("/api/1/bundles", at_host="127.0.0.1", Cookie=cookie).status == 200
            assert viewer.get("/", at_host="127.0.0.1", Cookie=f"other=1; {cookie}").status == 200

    def test_a_program_may_send_it_as_a_bearer(self, own: Path) -> None:
        with viewing(EXAMPLE, own, "--host", "0.0.0.0") as viewer:  # noqa: S104 - what is tested
            bearer = "Bearer " + urlsplit(viewer.address).query.removeprefix("token=")

            assert viewer.get("/api/1/bundles", at_host="127.0.0.1", Authorization=bearer).status == 200
            refused = viewer.get(
                "/api/1/bundles", at_host="127.0.0.1", Authorization=bearer, Origin="http://evil.example"
            )
            assert refused.json["code"] == "wrong-origin"

    def test_each_server_has_another(self, own: Path) -> None:
        with (
            viewing(EXAMPLE, own / "1", "--host", "0.0.0.0") as one,  # noqa: S104 - what is tested
            viewing(EXAMPLE, own / "2", "--host", "0.0.0.0") as other,  # noqa: S104 - what is tested
        ):
            assert urlsplit(one.address).query != urlsplit(other.address).query

    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.2"])
    def test_on_loopback_there_is_none(self, host: str, own: Path) -> None:
        with viewing(EXAMPLE, own, "--host", host) as viewer:
            assert "token" not in viewer.address
            assert viewer.get("/api/1/bundles").status == 200
        assert (own / "errors").read_text() == ""


FAILING = """
import sys
from rollout_trace.web import library
from rollout_trace.cli.main import main

def fail(self):
    raise ZeroDivisionError("a fault of ours")

library.Library.change = fail
main()
"""


def test_a_fault_of_ours_is_one_sentence_with_the_policy_and_the_terminal_says_more(own: Path) -> None:
    """No question is known that makes the server fail, so a fault is put into this one."""
    own.mkdir()
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", FAILING, "view", str(EXAMPLE), "--no-open", "--port", "0"],
        env=environment(own),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().rpartition(" ")[2].strip()
            failed = Viewer(process, address).get("/api/1/bundles")
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=PATIENCE_SECONDS)
        finally:
            process.kill()

    assert (failed.status, failed.json["code"]) == (500, "fault")
    assert failed.headers["content-security-policy"] == POLICY
    assert "ZeroDivisionError" not in failed.body.decode()
    assert "ZeroDivisionError: a fault of ours" in errors


def test_the_command_says_that_a_host_is_none(own: Path) -> None:
    own.mkdir()
    for host in ("192.0.2.1", "a" * 300):  # an address of nobody, and no name
        done = subprocess.run(  # noqa: S603 - our own command
            [COMMAND, "view", str(EXAMPLE), "--no-open", "--host", host],
            env=environment(own),
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(f"rollout-trace: error: cannot listen at {host}, port 7357: ")
        assert done.stderr.count("\n") == 1
