"""A process that is killed while it records leaves a bundle that can be read, with every event whose call had returned.

The child tells of each call that has returned through a pipe, which is emptied after its death.
"""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import pytest

from rollout_trace import Code, find_bundles, reduce_bundle

KILLS = 200
AT_ONCE = 4
CHILD = """
import os, sys
from rollout_trace import Recorder

with Recorder(sys.argv[1], schema=int(sys.argv[2])) as rollout:
    root = rollout.root_thread(model="a-model", provider="a-provider")
    os.write(1, b"ready\\n")
    while True:
        with root.turn() as turn:
            os.write(1, b"turn %s\\n" % turn.turn_id.encode())
            with turn.inference() as attempt:
                attempt.request({"input": [{"role": "user", "content": "x" * 5000}]})
                os.write(1, b"inference %s\\n" % attempt.inference_call_id.encode())
                attempt.completed([{"type": "message", "role": "assistant", "content": "yes"}])
                os.write(1, b"answer %s\\n" % attempt.inference_call_id.encode())
            with turn.tool("echo", arguments={"words": "x" * 500}) as tool:
                tool.result("done")
            os.write(1, b"tool %s\\n" % tool.tool_call_id.encode())
"""


def record_and_die(folder: Path, schema: int, seconds: float) -> list[list[str]]:
    """Have a child record until it is killed; returns what it said, each a word and an id."""
    command = [sys.executable, "-c", CHILD, str(folder), str(schema)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:  # noqa: S603 - our own program
        assert child.stdout is not None
        said = child.stdout.readline()
        time.sleep(seconds)
        os.kill(child.pid, signal.SIGKILL)
        said += child.stdout.read()
    assert child.returncode == -signal.SIGKILL
    return [line.split() for line in said.decode().split("\n")[1:-1]]


@pytest.mark.parametrize("schema", [1, 2])
def test_a_killed_process_loses_nothing_that_it_had_recorded(schema: int, tmp_path: Path) -> None:
    random = Random(schema)  # noqa: S311 - moments, not secrets
    cases = [(tmp_path / str(case), random.uniform(0, 0.03)) for case in range(KILLS // 2)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        reports = list(pool.map(lambda case: record_and_die(case[0], schema, case[1]), cases))

    for (folder, _), said in zip(cases, reports, strict=True):
        (bundle,) = find_bundles(folder)
        reduction = reduce_bundle(bundle)
        assert {diagnostic.code for diagnostic in reduction.diagnostics} <= {Code.NOT_COMPLETED, Code.TORN_LINE}
        graph = reduction.trace
        known: dict[str, set[str]] = {
            "turn": {*graph.codex_turns},
            "inference": {*graph.inference_calls},
            "answer": {call for call, one in graph.inference_calls.items() if one.execution.status == "completed"},
            "tool": {call for call, one in graph.tool_calls.items() if one.execution.status == "completed"},
        }
        assert [(what, own_id) for what, own_id in said if own_id not in known[what]] == []
    assert sum(map(len, reports)) > KILLS
