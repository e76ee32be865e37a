# ruff: noqa: INP001 - a script, not part of a package
"""The same wish as in fix_the_build.py, and another run of the agent: nobody reviews the change, nothing is measured.

    python examples/fix_it_alone.py [OUT]

writes the bundle `examples/fix-it-alone/` anew, or one like it into the folder OUT. Two runs of one task are there to
be compared.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fix_the_build import (
    SETTING,
    WISH,
    Agent,
    Run,
    function_call,
    message,
    reasoning,
    the_build_fails,
    the_cause_is_found,
    the_code_is_patched,
    tokens,
)

from rollout_trace import values
from rollout_trace.events import types as events

BUNDLE = Path(__file__).parent / "fix-it-alone"
REPORT = "The build passes again: French July was read as June. I look up four letters of a month first.\n"


def tell(run: Run) -> None:
    """The whole story, from the wish to the report."""
    root = Agent(run, "/root", [message("developer", SETTING), message("user", WISH)])
    run.record(events.RolloutStarted(trace_id=run.trace_id, root_thread_id=root.thread_id))
    root.begins()
    the_build_fails(root)
    the_cause_is_found(root)
    the_code_is_patched(root)
    the_build_passes(root)
    root.asks()
    root.answers(
        message("assistant", REPORT, phase="final_answer"), usage=tokens(8_030, cached=7_680, output=31, thought=0)
    )
    root.ends_turn()
    root.ends()
    run.record(events.RolloutEnded(status=values.RolloutStatus.COMPLETED))


def the_build_passes(root: Agent) -> None:
    """The agent runs the build once more, and believes it."""
    build = function_call("exec_command", "call_again", cmd="make check")
    root.asks()
    root.begins_command(build, process="2231", after_ms=1_700)
    root.ends_command(build, exit_code=0, output="pytest ............................ 212 passed\n", after_ms=4_100)
    root.is_shown(build, root.terminal(build))
    root.answers(reasoning("One more run will tell."), build, usage=tokens(7_806, cached=7_168, output=44, thought=12))


if __name__ == "__main__":
    tell(Run(Path(sys.argv[1]) if len(sys.argv) > 1 else BUNDLE, story="alone "))
