"""From a bundle on disk to its graph, in one call.

This is where `bundle` and `reduce` meet: the one reads files, the other does not know that there are any.
"""

from pathlib import Path

from rollout_trace.bundle.folder import Bundle
from rollout_trace.limits import DEFAULT_LIMITS, Limits
from rollout_trace.reduce.modes import Mode
from rollout_trace.reduce.replay import Reducer, Reduction


def reduce_bundle(
    bundle: Bundle | str | Path, mode: Mode | str = Mode.DEFAULT, limits: Limits = DEFAULT_LIMITS
) -> Reduction:
    """Reduce a whole bundle: its graph (`.trace`), what is wrong with it (`.diagnostics`), the evidence (`.evidence`).

    `mode` is `"default"`, `"codex"` (the same bytes and refusals as Codex's own reducer) or `"salvage"` (whatever can
    be had from a damaged bundle); see spec 3, section 9. `limits` bound what is read; a `Bundle` has its own.

    Raises:
        BundleError: there is no bundle, or its manifest or log cannot be read.
        Rejection: the mode refuses the bundle.
    """
    opened = bundle if isinstance(bundle, Bundle) else Bundle(bundle, limits)
    reducer = Reducer(opened.manifest, opened.read_payload, Mode(mode), limits=opened.limits)
    for entry in opened.events():
        reducer.apply(entry)
    return reducer.view()
