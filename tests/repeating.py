"""Random recordings whose threads send their histories again and again: a strategy for hypothesis.

Told in steps, as `plausible` is. What matters here is less that it could have happened than that the same text is sent
again, nearly again, or in other words; so items are kept as they are written, and a list is written in many ways.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from hypothesis import strategies as st

from recording import (
    ROOT,
    Item,
    Recording,
    agent_message,
    assistant,
    cell_output,
    exec_cell,
    function_call,
    function_output,
    known_as,
    user,
)
from rollout_trace.events import types as events
from rollout_trace.events.log_entry import LoggedEvent
from rollout_trace.ids import CompactionId
from rollout_trace.values import SendMessage

IMAGE = {"type": "message", "role": "user", "content": [{"type": "input_image", "image_url": "data:,"}]}

Written = str
"""An item as it is written in every list that has it."""


def written(item: Item, how: int = 0) -> Written:
    """An item as text: as usual, compact, on many lines, or with its fields in another order."""
    match how % 4:
        case 0:
            return json.dumps(item)
        case 1:
            return json.dumps(item, separators=(",", ":"), ensure_ascii=False)
        case 2:
            return json.dumps(item, indent=1)
        case _:
            return json.dumps(item, sort_keys=True)


SEPARATORS = (", ", ",", ",\n  ", " ,\t")
_Framing = Callable[[str, list[Written], str, str], str]


def _decoy(items: list[Written]) -> str:
    return f"[{', '.join(items)}]"


def _told_in_texts(name: str, items: list[Written], text: str, rest: str) -> str:
    opening = json.dumps(f'"{name}":[')
    whole = json.dumps(f'"{name}": {_decoy(items)}')
    return f'{{"a": {whole}, "b": {opening}, "{name}": [{text}]{rest}, "c": {whole}}}'


FRAMINGS: tuple[_Framing, ...] = (
    lambda name, _items, text, rest: f'{{"{name}": [{text}]{rest}}}',
    lambda name, _items, text, rest: f'{{"model": "m", "tools": [{{"input": []}}], "{name}" : [{text}]{rest}}}',
    lambda name, _items, text, rest: f'{{{rest[1:]}{"," if rest else ""}"{name}":\n [ {text} ]\n, "stream": true }}\n',
    # The name of the list where the list is not.
    lambda name, items, text, rest: f'{{"a": {{"{name}": {_decoy(items)}}}, "{name}": [{text}]{rest}}}',
    lambda name, items, text, rest: f'{{"a\\"{name}": {_decoy(items)}, "{name}": [{text}]{rest}}}',
    lambda name, items, text, rest: f'{{"{name}": [{text}], "a": {{"{name}": {_decoy(items)}}}{rest}}}',
    _told_in_texts,
    lambda name, _items, text, rest: f'{{"{name}": [{text}], "": [0], "z": {{"": [0, 1]}}{rest}}}',
    # The field spelled in another way, twice, or elsewhere.
    lambda name, _items, text, rest: f'{{"\\u0069{name[1:]}": [{text}]{rest}}}',
    lambda name, items, text, rest: f'{{"{name}": [{text}], "{name}": {_decoy(items[:-1])}{rest}}}',
    lambda name, items, text, rest: f'{{"{name}": {_decoy(items[:-1])}, "{name}": [{text}]{rest}}}',
    lambda name, items, text, rest: f'{{"{name}": [{text}], "\\u0069{name[1:]}": {_decoy(items[1:])}{rest}}}',
    lambda name, _items, text, rest: f'{{"{name}": 5, "{name}": [{text}]{rest}}}',
    lambda name, _items, text, rest: (
        f'{{"previous_response_id": null, "{name}": [{text}], "previous_response_id": 5{rest}}}'
    ),
    lambda name, _items, text, rest: f'{{"a": {{"{name}": [{text}]}}{rest}}}',
    lambda name, _items, text, rest: f'[{{"{name}": [{text}]{rest}}}]',
)
"""How a payload holds a list: its name, its items, their text, and the other fields that are read, each after a comma.

