"""What the client is given to do: one story for each kind of work, and what a person does meanwhile.

The first cue of a story is the prompt; a further one is the task of a child. All that is said here is ours.
"""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from real_client.client import LONGEST_RUN, Desk, Settings
from real_client.script import (
    A_PICTURE,
    Ending,
    Item,
    Story,
    a_file,
    answer,
    calls,
    calls_for_help,
    calls_for_old_help,
    patches,
    polls_the_running_command,
    programs,
    runs,
    runs_in_a_cell,
    says,
    shortens,
    the_spawned_agent,
    thinks,
    until,
)


def _works_off_its_prompt(desk: Desk, story: Story) -> None:
    desk.exec(next(iter(story)))


@dataclass(frozen=True)
class Scenario:
    """A story, the settings that it needs, and what a person does (by default: give the prompt and wait)."""

    story: Story
    settings: Settings = field(default_factory=Settings)
    play: Callable[[Desk, Story], None] = _works_off_its_prompt
    refused_by: tuple[str, ...] = ()
    """The versions whose own reducer is known to refuse what they recorded."""


AGENTS_AND_CELLS = "gpt-6.1-sol"
"""A model that has agent tools, and runs commands only from cells."""
THE_OFFICIAL_PROVIDER = "OpenAI"
"""The name of a provider that compacts histories itself."""

# Commands and patches.

COMMANDS = Scenario(
    {
        "Look at the desk.": [
            answer(thinks("First two short ones."), runs("echo a pen; ls"), runs("echo no lamp >&2; exit 3")),
            answer(runs("echo the kettle is on; sleep 0.8; echo it boils", yield_time_ms=250)),
            answer(polls_the_running_command),
            answer(says("There is a pen, no lamp, and tea.")),
        ]
    }
)

PATCHES = Scenario(
    {
        "Write the letter.": [
            answer(patches(a_file("letter.txt", "Dear friend,", "größer is better. 東京"))),
            answer(patches("*** Begin Patch\n*** Update File: letter.txt\n@@\n-Dear enemy,\n+Hello,\n*** End Patch\n")),
            answer(says("The letter is written; the correction was wrong.")),
        ]
    }
)

PATCH_THROUGH_THE_SHELL = Scenario(
    {
        "Write the note.": [
            answer(runs(f"apply_patch <<'END'\n{a_file('note.txt', 'Buy milk.')}END\n")),
            answer(says("The note is written.")),
        ]
    },
    refused_by=("0.160.0",),
)

# Code cells.

CODE_CELLS = Scenario(
    {
        "Write me a program.": [
            answer(
                programs(
                    'const commands = ["echo one", "exit 4"].map(cmd => tools.exec_command({cmd}));\n'
                    "const [one, two] = await Promise.all(commands);\n"
                    "text(`${one.exit_code} ${two.exit_code}`);\n"
                    f"await tools.apply_patch({json.dumps(a_file('made.txt', 'by a program'))});"
                )
            ),
            answer(
                programs(
                    '// @exec: {"yield_time_ms": 200}\n'
                    'text("begun");\n'
                    'const late = await tools.exec_command({cmd: "sleep 0.8; echo late"});\n'
                    "text(late.output);"
                )
            ),
            answer(calls("wait", cell_id="2", yield_time_ms=20_000)),
            answer(programs('throw new Error("this one was meant to fail");')),
            answer(says("Three programs, one of them broken.")),
        ]
    },
    Settings(features=("code_mode",)),
)

CELL_WITH_NOTICE_AND_PICTURE = Scenario(
    {
        "Show me.": [
            answer(
                programs(
                    'notify("It will be a picture.");\n'
                    'await tools.exec_command({cmd: "echo painting"});\n'
                    f'image("data:image/png;base64,{base64.b64encode(A_PICTURE).decode()}");'
                )
            ),
            answer(says("There it is.")),
        ]
    },
    Settings(features=("code_mode",)),
    refused_by=("0.160.0",),
)

# Agents.

