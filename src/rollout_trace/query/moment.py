"""What a trace looked like at an event."""

from rollout_trace.bundle.folder import Bundle
from rollout_trace.errors import QuestionError
from rollout_trace.events.log_entry import LoggedEvent
from rollout_trace.reduce.modes import Mode
from rollout_trace.reduce.replay import Reducer, Reduction
from rollout_trace.values import Seq


def state_at(bundle: Bundle, seq: Seq, mode: Mode | str = Mode.SALVAGE) -> Reduction:
    """The graph when the event `seq` had just happened; at the last event, that of the whole log.

    Raises:
        BundleError: the log cannot be read.
        QuestionError: the log has no such event.
        Rejection: the mode refuses an event up to there.
    """
    reducer = Reducer(bundle.manifest, bundle.read_payload, Mode(mode), limits=bundle.limits)
    last: Seq | None = None
    entries = bundle.events()
    for entry in entries:
        reducer.apply(entry)
        if isinstance(entry, LoggedEvent):
            last = entry.event.seq
            if last == seq:
                return reducer.view(log_goes_on=next(entries, None) is not None)
    known = "it has none" if last is None else f"the last is {last}"
    raise QuestionError(f"the log has no event {seq}; {known}")
