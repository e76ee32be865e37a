"""The payload files: is each there, does each mean one thing, and is each named by an event (spec 1, "Payload files").

Owns what is known of files while the log is read. A payload that reduction reads is measured as it is read, the others
when the log has ended; each is held in memory alone.
"""

import os
from collections.abc import Iterable, Iterator

from rollout_trace import json_text
from rollout_trace.check.findings import EvidenceBytes, Finding, FindingCode, Severity
from rollout_trace.diagnostics import Code
from rollout_trace.errors import PayloadError
from rollout_trace.events.log_entry import LoggedEvent
from rollout_trace.events.references import payload_refs
from rollout_trace.ids import RawPayloadId
from rollout_trace.reduce.reducer_state import PayloadLoader
from rollout_trace.values import PayloadRef


class PayloadFiles:
    """What is known of the payload files of one bundle. `load` takes the place of the bundle's own loader."""

    def __init__(self, load_payload: PayloadLoader) -> None:
        self._load_payload = load_payload
        self._by_id: dict[RawPayloadId, PayloadRef] = {}
        self._by_path: dict[str, PayloadRef] = {}
        self._sizes: dict[str, int] = {}

    def load(self, ref: PayloadRef) -> bytes:
        """Read a payload, and measure it; raises `PayloadError` as the bundle does."""
        data = self._load_payload(ref)
        self._sizes[ref.path] = len(data)
        return data

    def named_by(self, entry: LoggedEvent) -> Iterator[Finding]:
        """Take note of the payloads that an event names; what they contradict is found."""
        for ref in payload_refs(entry.event):
            known = {self._by_id.setdefault(ref.raw_payload_id, ref), self._by_path.setdefault(ref.path, ref)}
            for other in known - {ref}:
                yield Finding(
                    severity=Severity.DAMAGE,
                    code=FindingCode.PAYLOAD_CONFLICT,
                    message=f"{_shown(ref)} was {_shown(other)} before",
                    line=entry.line,
                    offset=entry.offset,
                    seq=entry.event.seq,
                    ids={"raw_payload_id": ref.raw_payload_id},
                    path=ref.path,
                )

    def unread(self, known: Iterable[Finding]) -> Iterator[Finding]:
        """Read what nobody could read; what is missing or no JSON is found, but for what is `known` to be damaged."""
        damaged = {finding.path for finding in known if finding.severity is Severity.DAMAGE}
        for path, ref in self._by_path.items():
            if path in self._sizes or path in damaged:
                continue
            try:
                if json_text.is_json(self.load(ref)):
                    continue
                code, message = Code.PAYLOAD_BROKEN, f"payload {ref.raw_payload_id} is no JSON"
            except PayloadError as error:
                code, message = Code(error.code), str(error)
            ids = {"raw_payload_id": ref.raw_payload_id}
            yield Finding(severity=Severity.DAMAGE, code=code, message=message, ids=ids, path=path)

    def unreferenced(self, files: Iterable[tuple[str, int | None]]) -> list[tuple[str, int | None]]:
        """The files that no event names, by path."""
        return sorted(file for file in files if file[0] not in self._by_path)

    def path_of(self, payload_id: str) -> str | None:
        """The file of a payload, if an event has named it."""
        ref = self._by_id.get(RawPayloadId(payload_id))
        return None if ref is None else ref.path

    def evidence(self) -> dict[str, EvidenceBytes]:
        """How many bytes there are of each kind."""
        found: dict[str, EvidenceBytes] = {}
        for path, size in self._sizes.items():
            kind = self._by_path[path].kind.type.value
            known = found.get(kind, EvidenceBytes(0, 0))
            found[kind] = EvidenceBytes(known.files + 1, known.bytes + size)
        return dict(sorted(found.items()))


def unreferenced_finding(path: str, size: int | None, severity: Severity) -> Finding:
    """A file that no event names: the writer died before it wrote the event, or the event is lost."""
    what = "which is no regular file" if size is None else f"of {size:,} bytes"
    message = f"no event names the file {path!r}, {what}"
    as_text = os.fsencode(path).decode(errors="backslashreplace")  # a name on disk need not be text
    return Finding(severity=severity, code=FindingCode.PAYLOAD_UNREFERENCED, message=message, path=as_text)


def _shown(ref: PayloadRef) -> str:
    return f"{ref.raw_payload_id} ({ref.kind.type.value}, {ref.path!r})"
