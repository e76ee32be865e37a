"""Documentation that drifts from the program fails here. `python tests/test_docs.py` writes the outputs anew."""

import os
import re
import shlex
import subprocess
import sys
import sysconfig
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any, get_args, get_origin

import msgspec
import pytest

import rollout_trace
from diagnostic_examples import example_of
from rollout_trace import query
from rollout_trace.check.findings import FindingCode
from rollout_trace.cli.commands import rollout_trace as rollout_trace_command
from rollout_trace.diagnostics import Code
from rollout_trace.web.interface.endpoints import LIBRARY_ENDPOINTS, ROLLOUT_ENDPOINTS, Endpoint

PROJECT = Path(__file__).parents[1]
PAGES = [PROJECT / "README.md", PROJECT / "bench" / "README.md", *sorted((PROJECT / "docs").rglob("*.md"))]
CONSOLE = re.compile(r"```console\n\$ (?P<command>[^\n]*)\n(?P<output>.*?)```", re.DOTALL)
EXAMPLES = re.compile(r"(?<=## An example of each\n)(?P<before>.*?```text\n).*?```", re.DOTALL)
ENDPOINTS = re.compile(
    r"(?<=## Questions about )(?P<whom>all bundles|one rollout)(?P<head>\n.*?\n\| --- [^\n]*\n)(?:\|[^\n]*\n)*",
    re.DOTALL,
)
PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)


