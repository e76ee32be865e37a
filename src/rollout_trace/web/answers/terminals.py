"""Terminals, and what used each."""

from collections.abc import Mapping, Sequence

import msgspec

from rollout_trace.ids import TerminalId, ThreadId
from rollout_trace.model.terminal import TerminalOperation
from rollout_trace.query.gist import operation_input
from rollout_trace.query.naming import ObjectRef
from rollout_trace.query.outcome import duration_of
from rollout_trace.query.terminals import OpenedTerminal, opened_terminals, use_of
from rollout_trace.reduce.evidence import ObjectKind
from rollout_trace.web.answers.cutting import excerpt, page_made_of
from rollout_trace.web.answers.finding import check_thread, found_in
from rollout_trace.web.interface.common import Page
from rollout_trace.web.interface.objects import TerminalLine, TerminalUseLine
from rollout_trace.web.interface.questions import TerminalQuery, ThreadPageQuery
from rollout_trace.web.view import View, once_a_view


def terminals(view: View, asked: ThreadPageQuery) -> Page[TerminalLine]:
    """Terminals, in the order in which they were opened; then the commands that had none."""
    check_thread(view, asked.thread)
    chosen = _by_thread(view).get(asked.thread, ())
    return page_made_of(chosen, asked, lambda part: [_line(view, terminal) for terminal in part])


def terminal(view: View, asked: TerminalQuery) -> Page[TerminalUseLine]:
    """What used a terminal, in order."""
    used = found_in(view, ObjectKind.TERMINAL_SESSION, _by_id(view), asked.terminal)
    return page_made_of(used.operations, asked, lambda part: [_use(view, operation) for operation in part])


@once_a_view
def _opened(view: View) -> Sequence[OpenedTerminal]:
    return tuple(opened_terminals(view.trace))


@once_a_view
def _by_id(view: View) -> Mapping[TerminalId, OpenedTerminal]:
    return {opened.session_id: opened for opened in _opened(view) if opened.session_id is not None}


@once_a_view
def _by_thread(view: View) -> Mapping[ThreadId | None, Sequence[OpenedTerminal]]:
    """The terminals of each agent; those of all agents stand under None."""
    found: dict[ThreadId | None, list[OpenedTerminal]] = {}
    for opened in _opened(view):
        for thread_id in {None, opened.thread_id}:
            found.setdefault(thread_id, []).append(opened)
    return found


def _line(view: View, opened: OpenedTerminal) -> TerminalLine:
    by, session = opened.opened_by, None
    if opened.session_id is not None:
        session = view.trace.terminal_sessions[opened.session_id]
    began = session or by
    tool = None if by is None else view.trace.tool_calls.get(by.tool_call_id)
    return TerminalLine(
        terminal_id=opened.terminal_id,
        opened_by=None if by is None else ObjectRef(ObjectKind.TERMINAL_OPERATION, by.operation_id),
        thread_id=opened.thread_id,
        codex_turn_id=None if tool is None else tool.started_by_codex_turn_id,
        cwd=opened.cwd,
        command="" if by is None else operation_input(by),
        started_at_unix_ms=None if began is None else began.execution.started_at_unix_ms,
        duration_ms=None if by is None else duration_of(by.execution),
        outcome=opened.outcome,
        uses=len(opened.operations),
    )


def _use(view: View, operation: TerminalOperation) -> TerminalUseLine:
    use = use_of(view.reduction, operation)
    return TerminalUseLine(
        use=msgspec.structs.replace(use, output=None), output=None if use.output is None else excerpt(use.output)
    )
