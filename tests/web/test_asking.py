"""How questions are put, how they are refused, and that nothing but what is meant can be had."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from rollout_trace.web.interface.endpoints import LIBRARY_ENDPOINTS, ROLLOUT_ENDPOINTS, Endpoint
from web.served import Viewer, viewing

HUGE = ("9" * 18, str(2**63), str(2**64), "9" * 5_000, "-1", "-" + "9" * 30)


@pytest.mark.parametrize(
    "path",
    [
        "/api/1/rollouts/../../etc/passwd",
        "/api/1/rollouts/%2e%2e/%2e%2e/etc/passwd",
        "/api/1/rollouts/..%2f..%2f..%2fetc%2fpasswd/rollout",
        "/api/1/rollouts/%2Fetc%2Fpasswd/rollout",
        "/api/1/rollouts/fix-the-build/rollout",
        "/api/1/rollouts/..%5c..%5cetc/rollout",
        "/api/1/rollouts/%00/rollout",
        "/api/1/rollouts//rollout",
        "/../../etc/passwd",
        "/..%2f..%2fetc%2fpasswd",
        "/%2e%2e/app.py",
        "/page_files.py",
        "/page/app.js",
        "//etc/passwd",
        "/app.js/../guard.py",
        "/app.js%00",
        "/.",
        "/%ff",
    ],
)
def test_no_path_leads_to_a_file(path: str, examples: Viewer) -> None:
    response = examples.get(path)

    assert response.status == 404
    assert response.json["code"] in {"no-such-place", "not-in-the-rollout"}
    assert "root:" not in response.body.decode()


def test_a_payload_is_named_by_its_id_only(examples: Viewer) -> None:
    key = examples.key("fix-the-build")
    for name in ("../../../../etc/passwd", "/etc/passwd", "payloads/1.json", "manifest.json"):
        refused = examples.ask("payload", key, payload=name)
        assert (refused.status, refused.json["code"]) == (404, "not-in-the-rollout")
        assert name in refused.sentence


@pytest.mark.parametrize("leads_out", ["../../secret.json", "{outside}/secret.json", "payloads/../../secret.json"])
def test_a_payload_that_leads_out_of_the_bundle_is_not_read(leads_out: str, own: Path, bundle: Path) -> None:
    outside = bundle.parent / "secret.json"
    outside.write_text('"a secret"')
    log = bundle / "trace.jsonl"
    path = leads_out.format(outside=bundle.parent)
    log.write_text(log.read_text().replace('"path":"payloads/1.json"', f'"path":"{path}"'))
    with viewing(bundle, own) as viewer:
        told = viewer.ask("payload", viewer.key(bundle.name), payload="raw_payload:1").json["answer"]

    assert told["text"] == ""
    assert told["fault"]
    assert "secret" not in told["text"]


def test_a_link_that_leads_out_of_the_bundle_is_not_followed(own: Path, bundle: Path) -> None:
    outside = bundle.parent / "secret.json"
    outside.write_text('"a secret"')
    (bundle / "payloads" / "1.json").unlink()
    (bundle / "payloads" / "1.json").symlink_to(outside)
    with viewing(bundle, own) as viewer:
        told = viewer.ask("payload", viewer.key(bundle.name), payload="raw_payload:1").json["answer"]

    assert (told["text"], bool(told["fault"])) == ("", True)


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("bundles?limit=x", "`$.limit`"),
        ("bundles?limit=0", "limit"),
        ("bundles?limit=1001", "limit"),
        ("bundles?offset=-1", "offset"),
        ("bundles?offset=1.5", "offset"),
        ("bundles?order=colour", "order"),
        ("bundles?reversed=perhaps", "reversed"),
        ("bundles?status=fine", "status"),
        ("bundles?colour=red", "colour"),
        ("bundles?limit=1&limit=2", "limit"),
        ("compare", "left"),
        ("compare?left=a", "right"),
        ("fleet?limit=1", "limit"),
    ],
)
def test_a_wrong_parameter_is_named(question: str, named: str, examples: Viewer) -> None:
    refused = examples.get(f"/api/1/{question}")

    assert (refused.status, refused.json["code"]) == (400, "wrong-question")
    assert refused.sentence.startswith(f"{question.partition('?')[0]}: ")
    assert named.strip("`$.") in refused.sentence


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("timeline?limit=many", "limit"),
        ("timeline?at=now", "at"),
        ("conversation", "thread"),
        ("request", "request"),
        ("request/items?request=x&choice=some", "choice"),
        ("object?kind=thing&id=x", "kind"),
        ("object?kind=tool_call", "id"),
        ("lineage?kind=tool_call&id=x&depth=0", "depth"),
        ("payload?payload=x&limit=0", "limit"),
        ("search", "text"),
        ("search?text=a&colour=red", "colour"),
    ],
)
def test_a_wrong_parameter_of_a_question_about_a_rollout_is_named(question: str, named: str, examples: Viewer) -> None:
    refused = examples.get(f"/api/1/rollouts/{examples.key('fix-the-build')}/{question}")

    assert (refused.status, refused.json["code"]) == (400, "wrong-question")
    assert named in refused.sentence


def test_a_question_that_there_is_not_is_named(examples: Viewer) -> None:
    for place in ("colours", f"rollouts/{examples.key('fix-the-build')}/colours"):
        refused = examples.get(f"/api/1/{place}")
        assert (refused.status, refused.sentence) == (404, "there is no question 'colours'")


def test_a_bundle_that_there_is_not_is_named(examples: Viewer) -> None:
    refused = examples.ask("rollout", "0123456789ab")

    assert (refused.status, refused.json["code"]) == (404, "not-in-the-rollout")
    assert "0123456789ab" in refused.sentence


def test_what_is_not_in_the_rollout_is_named(examples: Viewer) -> None:
    key = examples.key("fix-the-build")
    for name, parameters in (
        ("conversation", {"thread": "nobody"}),
        ("request", {"request": "nobody"}),
        ("object", {"kind": "tool_call", "id": "nobody"}),
        ("terminal", {"terminal": "nobody"}),
        ("item", {"item": "nobody"}),
        ("named", {"words": "nobody"}),
    ):
        refused = examples.ask(name, key, **parameters)
        assert (name, refused.status, refused.json["code"]) == (name, 404, "not-in-the-rollout")
        assert "nobody" in refused.sentence


PARAMETERS = {
    "thread": "00000000-0000-0000-0000-000000000000",
    "request": "x",
    "terminal": "x",
    "seq": "1",
    "kind": "tool_call",
    "id": "x",
    "title": "x",
    "words": "x",
    "payload": "raw_payload:1",
    "item": "x",
    "text": "x",
    "left": "x",
    "right": "x",
}
"""What every question that needs something is given."""


@pytest.mark.parametrize("endpoint", [*LIBRARY_ENDPOINTS, *ROLLOUT_ENDPOINTS], ids=lambda endpoint: endpoint.name)
def test_no_value_of_a_parameter_makes_the_server_fail(endpoint: Endpoint[Any, Any], examples: Viewer) -> None:
    key = examples.key("fix-the-build") if endpoint in ROLLOUT_ENDPOINTS else None
    fields = endpoint.asked.__struct_fields__
    usual = {name: PARAMETERS[name] for name in fields if name in PARAMETERS}
    for field in fields:
        for value in (*HUGE, "", "null", "\x00", "\udc80".encode("utf-8", "surrogatepass"), "😀" * 1_000, "%s{}[](*"):
            answer = examples.ask(endpoint.name, key, **{**usual, field: value})
            assert answer.status in {200, 400, 404}, (field, value, answer.body)
            if answer.status != 200:
                assert set(answer.json) == {"code", "sentence"}


def test_lists_come_in_pages_that_add_up(examples: Viewer) -> None:
    key = examples.key("fix-the-build")
    whole = examples.ask("timeline", key, limit=1000).json["answer"]
    parts: list[Any] = []
    while len(parts) < whole["total"]:
        page = examples.ask("timeline", key, offset=len(parts), limit=7).json["answer"]
        assert (page["offset"], page["total"]) == (len(parts), whole["total"])
        parts += page["entries"]

    assert parts == whole["entries"]
    beyond = examples.ask("timeline", key, offset=10**15).json["answer"]
    assert (beyond["entries"], beyond["total"]) == ([], whole["total"])


def test_hostile_text_reaches_the_page_as_json(own: Path, bundle: Path) -> None:
    log = bundle / "trace.jsonl"
    log.write_text(log.read_text().replace('"model":"gpt-5.5"', r'"model":"\u0000<script>\u202e"'))
    with viewing(bundle, own) as viewer:
        answer = viewer.ask("requests", viewer.key(bundle.name))

    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert {line["model"] for line in answer.json["answer"]["entries"]} == {"\x00<script>\u202e"}


def test_a_name_of_a_folder_that_is_no_text_is_shown_escaped(own: Path, bundle: Path) -> None:
    folder = bundle.rename(bundle.parent / b"tr\xffce".decode("utf-8", "surrogateescape"))
    with viewing(folder.parent, own) as viewer:
        (line,) = viewer.bundles_when_read()["bundles"]["entries"]
        rollout = viewer.ask("rollout", line["key"])

    assert line["name"] == r"tr\xffce"
    assert rollout.status == 200


def test_addresses_may_be_written_with_escapes(examples: Viewer) -> None:
    assert examples.get("/api/1/%62undles").json["found"] == examples.get("/api/1/bundles").json["found"]
    assert examples.get("/api/1/bundles?" + quote("text") + "=" + quote("plaindate")).status == 200


def test_the_page_has_tags_by_which_a_browser_knows_it(examples: Viewer) -> None:
    for name, kind in (("", "text/html"), ("app.js", "text/javascript"), ("app.css", "text/css")):
        file = examples.get(f"/{name}")
        assert (file.status, file.headers["content-type"]) == (200, f"{kind}; charset=utf-8")
        again = examples.get(f"/{name}", If_None_Match=file.headers["etag"])
        assert (again.status, again.body) == (304, b"")
        head = examples.get(f"/{name}", "HEAD")
        assert (head.body, head.headers["content-length"]) == (b"", str(len(file.body)))