AGENTS = Scenario(
    {
        "Have the garden explored.": [
            answer(calls_for_help("spawn_agent", task_name="scout", message="Find a tree.", fork_turns="none")),
            answer(runs_in_a_cell(until("exploring"))),
            answer(calls_for_help("send_message", target="scout", message="Look up, too.")),
            answer(runs_in_a_cell("touch enough"), calls_for_help("wait_agent", timeout_ms=10_000)),
            answer(says("There is an apple tree.")),
        ],
        "Find a tree.": [
            answer(calls_for_help("send_message", target="/root", message="I see leaves.")),
            answer(runs_in_a_cell(f"touch exploring; {until('enough')}")),
            answer(says("An apple tree.")),
        ],
    },
    Settings(model=AGENTS_AND_CELLS),
)

AGENTS_THAT_KNOW_THE_HISTORY = Scenario(
    {
        "Have two things found.": [
            answer(runs_in_a_cell("echo I look for myself first")),
            answer(calls_for_help("spawn_agent", task_name="first", message="Find a bush.")),
            answer(calls_for_help("wait_agent", timeout_ms=10_000)),
            answer(calls_for_help("followup_task", target="first", message="And what is behind it?")),
            answer(calls_for_help("wait_agent", timeout_ms=10_000)),
            answer(calls_for_help("spawn_agent", task_name="second", message="Find a stone.")),
            answer(calls_for_help("wait_agent", timeout_ms=10_000)),
            answer(says("A rose, a wall, and a pebble.")),
        ],
        "Find a bush.": [
            answer(runs_in_a_cell("sleep 0.4; echo rose")),
            answer(says("A rose.")),
            answer(runs_in_a_cell("sleep 0.4; echo wall")),
            answer(says("A wall.")),
        ],
        "Find a stone.": [answer(runs_in_a_cell("sleep 0.4; echo pebble")), answer(says("A pebble."))],
    },
    Settings(model=AGENTS_AND_CELLS),
)


def _wait_for_it(asked: Sequence[Item]) -> Item:
    return calls_for_old_help("wait_agent", targets=[the_spawned_agent(asked)], timeout_ms=10_000)


AGENT_OF_THE_OLDER_KIND = Scenario(
    {
        "Have it counted.": [
            answer(calls_for_old_help("spawn_agent", message="Count.")),
            answer(_wait_for_it),
            answer(lambda asked: calls_for_old_help("send_input", target=the_spawned_agent(asked), message="Again.")),
            answer(_wait_for_it),
            answer(lambda asked: calls_for_old_help("close_agent", target=the_spawned_agent(asked))),
            answer(says("Three, and three again.")),
        ],
        "Count.": [
            answer(runs("sleep 0.4; echo 3")),
            answer(says("Three.")),
            answer(runs("sleep 0.4; echo 3 again")),
            answer(says("Still three.")),
        ],
    },
    Settings(model="a-model-that-nobody-knows"),
)

# Compaction.

COMPACTION_AT_THE_LIMIT = Scenario(
    {
        "Read the long book.": [
            answer(thinks("It is long."), runs("echo chapter one")),
            answer(runs("echo chapter two"), tokens=50_000),
            answer(shortens()),
            answer(runs("echo chapter three")),
            answer(says("It was long.")),
        ]
    },
    Settings(provider=THE_OFFICIAL_PROVIDER, compact_at_tokens=20_000),
)


def _compacts_by_hand(desk: Desk, story: Story) -> None:
    with desk.app_server() as server:
        thread = server.start_thread()
        server.take_turn(thread, next(iter(story)))
        server.compact(thread)
        server.take_turn(thread, "Now the second half.")


COMPACTION_BY_HAND = Scenario(
    {
        "Read the first half.": [
            answer(runs("echo chapter one")),
            answer(says("So far so good.")),
            answer(shortens()),
            answer(runs("echo chapter two")),
            answer(says("That was all.")),
        ]
    },
    Settings(provider=THE_OFFICIAL_PROVIDER),
    play=_compacts_by_hand,
)

# Pictures and models.


def _brings_pictures(desk: Desk, story: Story) -> None:
    for name in ("left.png", "right.png"):
        (desk.work / name).write_bytes(A_PICTURE)
    desk.exec(next(iter(story)), "--image", "left.png")


PICTURES = Scenario(
    {
        "Compare this picture with the right one.": [
            answer(calls("view_image", path="right.png")),
            answer(runs("echo they are the same")),
            answer(says("They are the same.")),
        ]
    },
    play=_brings_pictures,
    refused_by=("0.160.0",),
)