The first three are what clients may write.
"""
USUAL = 3

_Damage = Callable[[bytes, int], bytes]
DEEP = b"[" * 126 + b"]" * 126
DAMAGES: tuple[_Damage, ...] = (
    lambda text, place: text[:-place] if place else text,
    lambda text, place: text[: len(text) - place] + b"\xff" + text[len(text) - place :],
    lambda text, place: text[:-1] + b', "a": "\xff", "b": %d}' % place,
    lambda text, place: b'{"a": "\xff", "b": %d, ' % place + text[1:],
    lambda text, place: text[:-1] + b', "a": %s}' % (DEEP if place % 2 else b"[%s]" % DEEP),
    lambda text, place: b'{"a": %s, ' % (DEEP if place % 2 else b"[%s]" % DEEP) + text[1:],
    lambda text, _place: text[:-1] + b', "a": "\\ud800"}',
    lambda text, _place: text + b"}",
    lambda text, _place: b"\xef\xbb\xbf" + text,
    lambda text, place: _after_an_item(text, place, b".5"),
    lambda text, place: _after_an_item(text, place, b"e5"),
    lambda text, place: _after_an_item(text, place, b", 5"),
    lambda text, place: _after_an_item(text, place, b', "a text"'),
    lambda text, place: _after_an_item(text, place, b","),
    lambda text, place: _after_an_item(text, place, b" "),
    lambda text, place: _after_an_item(text, place, b', {"type": 5}'),
)
"""How the text of a payload is spoiled, or changed as little as can be."""


def _after_an_item(text: bytes, place: int, inserted: bytes) -> bytes:
    """A text with something after one of the values that are followed by another, or by the end of the list."""
    ends = [at + 1 for at in range(len(text) - 1) if text[at : at + 1] == b"}" and text[at + 1 : at + 2] in b", \n]"]
    if not ends:
        return text
    at = ends[-1 - place % len(ends)]
    return text[:at] + inserted + text[at:]


@dataclass
class Thread:
    """A thread, as the one that runs it knows it."""

    thread: str
    path: str
    turn: str
    history: list[Written] = field(default_factory=list)
    open_calls: list[str] = field(default_factory=list)
    """Inference calls that have no answer."""
    answered: tuple[str, int] | None = None
    """The last answer, and the length of the history that it ends."""
    how: int = 0
    """How this thread's items are written."""
    framing: int = 0
    """How its lists stand in payloads."""


