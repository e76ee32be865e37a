"""What could not be recorded: a count, and how a recording tells of it (spec 4, "Best effort").

Readers of a trace must not take what is missing for what did not happen. So what is lost is counted, and the count is
written as a `warning` protocol event as soon as writing works again.
"""

from collections import Counter
from typing import Literal, TypeAlias

from rollout_trace.record.encoding import Json

Category: TypeAlias = Literal["events", "payloads", "items"]


class Losses:
    """What was lost since a recording last told."""

    def __init__(self) -> None:
        self.events: Counter[str] = Counter()
        """By type of event."""
        self.payloads: Counter[str] = Counter()
        """By kind of payload."""
        self.items: Counter[str] = Counter()
        """Items that were set aside in their payload, since no reader could make sense of them; by type."""
        self.reason = ""
        """Why the first of it was lost."""

    def __bool__(self) -> bool:
        return bool(self.events or self.payloads or self.items)

    def count(self, category: Category, what: str, reason: str = "") -> None:
        """Count one more of a category; of the reasons the first is kept."""
        counted: Counter[str] = getattr(self, category)
        counted[what] += 1
        self.reason = self.reason or reason

    def add(self, earlier: "Losses") -> None:
        """Take over what an earlier count says."""
        self.events += earlier.events
        self.payloads += earlier.payloads
        self.items += earlier.items
        self.reason = earlier.reason or self.reason

    def said(self) -> str:
        """How much it is, of what, and why the first."""
        said = []
        for name, count in self._by_category().items():
            if count:
                each = ", ".join(f"{what}: {number}" for what, number in count.most_common())
                said.append(f"{count.total()} {name} ({each})")
        return f"{', '.join(said)}; first of all {self.reason}"

    def warning(self) -> Json:
        """What the protocol event says."""
        lost = {name: dict(sorted(count.items())) for name, count in self._by_category().items()}
        return {"type": "warning", "message": f"rollout-trace could not record {self.said()}", "lost": lost}

    def _by_category(self) -> dict[str, Counter[str]]:
        return {"events": self.events, "payloads": self.payloads, "items": self.items}