NEWEST_MODEL = Scenario(
    {"Say hello.": [answer(says("Hello."))]},
    Settings(model=AGENTS_AND_CELLS, provider=THE_OFFICIAL_PROVIDER),
    refused_by=("0.169.0",),
)

CUT_ANSWER = Scenario(
    {
        "Light the lamp.": [
            answer(runs("echo the lamp is lit"), ending=Ending.CUT),
            answer(says("I was cut off, but it shines.")),
        ]
    }
)

# What does not go to its end.

WAITS = runs(until("told"), yield_time_ms=20_000)


def _interrupts(desk: Desk, story: Story) -> None:
    with desk.app_server() as server:
        thread = server.start_thread()
        turn = server.start_turn(thread, next(iter(story)))
        desk.wait_for_event("tool_call_runtime_started")
        desk.wait_for_event("inference_completed")
        server.interrupt(thread, turn)
        turn = server.start_turn(thread, "Tell me a story.")
        server.wait_for_words()
        server.interrupt(thread, turn)
        server.take_turn(thread, "Never mind.")
    desk.let_go("told")


INTERRUPTED = Scenario(
    {
        "Start waiting.": [
            answer(WAITS),
            answer(says("Once upon a time"), ending=Ending.SILENCE),
            answer(says("I do not mind.")),
        ]
    },
    play=_interrupts,
)


def _interrupts_a_cell(desk: Desk, story: Story) -> None:
    with desk.app_server() as server:
        thread = server.start_thread()
        turn = server.start_turn(thread, next(iter(story)))
        desk.wait_for_event("tool_call_runtime_started")
        desk.wait_for_event("inference_completed")
        server.interrupt(thread, turn)
        server.take_turn(thread, "Something shorter, then.")
    desk.let_go("told")


INTERRUPTED_CELL = Scenario(
    {
        "Start a program.": [
            answer(runs_in_a_cell(until("told"))),
            answer(programs('text("short");')),
            answer(says("That was short.")),
        ]
    },
    Settings(features=("code_mode",)),
    play=_interrupts_a_cell,
)


def _kills_after(answers: int) -> Callable[[Desk, Story], None]:
    """Kill the client when so many answers have ended, and two tools have begun to run."""

    def play(desk: Desk, story: Story) -> None:
        with desk.starting_exec(next(iter(story))) as process:
            desk.wait_for_event("tool_call_runtime_started", 2)
            desk.wait_for_event("inference_completed", answers)
            process.kill()
            process.wait(LONGEST_RUN)
        desk.let_go("told")

    return play


KILLED = Scenario({"Start waiting.": [answer(runs("echo I begin")), answer(WAITS)]}, play=_kills_after(2))

KILLED_WITH_A_CHILD = Scenario(
    {
        "Have somebody wait.": [
            answer(calls_for_help("spawn_agent", task_name="patient", message="Wait.", fork_turns="none")),
            answer(calls_for_help("wait_agent", timeout_ms=20_000)),
        ],
        "Wait.": [answer(runs_in_a_cell(until("told")))],
    },
    Settings(model=AGENTS_AND_CELLS),
    play=_kills_after(3),
)

# What goes on.


def _comes_back(desk: Desk, story: Story) -> None:
    desk.exec(next(iter(story)))
    desk.exec_again("Where were we?")


RESUMED = Scenario(
    {
        "Remember the number seven.": [
            answer(runs("echo seven > number")),
            answer(says("Seven it is.")),
            answer(runs("cat number")),
            answer(says("At seven.")),
        ]
    },
    play=_comes_back,
)


def _steers_and_forks(desk: Desk, story: Story) -> None:
    first, second = story
    with desk.app_server() as server:
        thread = server.start_thread()
        turn = server.start_turn(thread, first)
        desk.wait_for_event("tool_call_runtime_started")
        desk.wait_for_event("inference_completed")
        server.steer(thread, turn, "Enough waiting.")
        desk.let_go("told")
        server.wait_for_end_of_turn()
        server.take_turn(server.fork(thread), second)


STEERED_AND_FORKED = Scenario(
    {
        "Start waiting.": [answer(WAITS), answer(says("I have waited enough."))],
        "And if you had not waited?": [answer(runs("echo the other way")), answer(says("I would be bored."))],
    },
    play=_steers_and_forks,
)