class Story:
    """A recording in the making."""

    def __init__(self, schema_version: int) -> None:
        self.recording = Recording(schema_version)
        self.threads: list[Thread] = []
        self.calls: list[str] = []
        """The call ids that items have, the newest last."""
        self.tools: list[tuple[str, str, Thread]] = []
        self.messages: list[tuple[str, Item]] = []
        """Messages between agents, by their own ids."""
        self.numbers = 0
        self._new_thread()

    # What is said.

    def speak(self, n: int, m: int) -> None:
        said: list[Item] = [
            user(f"words {m % 2}"),
            user(self._new("words")),
            known_as(f"msg-{m % 3}", user("the same words")),
            {"type": "additional_tools"},
            user("the same words"),
            assistant("the same words"),
            user('"input": [ "' + "\u00e9" * 3),
            user("the same words"),
        ]
        thread = self._thread(n)
        self._add(thread, said[m])

    def show(self, n: int, m: int) -> None:
        """What is opaque, or of a type that no rule knows."""
        shown: list[Item] = [
            IMAGE,
            known_as("image-1", IMAGE),
            {"type": "hologram", "n": 1.50},
            {"type": "configuration_update", "id": "x"},
            {"type": "message", "role": "user", "content": []},
            {"type": "message", "role": "user", "content": "text"},
            {"type": "web_search_call", "id": "ws-1", "action": {"query": "q", "n": 1.50}},
            {"type": "function_call_output", "call_id": self._call(m), "output": IMAGE["content"]},
        ]
        self._add(self._thread(n), shown[m])

    def think(self, n: int, m: int) -> None:
        summary = [{"type": "summary_text", "text": f"thoughts {m % 2}"}] if m % 3 else []
        content = [{"type": "reasoning_text", "text": "a text"}] if m > 4 else None
        thought: Item = {"type": "reasoning", "summary": summary, "encrypted_content": f"secret {m % 2}"}
        self._add(self._thread(n), thought if content is None else {**thought, "content": content})

    def call(self, n: int, m: int) -> None:
        """A call stands in the history: a new one, or one that is there already."""
        call = self._new("call") if m < 5 or not self.calls else self._call(m)
        self.calls.append(call)
        self._add(self._thread(n), exec_cell(call) if m % 2 else function_call(call))

    def output(self, n: int, m: int) -> None:
        """A call is answered, perhaps once more, perhaps in other words."""
        make = cell_output if m % 2 else function_output
        self._add(self._thread(n), make(self._call(m), f"output {m // 4}"))

    # What becomes of a history.

    def drop(self, n: int, m: int) -> None:
        history = self._thread(n).history
        if history:
            del history[m % len(history)]

    def swap(self, n: int, m: int) -> None:
        history = self._thread(n).history
        if len(history) > 1:
            place = m % (len(history) - 1)
            history[place], history[place + 1] = history[place + 1], history[place]

    def edit(self, n: int, m: int) -> None:
        """An item says something else, is written in another way, or gets an id of its own."""
        thread = self._thread(n)
        if not thread.history:
            return
        place = m % len(thread.history)
        item = json.loads(thread.history[place])
        edited = [user("edited"), item, known_as(f"msg-{m % 3}", {k: v for k, v in item.items() if k != "id"})][m % 3]
        thread.history[place] = written(edited, m)

    def insert(self, n: int, m: int) -> None:
        history = self._thread(n).history
        if history:
            history.insert(m % len(history), history[-1] if m % 2 else written(user("inserted")))

    def rewrite(self, n: int, m: int) -> None:
        """From now on a thread's items are written in another way, or its lists stand elsewhere."""
        thread = self._thread(n)
        if m < 4:
            thread.how = m
        else:
            thread.framing = m % USUAL

    # Requests and answers.

    def request(self, n: int, m: int) -> None:
        """The whole history is sent."""
        thread = self._thread(n)
        self._request(thread, self._body(thread, "input", thread.history, thread.framing))
        thread.answered = None if m % 2 else thread.answered

    def request_oddly(self, n: int, m: int) -> None:
        """The whole history is sent, in a way that no client has."""
        thread = self._thread(n)
        self._request(thread, self._body(thread, "input", thread.history, m))

    def request_spoiled(self, n: int, m: int) -> None:
        thread = self._thread(n)
        body = self._body(thread, "input", thread.history, thread.framing)
        self._request(thread, DAMAGES[m % len(DAMAGES)](body, n))

    def request_as_child(self, n: int, m: int) -> None:
        """A child sends its parent's history, and something of its own."""
        parent, child = self._thread(n), self._new_thread() if len(self.threads) < 3 else self._thread(n + 1)
        child.history = [*parent.history, written(user(f"words {m % 2}"))]
        child.how, child.framing = parent.how, parent.framing
        self.request(self.threads.index(child), m)

    def continue_answer(self, n: int, m: int) -> None:
        """Only what follows the last answer is sent, or something that is not there, or what was sent before."""
        thread = self._thread(n)
        previous, known = thread.answered or ("resp-untraced", len(thread.history))
        items = thread.history[known:] if m % 4 else thread.history
        body = self._body(thread, "input", items, thread.framing, f', "previous_response_id": "{previous}"')
        self._request(thread, body)
        thread.answered = None

    def answer(self, n: int, m: int) -> None:
        """A call is answered: with words, a call, thoughts, or with what the history has already."""
        thread = self._thread(n)
        if not thread.open_calls:
            return self.request(n, m)
        inference = thread.open_calls.pop(m % len(thread.open_calls))
        call = self._new("call")
        said: list[list[Item]] = [
            [assistant(self._new("words"))],
            [known_as(f"msg-{m % 3}", assistant("the same words"))],
            [function_call(call)],
            [{"type": "reasoning", "summary": [], "encrypted_content": "secret 1"}, exec_cell(call)],
            [known_as(f"call-{call}", exec_cell(call)), function_call(call)],
            [json.loads(item) for item in thread.history[-2:]],
            [{"type": "hologram", "n": 1}],
            [],
        ]
        if m in {2, 3, 4}:
            self.calls.append(call)
        response = self._new("resp")
        self.recording.answer(inference, said[m], response=response, turn=thread.turn, thread=thread.thread)
        for item in said[m] if m != 5 else []:
            self._add(thread, {**item, "content": None} if item["type"] == "reasoning" and n % 2 else item)
        thread.answered = (response, len(thread.history))
        return None

    def answer_again(self, n: int, m: int) -> None:
        """The last call of the recording gets another answer, or the same item again."""
        thread = self._thread(n)
        last = f"inf-{self.numbers}"
        items: list[Item] = [assistant("again")] if m % 2 else [json.loads(item) for item in thread.history[:1]]
        self.recording.answer(last, items, turn=thread.turn, thread=thread.thread)

    def compact(self, n: int, m: int) -> None:
        """A history is replaced: as it was sent, or changed in any of the ways in which a request may be."""
        thread = self._thread(n)
        after = [[], [user("words 1")], [user("the same words"), user("words 0")]][m % 3]
        rest = ', "replacement_history": ' + json.dumps(after)
        framing = m + n if m > 5 else thread.framing
        before = thread.history[: m - 1] if m in {3, 4} else thread.history
        installed = events.CompactionInstalled(
            compaction_id=CompactionId(self._new("compaction")),
            checkpoint_payload=self.recording.payload(
                "compaction_checkpoint", self._body(thread, "input_history", before, framing, rest)
            ),
        )
        self.recording.event(installed, thread=thread.thread, turn=thread.turn)
        if m % 2:
            thread.history = [written(item, thread.how) for item in after]
        thread.answered = None

    # Tools, cells, agents.

    def start_tool(self, n: int, m: int) -> None:
        """A tool starts for a call that any thread has made, or will make."""
        thread = self._thread(n)
        call = self._call(m) if m < 6 else f"call-{self.numbers + 1 + m % 2}"
        tool = self._new("tool")
        text = f"message {m % 2}"
        self.tools.append((tool, text, thread))
        self.recording.tool(
            tool,
            call=call,
            kind=SendMessage() if m % 3 == 0 else None,
            invocation={"tool_name": "a-tool", "payload": {"type": "function", "arguments": f'{{"message":"{text}"}}'}},
            turn=thread.turn,
            thread=thread.thread,
        )

    def send_message(self, n: int, m: int) -> None:
        """A tool that runs tells another thread something."""
        if not self.tools:
            return self.start_tool(n, 0)
        tool, text, sender = self.tools[n % len(self.tools)]
        receiver = self._thread(m)
        ended = {
            "call_id": tool,
            "sender_thread_id": sender.thread,
            "receiver_thread_id": receiver.thread,
            "prompt": text,
            "status": "running",
        }
        self.recording.runtime_ended(tool, ended)
        return None

    def hear(self, n: int, m: int) -> None:
        """What another thread said stands in a history."""
        thread, author = self._thread(n), self._thread(m)
        own_id = f"heard-{m % 3}"
        item = agent_message(author.path, thread.path, f"message {m % 2}")
        self._add(thread, item if m > 5 else known_as(own_id, item))

    def accept(self, n: int, m: int) -> None:
        """An item enters a history; with a message, a receipt of it comes before."""
        thread, author = self._thread(n), self._thread(m)
        own_id = f"heard-{m % 3}"
        item = known_as(own_id, agent_message(author.path, thread.path, f"message {m // 3 % 2}"))
        self.recording.accepted(
            own_id if m < 6 else f"msg-{n % 3}", item if m < 6 else None, turn=thread.turn, thread=thread.thread
        )

    def answer_with_receipt(self, n: int, m: int) -> None:
        """An answer holds a message that was received, so that its receipt stays open."""
        thread = self._thread(n)
        if thread.open_calls:
            item = known_as(f"heard-{m % 3}", agent_message(self._thread(m).path, thread.path, f"message {m // 3 % 2}"))
            self.recording.answer(thread.open_calls.pop(), [item], turn=thread.turn, thread=thread.thread)
            self._add(thread, item)

    def start_cell(self, n: int, m: int) -> None:
        """A cell starts, of a call that is known, or will be."""
        thread = self._thread(n)
        call = self._call(m) if m < 5 else f"call-{self.numbers + 1 + m % 2}"
        runtime = self._new("cell") if m % 2 else "1"
        self.recording.cell_started(call, runtime=runtime, turn=thread.turn, thread=thread.thread)

    def end_tool(self, n: int, _m: int) -> None:
        if self.tools:
            self.recording.tool_ended(self.tools[n % len(self.tools)][0])

    def end_thread(self, n: int, m: int) -> None:
        """A thread ends, and lives again if the schema knows that."""
        thread = self._thread(n)
        self.recording.thread_ended(thread.thread)
        if m % 4:
            self.recording.resumed(thread.thread)

    def repeat_event(self, n: int, _m: int) -> None:
        """An event is told a second time, which is a fault in most."""
        entry = self.recording.entries[-1 - n % len(self.recording.entries)]
        seq = len(self.recording.entries) + 1
        self.recording.entries.append(LoggedEvent(msgspec.structs.replace(entry.event, seq=seq), line=seq))

    # Who and what there is.

    def _add(self, thread: Thread, item: Item) -> None:
        thread.history.append(written(item, thread.how))

    def _body(self, thread: Thread, name: str, items: list[Written], framing: int, rest: str = "") -> bytes:
        text = SEPARATORS[thread.how].join(items)
        return FRAMINGS[framing % len(FRAMINGS)](name, items, text, rest).encode()

    def _request(self, thread: Thread, body: bytes) -> None:
        inference = self._new("inf")
        self.recording.request_of(inference, body, turn=thread.turn, thread=thread.thread)
        thread.open_calls.append(inference)

    def _call(self, n: int) -> str:
        return self.calls[-1 - n % len(self.calls)] if self.calls else "call-0"

    def _thread(self, n: int) -> Thread:
        return self.threads[n % len(self.threads)]

    def _new_thread(self) -> Thread:
        number = len(self.threads) + 1
        thread_id = ROOT if number == 1 else f"00000000-0000-4000-8000-{number:012}"
        path = "/root" if number == 1 else f"/root/child_{number}"
        thread = Thread(thread_id, path, f"turn-{number}")
        self.recording.thread(thread_id, path)
        self.recording.turn(thread.turn, thread_id)
        self.threads.append(thread)
        return thread

    def _new(self, what: str) -> str:
        self.numbers += 1
        return f"{what}-{self.numbers}"