def run_documented(command: str) -> str:
    """What a command of a console block prints, in a terminal of 80 columns without colours."""
    program, *arguments = shlex.split(command)
    installed = Path(sysconfig.get_path("scripts")) / program
    with tempfile.TemporaryDirectory() as home:  # where neither settings nor a cache of anybody's lie
        environment = {"PATH": os.environ["PATH"], "COLUMNS": "80", "TERM": "dumb", "HOME": home}
        done = subprocess.run(  # noqa: S603 - our own command, from our own page
            [installed, *arguments],
            cwd=PROJECT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
    return "\n".join(line.rstrip() for line in done.stdout.splitlines()) + "\n"


def with_outputs(page: str) -> str:
    """A page with the output of each of its commands as it is today."""

    def block(found: re.Match[str]) -> str:
        return f"```console\n$ {found['command']}\n{run_documented(found['command'])}```"

    return ENDPOINTS.sub(table_of_endpoints, EXAMPLES.sub(examples, CONSOLE.sub(block, page)))


def examples(found: re.Match[str]) -> str:
    """The examples of all diagnostics, in the order in which the codes are defined."""
    return found["before"] + "".join(f"{example_of(code)}\n" for code in Code) + "```"


def table_of_endpoints(found: re.Match[str]) -> str:
    """The questions that the viewer's server answers, a line each."""
    endpoints: tuple[Endpoint[Any, Any], ...] = (
        LIBRARY_ENDPOINTS if found["whom"] == "all bundles" else ROLLOUT_ENDPOINTS
    )
    return found["whom"] + found["head"] + "".join(map(endpoint_line, endpoints))


def endpoint_line(endpoint: Endpoint[Any, Any]) -> str:
    parameters = ", ".join(
        f"**`{field.encode_name}`**" if field.required else f"`{field.encode_name}`"
        for field in msgspec.structs.fields(endpoint.asked)
    )
    arguments = "".join(f"[{argument.__name__}]" for argument in get_args(endpoint.told))
    told = (get_origin(endpoint.told) or endpoint.told).__name__
    return f"| `{endpoint.name}` | {parameters} | `{told}{arguments}` | {endpoint.purpose} |\n"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_the_output_of_a_documented_command_is_what_it_prints(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    assert with_outputs(text) == text


def test_the_python_page_runs_as_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    page = (PROJECT / "docs" / "python.md").read_text(encoding="utf-8")
    program = "\n".join(PYTHON.findall(page))
    monkeypatch.chdir(PROJECT)

    exec(compile(program, "docs/python.md", "exec"), {})  # noqa: S102 - our own page


def test_the_page_on_recording_runs_as_it_stands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    page = (PROJECT / "docs" / "recording.md").read_text(encoding="utf-8")
    program = "\n".join(PYTHON.findall(page))
    monkeypatch.chdir(tmp_path)

    exec(compile(program, "docs/recording.md", "exec"), {})  # noqa: S102 - our own page


def test_every_public_name_is_on_the_python_page() -> None:
    page = (PROJECT / "docs" / "python.md").read_text(encoding="utf-8")
    words = set(re.findall(r"\w+", page))

    assert [name for name in rollout_trace.__all__ if name not in words and not name.startswith("__")] == []


def test_every_public_name_can_be_imported() -> None:
    assert [name for name in rollout_trace.__all__ if getattr(rollout_trace, name, None) is None] == []


def test_no_public_name_is_that_of_a_module() -> None:
    # Importing such a module would put it in the name's place.
    modules = {path.stem for path in (PROJECT / "src" / "rollout_trace").iterdir()}

    assert modules & set(rollout_trace.__all__) == set()


def test_every_question_is_on_the_python_page() -> None:
    words = set(re.findall(r"\w+", (PROJECT / "docs" / "python.md").read_text(encoding="utf-8")))

    assert [name for name in query.__all__ if name not in words] == []
    assert [name for name in query.__all__ if getattr(query, name, None) is None] == []


ANSWERS = {
    "summary": ["summarize"],
    "timeline": ["timeline_of"],
    "show": ["describe"],
    "why": ["lineage_of", "provenance_of"],
    "conversation": ["conversation_of", "seen_at"],
    "context": ["context_of"],
    "tools": ["tool_outputs_of"],
    "terminals": ["terminals_of"],
    "agents": ["agents_of"],
    "failures": ["failures_of"],
    "compactions": ["replacements_of"],
    "diff": ["difference_between"],
    "grep": ["find_text"],
    "usage": ["usage_of"],
    "time": ["time_account_of", "critical_path_of"],
    "list": ["sessions_of", "usage_of_requests"],
    "compare": ["comparison_of"],
    "watch": ["current_activities"],
}
"""Commands that answer a question, and the functions that have the answer."""
NO_ANSWERS = {"check", "view", "reduce", "export", "demo", "debug"}


def test_every_answer_of_a_command_can_be_had_from_python() -> None:
    context = rollout_trace_command.make_context("rollout-trace", [], resilient_parsing=True)
    assert set(rollout_trace_command.list_commands(context)) == ANSWERS.keys() | NO_ANSWERS

    for command, functions in ANSWERS.items():
        module = import_module(f"rollout_trace.cli.{command}")
        for function in functions:
            assert function in query.__all__
            assert getattr(query, function) is getattr(module, function)  # it is the one that the command uses


def test_no_question_has_the_name_of_a_module() -> None:
    # Importing such a module would put it in the name's place.
    modules = {path.stem for path in (PROJECT / "src" / "rollout_trace" / "query").iterdir()}

    assert modules & set(query.__all__) == set()


def test_every_command_is_documented_with_its_output() -> None:
    shown = {
        block["command"].split()[1] for page in PAGES for block in CONSOLE.finditer(page.read_text(encoding="utf-8"))
    }
    commands = rollout_trace_command.list_commands(
        rollout_trace_command.make_context("rollout-trace", [], resilient_parsing=True)
    )

    assert [name for name in commands if name not in shown] == []


def test_every_page_of_a_question_can_be_found_from_the_commands() -> None:
    page = (PROJECT / "docs" / "commands.md").read_text(encoding="utf-8")

    assert [
        file.name for file in (PROJECT / "docs" / "questions").iterdir() if f"questions/{file.name}" not in page
    ] == []


def test_every_code_is_on_the_page_of_diagnostics_once() -> None:
    page = (PROJECT / "docs" / "diagnostics.md").read_text(encoding="utf-8")
    documented = re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE)

    assert sorted(documented) == sorted([*Code, *FindingCode])


def test_every_problem_that_the_viewer_tells_is_on_the_page_of_its_interface() -> None:
    page = (PROJECT / "docs" / "interface.md").read_text(encoding="utf-8")
    web = PROJECT / "src" / "rollout_trace" / "web"
    told = {
        problem
        for name in ("guard.py", "problems.py", "app.py")
        for problem in re.findall(r'\b([45]\d\d), (?:code=|Problem\(code=)?"([a-z-]+)"', (web / name).read_text())
    }

    documented = re.findall(r"^\| (\d+) \| `([a-z-]+)` \|", page, re.MULTILINE)
    assert sorted(documented) == sorted(told)


def test_every_promise_names_a_test_that_there_is() -> None:
    page = (PROJECT / "docs" / "trust.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", page)
    promises = [line for line in page.splitlines() if line.startswith("| ") and not line.startswith(("| ---", "| we "))]

    assert [line for line in promises if "`tests/" not in line] == []
    assert [f"{file}::{name}" for file, name in named if f"def {name}" not in (PROJECT / file).read_text()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_a_link_to_another_page_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8"))

    assert [target for target in targets if not (page.parent / target).exists()] == []


if __name__ == "__main__":
    for written in PAGES:
        written.write_text(with_outputs(written.read_text(encoding="utf-8")), encoding="utf-8")
    sys.exit()
