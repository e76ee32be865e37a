"""What recording costs the host: the median time of a call, in one thread, on the disk of the temporary folder.

    python bench/recorder.py

Goals: a call of a disabled handle under 200 ns (one that makes a tool, which knows its call id, 300 ns), an event
without payload under 15 µs, one with 10 KB under 120 µs.
"""

import statistics
import tempfile
import time
from collections.abc import Callable

from rollout_trace import Recorder
from rollout_trace.events.types import ThreadResumed
from rollout_trace.ids import ThreadId

EVENTS = 5_000
DISABLED_CALLS = 200_000
BATCH = 1_000


def main() -> None:
    """Measure and print."""
    disabled = Recorder(None).root_thread().turn().inference()
    cost = median_of_batches(lambda: disabled.failed("an error"))
    print(f"call of a disabled handle       {cost:8.0f} ns  (goal 200)")
    turn = Recorder(None).root_thread().turn()
    cost = median_of_batches(lambda: turn.tool("echo", call_id="call_1"))
    print(f"tool of a disabled handle       {cost:8.0f} ns  (goal 300)")
    with tempfile.TemporaryDirectory() as folder, Recorder(folder) as rollout:
        thread = rollout.root_thread(model="a-model")
        resumed = ThreadResumed(thread_id=ThreadId(thread.thread_id))
        cost = median_of_calls(lambda: rollout.recording.append(resumed))
        print(f"event without payload           {cost / 1000:8.1f} µs  (goal 15)")
        ten_kilobytes = {"type": "warning", "lines": ["x" * 90] * 100}
        cost = median_of_calls(lambda: thread.protocol_event("warning", ten_kilobytes))
        print(f"event with a payload of 10 KB   {cost / 1000:8.1f} µs  (goal 120)")


def median_of_calls(call: Callable[[], object]) -> float:
    """The median time of a call, in nanoseconds."""
    times = []
    for _ in range(EVENTS):
        began = time.perf_counter_ns()
        call()
        times.append(time.perf_counter_ns() - began)
    return statistics.median(times)


def median_of_batches(call: Callable[[], object]) -> float:
    """The median time of a call that is too short to be measured alone, in nanoseconds."""
    times = []
    for _ in range(DISABLED_CALLS // BATCH):
        began = time.perf_counter_ns()
        for _ in range(BATCH):
            call()
        times.append((time.perf_counter_ns() - began) / BATCH)
    return statistics.median(times)


if __name__ == "__main__":
    main()