_Step = Callable[[Story, int, int], Any]

USUAL_STEPS: tuple[_Step, ...] = (
    Story.speak,
    Story.speak,
    Story.show,
    Story.think,
    Story.call,
    Story.call,
    Story.output,
    Story.output,
    Story.request,
    Story.request,
    Story.request,
    Story.request,
    Story.request,
    Story.request,
    Story.request,
    Story.answer,
    Story.answer,
    Story.answer,
    Story.start_tool,
    Story.start_tool,
    Story.send_message,
    Story.hear,
    Story.start_cell,
    Story.start_cell,
    Story.request_as_child,
    Story.request_as_child,
    Story.continue_answer,
    Story.compact,
    Story.accept,
    Story.end_tool,
)
ODD_STEPS: tuple[_Step, ...] = (
    Story.drop,
    Story.swap,
    Story.edit,
    Story.insert,
    Story.rewrite,
    Story.request_oddly,
    Story.request_oddly,
    Story.request_spoiled,
    Story.request_spoiled,
    Story.answer_again,
    Story.answer_with_receipt,
    Story.end_thread,
    Story.repeat_event,
)

numbers = st.integers(0, 7)
ways = st.integers(0, 15)


def story(schema_version: int, steps: list[tuple[_Step, int, int]]) -> Recording:
    """The recording in which these steps happen; those that write payloads take a number up to 15, the others to 7."""
    told = Story(schema_version)
    for act, n, m in steps:
        act(told, n, m if act in {Story.request_oddly, Story.request_spoiled} else m % 8)
    return told.recording


@st.composite
def repeating_recordings(draw: st.DrawFn, *, steps: int = 40) -> Recording:
    """A recording of so many steps at most: short ones, which explain a fault best, and long ones, which find it."""
    happens = (*USUAL_STEPS * 2, *ODD_STEPS) if draw(st.booleans()) else USUAL_STEPS
    step = st.tuples(st.sampled_from(happens), numbers, ways)
    told = draw(st.lists(step, min_size=1, max_size=10) | st.lists(step, min_size=steps // 2, max_size=steps))
    return story(draw(st.sampled_from([1, 2])), told)
