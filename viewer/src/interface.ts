// What the server and this page say to each other.
// Written by `python -m rollout_trace.web.typescript`, not to be edited.

export const INTERFACE_VERSION = 1;

/** How long something lasted, and what that time was made of, in milliseconds. */
export interface Account {
  readonly total_ms: number;
  readonly model_alone_ms: number;
  readonly tools_alone_ms: number;
  readonly waiting_alone_ms: number;
  readonly model_and_tools_ms: number;
  readonly model_and_waiting_ms: number;
  readonly tools_and_waiting_ms: number;
  readonly model_tools_and_waiting_ms: number;
  readonly between_ms: number;
  readonly idle_ms: number;
  readonly model_ms: number;
  readonly tools_ms: number;
  readonly waiting_ms: number;
  readonly background_ms: number;
}

/** One piece of work of one agent. */
export interface Activity {
  readonly work: Work;
  readonly kind: ObjectKind;
  readonly object_id: string;
  readonly name: string;
  readonly thread_id: string;
  readonly codex_turn_id: string | null;
  readonly is_nested: boolean;
  readonly started_at_unix_ms: number;
  readonly started_seq: number;
  readonly ended_at_unix_ms: number;
  readonly ended_seq: number | null;
}

/** What one agent is doing, since when, and on what: a model, a command, the name of a tool, how it ended. */
export interface AgentActivity {
  readonly thread_id: string;
  readonly agent_path: string;
  readonly nickname: string | null;
  readonly doing: Doing;
  readonly what: string;
  readonly work: ObjectRef | null;
  readonly since_unix_ms: number;
}

/** One agent. Agents come in the order of the tree: each after its parent, with the children in order of start. */
export interface AgentLine {
  readonly thread_id: string;
  readonly parent: string | null;
  readonly depth: number;
  readonly outcome: Outcome;
  readonly started_at_unix_ms: number;
  readonly ended_at_unix_ms: number | null;
  readonly totals: AgentTotals;
  readonly usage: UsageTotals;
  readonly account: Account;
  readonly activity: AgentActivity;
  readonly sent: number;
  readonly received: number;
}

/** What one agent did. `requests_without_usage` of its requests are not in `tokens`: their cost was not recorded. */
export interface AgentTotals {
  readonly thread_id: string;
  readonly agent_path: string;
  readonly nickname: string | null;
  readonly models: ReadonlyArray<string>;
  readonly outcome: Outcome;
  readonly duration_ms: number | null;
  readonly turns: number;
  readonly requests: number;
  readonly requests_without_usage: number;
  readonly tokens: Tokens;
  readonly tool_calls: number;
}

/** The envelope of every answer about a rollout. */
export interface Answer<Told> {
  readonly answer: Told;
  readonly as_of: number;
  readonly names: Readonly<Record<string, string>>;
}

/** A tool call after a replacement that repeats one whose output was dropped. */
export interface AskedAgain {
  readonly earlier: string;
  readonly later: string;
}

/** An event that made or changed an object. */
export interface BehindEvent {
  readonly position: EventPosition;
  readonly event_type: string;
  readonly at_unix_ms: number;
}

/** What is known of a bundle. Times in milliseconds, sizes in bytes. */
export interface BundleFigures {
  readonly trace_id: string;
  readonly rollout_id: string;
  readonly session: string;
  readonly relation: string;
  readonly started_at_unix_ms: number;
  readonly duration_ms: number;
  readonly status: RolloutStatus;
  readonly agents: number;
  readonly models: ReadonlyArray<string>;
  readonly usage: UsageTotals;
  readonly first_user_message: string | null;
  readonly diagnostics: Readonly<Record<string, number>>;
  readonly evidence_bytes: number;
}

/** One bundle of the list. */
export interface BundleLine {
  readonly key: string;
  readonly name: string;
  readonly state: BundleState;
  readonly error: string | null;
  readonly figures: BundleFigures | null;
}

/** By what bundles are put in order. */
export type BundleOrder = "started" | "duration" | "status" | "agents" | "requests" | "tokens" | "cost" | "diagnostics" | "size" | "name";

/** What the server knows of a bundle. */
export type BundleState = "waiting" | "known" | "failed";

/** The bundles of the folder that is viewed. Of those that are not read yet, only the names are known. */
export interface Bundles {
  readonly root: string;
  readonly is_one: boolean;
  readonly found: number;
  readonly read: number;
  readonly further_down: string | null;
  readonly bundles: Page<BundleLine>;
}

/** Which bundles, and in which order. The newest, the longest, the most come first. */
export interface BundlesQuery {
  readonly offset?: number;
  readonly limit?: number;
  readonly order?: BundleOrder;
  readonly reversed?: boolean;
  readonly text?: string | null;
  readonly status?: RolloutStatus | null;
}

/** One code cell, with what belongs to it. */
export interface CellLine {
  readonly code_cell_id: string;
  readonly thread_id: string;
  readonly codex_turn_id: string;
  readonly started_seq: number;
  readonly started_at_unix_ms: number;
  readonly duration_ms: number | null;
  readonly outcome: Outcome;
  readonly runtime_status: string;
  readonly source: Excerpt;
  readonly nested_tool_call_ids: ReadonlyArray<string>;
  readonly wait_tool_call_ids: ReadonlyArray<string>;
  readonly output_item_ids: ReadonlyArray<string>;
}

/** What an item is meant for. */
export type Channel = "analysis" | "commentary" | "final" | "summary";

/** What the bundle is worth as evidence; its findings come in pages. */
export interface Check {
  readonly verdict: Verdict;
  readonly conclusion: string;
  readonly findings: number;
  readonly events: number;
  readonly events_skipped: number;
  readonly evidence: Readonly<Record<string, EvidenceBytes>>;
}

/** What is wrong. The words are stable: programs may compare them. */
export type Code = "torn-line" | "broken-line" | "unknown-event" | "other-event" | "no-events" | "sequence" | "event-schema" | "unknown-schema" | "after-completion" | "not-completed" | "event-rollout" | "limit-exceeded" | "duplicate" | "unknown-reference" | "wrong-owner" | "missing-context" | "conflict" | "turn-never-started" | "tool-never-started" | "thread-from-elsewhere" | "payload-missing" | "payload-outside" | "payload-broken" | "unread-payload" | "payload-shape" | "runtime-not-a-command" | "exec-end-without-output" | "item-shape" | "item-type" | "call-id-reused" | "output-repeated" | "conversation-mismatch" | "untraced-answer";

/** Which two bundles. */
export interface CompareQuery {
  readonly left: string;
  readonly right: string;
}

/** Two rollouts beside each other. The agents of the summaries are left out; `agents` has those of both. */
export interface Compared {
  readonly left_name: string;
  readonly right_name: string;
  readonly left: Summary;
  readonly right: Summary;
  readonly left_usage: UsageTotals;
  readonly right_usage: UsageTotals;
  readonly agents: ReadonlyArray<ComparedAgent>;
}

/** One agent in both rollouts; None on a side that does not have it. Counts are of rows. */
export interface ComparedAgent {
  readonly agent_path: string;
  readonly left: string | null;
  readonly right: string | null;
  readonly rows: number;
  readonly same: number;
  readonly parts_at: number | null;
}

/** An item of one side. */
export interface ComparedItem {
  readonly item_id: string;
  readonly name: string;
  readonly label: string;
  readonly tool: string | null;
  readonly text: Excerpt;
}

/** What stands beside each other: the same in both, or what each has in the place of the other's. */
export interface ComparedRow {
  readonly is_same: boolean;
  readonly left: ComparedItem | null;
  readonly right: ComparedItem | null;
}

/** Which rows of which agent: its place among the agents of `Compared`. */
export interface ComparedRowsQuery {
  readonly left: string;
  readonly right: string;
  readonly agent?: number;
  readonly offset?: number;
  readonly limit?: number;
}

/** An item at its place in the conversation of an agent. */
export interface ConversationEntry {
  readonly index: number;
  readonly item: Item;
  readonly begins_turn: string | null;
  readonly compaction: string | null;
}

/** The conversation of one agent. */
export interface ConversationQuery {
  readonly at?: number | null;
  readonly offset?: number;
  readonly limit?: number;
  readonly thread: string;
}

/** One fault. `line` is 1-based; `line`, `seq` and `event_type` are None where the fault has no event. */
export interface Diagnostic {
  readonly level: Level;
  readonly code: Code;
  readonly line: number | null;
  readonly seq: number | null;
  readonly event_type: string | null;
  readonly ids: Readonly<Record<string, string>>;
  readonly message: string;
}

/** What an agent can be doing. */
export type Doing = "asking" | "using-tool" | "running-cell" | "compacting" | "working" | "idle" | "ended";

/** What passed between two agents. */
export type EdgeKind = "spawn_agent" | "assign_agent_task" | "send_message" | "agent_result" | "close_agent";

/** The errors of one shape, in all bundles. `bundle` and `seq` say where the first of them is. */
export interface ErrorComparison {
  readonly source: string;
  readonly shape: string;
  readonly count: number;
  readonly bundles: number;
  readonly example: string;
  readonly bundle: string;
  readonly seq: number;
}

/** A line of the log: an event, or what could not be read. `text` is the line as it stands. */
export interface EventLine {
  readonly index: number;
  readonly line: number;
  readonly seq: number | null;
  readonly at_unix_ms: number | null;
  readonly event_type: string | null;
  readonly thread_id: string | null;
  readonly codex_turn_id: string | null;
  readonly fault: string | null;
  readonly touched: ReadonlyArray<ObjectRef>;
  readonly payloads: ReadonlyArray<PayloadRef>;
  readonly text: Excerpt;
}

/** Where an event stands: its `seq`, and its line (1-based) if it came from a log. */
export interface EventPosition {
  readonly seq: number;
  readonly line: number | null;
}

/** Lines of the log. */
export interface EventsQuery {
  readonly at?: number | null;
  readonly offset?: number;
  readonly limit?: number;
  readonly event_type?: string | null;
}

/** How much evidence there is of a kind: files, and bytes in them. */
export interface EvidenceBytes {
  readonly files: number;
  readonly bytes: number;
}

/** A part of a text: `text` from the character `offset` on, of `characters` in all. Each code point counts one. */
export interface Excerpt {
  readonly offset: number;
  readonly characters: number;
  readonly text: string;
}

/** How one piece of work (turn, inference call, tool call, …) stands. */
export type ExecutionStatus = "running" | "completed" | "failed" | "cancelled" | "aborted";

/** A span of time and of the log. Without an end, the log saw none. */
export interface ExecutionWindow {
  readonly started_at_unix_ms: number;
  readonly started_seq: number;
  readonly ended_at_unix_ms: number | null;
  readonly ended_seq: number | null;
  readonly status: ExecutionStatus;
}

/** Something that went wrong, or was left open. */
export interface Failure {
  readonly subject: ObjectRef;
  readonly what: string;
  readonly thread_id: string | null;
  readonly codex_turn_id: string | null;
  readonly position: EventPosition;
  readonly ended_seq: number | null;
  readonly at_unix_ms: number;
  readonly outcome: Outcome;
  readonly error: string | null;
  readonly payloads: ReadonlyArray<string>;
  readonly meanwhile: ReadonlyArray<ObjectRef>;
  readonly next: ObjectRef | null;
}

/** One thing found. `line` is 1-based, `offset` the byte of the log at which it begins; None where there is none. */
export interface Finding {
  readonly severity: Severity;
  readonly code: string;
  readonly message: string;
  readonly line: number | null;
  readonly offset: number | null;
  readonly seq: number | null;
  readonly ids: Readonly<Record<string, string>>;
  readonly path: string | null;
}

/** The errors of one shape, with the bundle that has the first of them. */
export interface FleetError {
  readonly error: ErrorComparison;
  readonly key: string;
  readonly name: string;
}

/** What all bundles show together; the lists that belong to it come in pages. */
export interface FleetTotals {
  readonly bundles: number;
  readonly read: number;
  readonly usage: UsageTotals;
  readonly tools: number;
  readonly models: number;
  readonly tasks: number;
  readonly errors: number;
}

/** One item of a conversation. */
export interface Item {
  readonly item_id: string;
  readonly role: Role;
  readonly channel: Channel | null;
  readonly kind: ItemKind;
  readonly label: string;
  readonly tool: string | null;
  readonly call_id: string | null;
  readonly first_seen_at_unix_ms: number;
  readonly origins: ReadonlyArray<ObjectRef>;
  readonly first_shown_in: string | null;
  readonly text: Excerpt;
  readonly content_kinds: ReadonlyArray<string>;
  readonly source: ItemSource | null;
}

/** An item as the payload has it. */
export interface ItemJson {
  readonly item_id: string;
  readonly payload: PayloadRef | null;
  readonly path: string | null;
  readonly text: Excerpt;
  readonly images: ReadonlyArray<string>;
  readonly fault: string | null;
}

/** What an item is. */
export type ItemKind = "message" | "reasoning" | "function_call" | "function_call_output" | "custom_tool_call" | "custom_tool_call_output" | "compaction_marker";

/** One item. */
export interface ItemQuery {
  readonly at?: number | null;
  readonly item: string;
}

/** Where an item was first seen: a payload, the list in it, and the index (from 0) in that list. Without a list the payload is the item itself, as it is when a message from another agent is accepted. */
export interface ItemSource {
  readonly payload: PayloadRef;
  readonly list_name: "input" | "input_history" | "output_items" | "replacement_history" | null;
  readonly index: number;
}

/** How much a fault matters to the graph. */
export type Level = "note" | "warning" | "error";

/** The list of bundles is another: some came, went, grew, or were read. */
export interface LibraryChange {
  readonly found: number;
  readonly read: number;
}

/** Where an object comes from, and what came of it. */
export interface Lineage {
  readonly ref: ObjectRef;
  readonly events: ReadonlyArray<EventPosition>;
  readonly payloads: ReadonlyArray<string>;
  readonly causes: ReadonlyArray<LineageStep>;
  readonly effects: ReadonlyArray<LineageStep>;
}

/** Where an object comes from, and what came of it. */
export interface LineageQuery {
  readonly at?: number | null;
  readonly kind: ObjectKind;
  readonly id: string;
  readonly depth?: number;
}

/** One object on the way, and what follows from there. */
export interface LineageStep {
  readonly relation: string;
  readonly ref: ObjectRef;
  readonly events: ReadonlyArray<EventPosition>;
  readonly payloads: ReadonlyArray<string>;
  readonly steps: ReadonlyArray<LineageStep>;
  readonly is_told_elsewhere: boolean;
  readonly more: number;
}

/** An object named in a field of another. */
export interface Link {
  readonly field: string;
  readonly ref: ObjectRef;
}

/** The rates of the whole request where its input, cached or not, has more than `above_input_tokens`. */
export interface LongContext {
  readonly input: string;
  readonly cached_input: string;
  readonly cache_write: string | null;
  readonly output: string;
  readonly above_input_tokens: number;
}

/** How fast and how dear one model was. Durations are in milliseconds, of the requests that were completed. */
export interface ModelComparison {
  readonly model: string;
  readonly bundles: number;
  readonly completed: number;
  readonly failed: number;
  readonly median_ms: number | null;
  readonly percentile_95_ms: number | null;
  readonly longest_ms: number | null;
  readonly usage: UsageTotals;
}

/** A price of a model. Its days are those of UTC. */
export interface ModelPrice {
  readonly input: string;
  readonly cached_input: string;
  readonly cache_write: string | null;
  readonly output: string;
  readonly from: string | null;
  readonly until: string | null;
  readonly dated_names: boolean;
  readonly long_context: LongContext | null;
}

/** What the requests to one model used. */
export interface ModelUsage {
  readonly model: string;
  readonly prices: ReadonlyArray<ModelPrice>;
  readonly totals: UsageTotals;
}

/** An object that names another, and the field in which it does. */
export interface NamedBy {
  readonly ref: ObjectRef;
  readonly field: string;
}

/** The object that a person means by a few words: an id, a short name, or the beginning of one. */
export interface NamedQuery {
  readonly at?: number | null;
  readonly words: string;
}

/** Nothing to choose. */
export interface NoQuery {
}

/** Any object: what it is, what it says, and how it is tied to others. Long lists come in pages. */
export interface ObjectDetails {
  readonly ref: ObjectRef;
  readonly name: string;
  readonly kind_word: string;
  readonly what: string;
  readonly thread_id: string | null;
  readonly codex_turn_id: string | null;
  readonly execution: ExecutionWindow | null;
  readonly outcome: Outcome | null;
  readonly figures: Readonly<Record<string, string | number | boolean>>;
  readonly links: ReadonlyArray<Link>;
  readonly links_in_all: number;
  readonly named_by: number;
  readonly events: number;
  readonly payloads: number;
  readonly texts: Readonly<Record<string, Excerpt>>;
  readonly sources: Readonly<Record<string, ReadonlyArray<TextSource>>>;
}

/** The kinds of objects in a graph. */
export type ObjectKind = "rollout" | "thread" | "codex_turn" | "conversation_item" | "inference_call" | "code_cell" | "tool_call" | "terminal_session" | "terminal_operation" | "compaction" | "compaction_request" | "interaction_edge" | "raw_payload";

/** A list that belongs to one object. */
export interface ObjectPageQuery {
  readonly at?: number | null;
  readonly kind: ObjectKind;
  readonly id: string;
  readonly offset?: number;
  readonly limit?: number;
}

/** One object. */
export interface ObjectQuery {
  readonly at?: number | null;
  readonly kind: ObjectKind;
  readonly id: string;
}

/** One object of a graph: what it is, and its id. */
export interface ObjectRef {
  readonly kind: ObjectKind;
  readonly object_id: string;
}

/** How a piece of work stands. */
export interface Outcome {
  readonly status: ExecutionStatus;
  readonly unfinished: string | null;
  readonly exit_code: number | null;
  readonly last_turn: ExecutionStatus | null;
}

/** A part of a list: `entries` from `offset` on, of `total` in all. */
export interface Page<Entry> {
  readonly offset: number;
  readonly total: number;
  readonly entries: ReadonlyArray<Entry>;
}

/** Which part of a list. */
export interface PageQuery {
  readonly offset?: number;
  readonly limit?: number;
}

/** Something that went from one agent to another. */
export interface Passage {
  readonly edge_id: string;
  readonly kind: EdgeKind;
  readonly sender: string | null;
  readonly receiver: string | null;
  readonly source: ObjectRef;
  readonly target: ObjectRef;
  readonly at_unix_ms: number;
  readonly words: string | null;
  readonly events: ReadonlyArray<EventPosition>;
  readonly payloads: ReadonlyArray<string>;
}

/** One step of the path: what an agent did, as far as it lies on the path. Times are in milliseconds. */
export interface PathStep {
  readonly thread_id: string;
  readonly agent_path: string;
  readonly started_at_unix_ms: number;
  readonly duration_ms: number;
  readonly activity: Activity | null;
  readonly is_idle: boolean;
}

/** The kind of a payload, as the format writes it: an object with a `type`. */
export interface PayloadKind {
  readonly type: PayloadKindName;
}

/** What a payload file holds. */
export type PayloadKindName = "inference_request" | "inference_response" | "compaction_request" | "compaction_checkpoint" | "compaction_response" | "tool_invocation" | "tool_result" | "tool_runtime_event" | "terminal_runtime_event" | "protocol_event" | "session_metadata" | "agent_result";

/** A part of a payload; in bytes. */
export interface PayloadQuery {
  readonly at?: number | null;
  readonly payload: string;
  readonly offset?: number;
  readonly limit?: number;
}

/** Where a piece of evidence lies: its id, its kind, and its path relative to the bundle. */
export interface PayloadRef {
  readonly raw_payload_id: string;
  readonly kind: PayloadKind;
  readonly path: string;
}

/** A part of a payload file as text, from the byte `offset` on; bytes that are no UTF-8 are escaped. */
export interface PayloadText {
  readonly payload: PayloadRef;
  readonly bytes: number;
  readonly offset: number;
  readonly next_offset: number | null;
  readonly text: string;
  readonly fault: string | null;
}

/** Where an object stands in the lists of the page; None where it is not in one. */
export interface Place {
  readonly ref: ObjectRef;
  readonly thread_id: string | null;
  readonly conversation_index: number | null;
  readonly timeline_index: number | null;
  readonly event_index: number | null;
}

/** In place of an answer (status 4xx or 5xx): why there is none, in a sentence for a person. */
export interface Problem {
  readonly code: string;
  readonly sentence: string;
}

/** In place of an answer (status 202): the bundle is being read; ask again. In bytes of its log. */
export interface Reading {
  readonly bytes_read: number;
  readonly bytes_in_log: number;
}

/** Which items of a replacement. */
export type ReplacedItems = "dropped" | "kept" | "added";

/** How a history came to be another. */
export type ReplacementKind = "installed" | "unrecorded" | "cut";

/** A history that was replaced; its items come in pages. */
export interface ReplacementLine {
  readonly kind: ReplacementKind;
  readonly ref: ObjectRef | null;
  readonly thread_id: string;
  readonly position: EventPosition;
  readonly at_unix_ms: number;
  readonly first_request: ObjectRef | null;
  readonly before: number;
  readonly after: number;
  readonly dropped: number;
  readonly kept: number;
  readonly added: number;
  readonly asked_again: ReadonlyArray<AskedAgain>;
}

/** The items of one replacement of a history. */
export interface ReplacementQuery {
  readonly at?: number | null;
  readonly offset?: number;
  readonly limit?: number;
  readonly seq: number;
  readonly choice?: ReplacedItems;
}

/** What a request asked, against the request before it in its thread or another; its items come in pages. */
export interface RequestHead {
  readonly inference_call_id: string;
  readonly thread_id: string;
  readonly codex_turn_id: string;
  readonly model: string;
  readonly provider_name: string;
  readonly execution: ExecutionWindow;
  readonly outcome: Outcome;
  readonly usage: TokenUsage | null;
  readonly cost_usd: string | null;
  readonly number_in_thread: number;
  readonly before: string | null;
  readonly after: string | null;
  readonly against: string | null;
  readonly usage_against: TokenUsage | null;
  readonly items: number;
  readonly new: number;
  readonly vanished: number;
  readonly shared_prefix: number;
  readonly broken_by: string | null;
  readonly broken_at: string | null;
  readonly keeps_cache: boolean;
  readonly changed_settings: ReadonlyArray<string>;
  readonly compactions: ReadonlyArray<string>;
  readonly instructions: Excerpt | null;
  readonly tools: number | null;
  readonly response_item_ids: ReadonlyArray<string>;
  readonly started_tool_call_ids: ReadonlyArray<string>;
  readonly request_payload: PayloadRef | null;
  readonly response_payload: PayloadRef | null;
}

/** An item that a request showed; or of the request before, if it has vanished. */
export interface RequestItem {
  readonly index: number;
  readonly is_new: boolean;
  readonly is_vanished: boolean;
  readonly is_in_shared_prefix: boolean;
  readonly item: Item;
}

/** Which items of a request. */
export type RequestItemsChoice = "all" | "new" | "vanished";

/** The items of a request. */
export interface RequestItemsQuery {
  readonly at?: number | null;
  readonly request: string;
  readonly against?: string | null;
  readonly choice?: RequestItemsChoice;
  readonly offset?: number;
  readonly limit?: number;
}

/** One request in a list of them. */
export interface RequestLine {
  readonly inference_call_id: string;
  readonly thread_id: string;
  readonly codex_turn_id: string;
  readonly started_seq: number;
  readonly started_at_unix_ms: number;
  readonly duration_ms: number | null;
  readonly model: string;
  readonly outcome: Outcome;
  readonly tokens: TokenUsage | null;
  readonly cost_usd: string | null;
  readonly items: number;
  readonly shared_prefix: number | null;
  readonly items_before: number | null;
  readonly gist: string;
}

/** A request, and the one that it is compared with: the one before it in its thread, if none is named. */
export interface RequestQuery {
  readonly at?: number | null;
  readonly request: string;
  readonly against?: string | null;
}

/** Who speaks. */
export type Role = "system" | "developer" | "user" | "assistant" | "tool";

/** What is in a rollout, on one screen. */
export interface Rollout {
  readonly key: string;
  readonly name: string;
  readonly first_seq: number;
  readonly last_seq: number;
  readonly events: number;
  readonly is_live: boolean;
  readonly last_moment_unix_ms: number;
  readonly default_rejects: boolean;
  readonly diagnostics: Readonly<Record<string, number>>;
  readonly failures: number;
  readonly replacements: number;
  readonly summary: Summary;
  readonly usage: UsageTotals;
  readonly account: Account;
}

/** Something happened to a bundle that is followed. Its `last_seq` is the id by which a stream is taken up again. */
export interface RolloutChange {
  readonly kind: string;
  readonly reason: string | null;
  readonly first_seq: number;
  readonly last_seq: number;
  readonly events: number;
  readonly is_live: boolean;
  readonly activities: ReadonlyArray<AgentActivity>;
}

/** A list of the rollout. */
export interface RolloutPageQuery {
  readonly at?: number | null;
  readonly offset?: number;
  readonly limit?: number;
}

/** A question that needs nothing more. */
export interface RolloutQuery {
  readonly at?: number | null;
}

/** How a rollout or a thread stands. */
export type RolloutStatus = "running" | "completed" | "failed" | "aborted";

/** A line in which the words stand: what is before them, they, and what comes after, cut to what can be shown. */
export interface SearchHit {
  readonly holder: ObjectRef;
  readonly what: string;
  readonly thread_id: string | null;
  readonly before: string;
  readonly match: string;
  readonly after: string;
  readonly payload: string | null;
  readonly position: EventPosition | null;
}

/** Words, or a pattern, in all text of the rollout. */
export interface SearchQuery {
  readonly at?: number | null;
  readonly offset?: number;
  readonly limit?: number;
  readonly text: string;
  readonly is_pattern?: boolean;
  readonly match_case?: boolean;
}

/** What a finding means for the verdict. */
export type Severity = "note" | "incomplete" | "damage";

/** How much the model was shown of what a tool returned. */
export type Showing = "whole" | "more later" | "cut" | "reworded" | "nothing" | "to a cell" | "unknown";

/** What is in a rollout. A duration that has no end yet reaches to the last moment that the graph knows. */
export interface Summary {
  readonly trace_id: string;
  readonly rollout_id: string;
  readonly root_thread_id: string;
  readonly schema_version: number;
  readonly status: RolloutStatus;
  readonly outcome: Outcome;
  readonly started_at_unix_ms: number;
  readonly ended_at_unix_ms: number | null;
  readonly duration_ms: number;
  readonly first_user_message: string | null;
  readonly last_answer: string | null;
  readonly agents: ReadonlyArray<AgentTotals>;
  readonly turns: Readonly<Record<string, number>>;
  readonly requests: Readonly<Record<string, number>>;
  readonly requests_without_usage: number;
  readonly tokens: Tokens;
  readonly tools: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly code_cells: Readonly<Record<string, number>>;
  readonly terminals: number;
  readonly conversation_items: number;
  readonly compactions: number;
  readonly compaction_requests: Readonly<Record<string, number>>;
  readonly edges: Readonly<Record<string, number>>;
  readonly payloads: number;
}

/** What one task cost. Of several bundles, the median is the cheaper, or the shorter, of the two in the middle. */
export interface TaskComparison {
  readonly task: string;
  readonly bundles: number;
  readonly median_duration_ms: number;
  readonly median_cost_usd: string | null;
  readonly usage: UsageTotals;
}

/** One process; what used it comes in pages. */
export interface TerminalLine {
  readonly terminal_id: string | null;
  readonly opened_by: ObjectRef | null;
  readonly thread_id: string | null;
  readonly codex_turn_id: string | null;
  readonly cwd: string | null;
  readonly command: string;
  readonly started_at_unix_ms: number | null;
  readonly duration_ms: number | null;
  readonly outcome: Outcome;
  readonly uses: number;
}

/** What used a terminal. */
export interface TerminalQuery {
  readonly at?: number | null;
  readonly offset?: number;
  readonly limit?: number;
  readonly terminal: string;
}

/** One operation on a terminal. */
export interface TerminalUse {
  readonly operation_id: string;
  readonly tool_call_id: string;
  readonly kind: string;
  readonly input: string;
  readonly at_unix_ms: number;
  readonly duration_ms: number | null;
  readonly outcome: Outcome;
  readonly output: string | null;
  readonly events: ReadonlyArray<EventPosition>;
  readonly payloads: ReadonlyArray<string>;
}

/** One operation on a terminal. `use.output` is left out; `output` has it in part. */
export interface TerminalUseLine {
  readonly use: TerminalUse;
  readonly output: Excerpt | null;
}

/** More of a text of an object; in characters. */
export interface TextQuery {
  readonly at?: number | null;
  readonly kind: ObjectKind;
  readonly id: string;
  readonly title: string;
  readonly offset?: number;
  readonly limit?: number;
}

/** What recorded a text, and the event that told of it. */
export interface TextSource {
  readonly ref: ObjectRef;
  readonly seq: number | null;
}

/** A list, of one agent or of all. */
export interface ThreadPageQuery {
  readonly at?: number | null;
  readonly offset?: number;
  readonly limit?: number;
  readonly thread?: string | null;
}

/** Something that happened: when, where in the log, to which agent, and what. `duration_ms` is None for a moment. */
export interface TimelineEntry {
  readonly position: EventPosition;
  readonly at_unix_ms: number;
  readonly duration_ms: number | null;
  readonly thread_id: string | null;
  readonly codex_turn_id: string | null;
  readonly subject: ObjectRef;
  readonly what: string;
  readonly outcome: Outcome | null;
  readonly error: string | null;
  readonly payloads: ReadonlyArray<string>;
}

/** What a request cost, in tokens. `input_tokens` includes the cached ones, `output_tokens` those of reasoning. */
export interface TokenUsage {
  readonly input_tokens: number;
  readonly cached_input_tokens: number;
  readonly cache_write_input_tokens: number;
  readonly output_tokens: number;
  readonly reasoning_output_tokens: number;
}

/** What requests cost, in tokens. `input` includes `cached_input`, `output` includes `reasoning_output`. */
export interface Tokens {
  readonly input: number;
  readonly cached_input: number;
  readonly output: number;
  readonly reasoning_output: number;
}

/** How the calls of one tool ended, in all bundles. */
export interface ToolComparison {
  readonly tool: string;
  readonly bundles: number;
  readonly outcomes: ToolFacts;
}

/** How the calls of one tool ended. */
export interface ToolFacts {
  readonly calls: number;
  readonly failed: number;
  readonly exit_not_zero: number;
  readonly never_ended: number;
}

/** One tool call in a list of them; what it was asked, in a line. */
export interface ToolLine {
  readonly tool_call_id: string;
  readonly thread_id: string;
  readonly codex_turn_id: string | null;
  readonly started_seq: number;
  readonly started_at_unix_ms: number;
  readonly duration_ms: number | null;
  readonly tool: string;
  readonly asked: string;
  readonly outcome: Outcome;
  readonly showing: Showing;
}

/** Tool calls. */
export interface ToolsQuery {
  readonly at?: number | null;
  readonly offset?: number;
  readonly limit?: number;
  readonly thread?: string | null;
  readonly tool?: string | null;
  readonly faults_only?: boolean;
}

/** What a turn used. */
export interface TurnLine {
  readonly codex_turn_id: string;
  readonly thread_id: string;
  readonly started_seq: number;
  readonly started_at_unix_ms: number;
  readonly duration_ms: number | null;
  readonly outcome: Outcome;
  readonly usage: UsageTotals;
}

/** What the rollout used, in all and by model. Its agents, turns and requests come in pages. */
export interface UsageOverview {
  readonly total: UsageTotals;
  readonly models: ReadonlyArray<ModelUsage>;
  readonly compaction_requests: number;
  readonly price_date: string | null;
}

/** What several requests used. */
export interface UsageTotals {
  readonly requests: number;
  readonly requests_without_count: number;
  readonly requests_without_price: number;
  readonly tokens: TokenUsage;
  readonly cost_usd: string | null;
}

/** How far a bundle can be trusted. */
export type Verdict = "whole" | "incomplete" | "damaged";

/** What a piece of work is. */
export type Work = "model" | "tools" | "waiting";

/** What is asked of all bundles. */
export interface LibraryEndpoints {
  /** The bundles, a line each. */
  "bundles": { asked: BundlesQuery; told: Bundles };
  /** What all bundles show together. */
  "fleet": { asked: NoQuery; told: FleetTotals };
  /** Tools, those that fail most first. */
  "fleet/tools": { asked: PageQuery; told: Page<ToolComparison> };
  /** Models, the slowest first. */
  "fleet/models": { asked: PageQuery; told: Page<ModelComparison> };
  /** Tasks, the dearest first. */
  "fleet/tasks": { asked: PageQuery; told: Page<TaskComparison> };
  /** Errors by shape, most first. */
  "fleet/errors": { asked: PageQuery; told: Page<FleetError> };
  /** Two rollouts beside each other. */
  "compare": { asked: CompareQuery; told: Compared };
  /** Their conversations, aligned. */
  "compare/rows": { asked: ComparedRowsQuery; told: Page<ComparedRow> };
}

/** What is asked of one rollout. */
export interface RolloutEndpoints {
  /** What is in the rollout. */
  "rollout": { asked: RolloutQuery; told: Rollout };
  /** The tree of agents. */
  "agents": { asked: RolloutPageQuery; told: Page<AgentLine> };
  /** What went between agents. */
  "passages": { asked: ThreadPageQuery; told: Page<Passage> };
  /** What failed or never ended. */
  "failures": { asked: RolloutPageQuery; told: Page<Failure> };
  /** Faults of the trace. */
  "diagnostics": { asked: RolloutPageQuery; told: Page<Diagnostic> };
  /** What happened, in order. */
  "timeline": { asked: ThreadPageQuery; told: Page<TimelineEntry> };
  /** The chain of work that determined the end. */
  "critical-path": { asked: RolloutPageQuery; told: Page<PathStep> };
  /** The conversation of an agent. */
  "conversation": { asked: ConversationQuery; told: Page<ConversationEntry> };
  /** Requests, with tokens, money and cache. */
  "requests": { asked: ThreadPageQuery; told: Page<RequestLine> };
  /** What a request asked. */
  "request": { asked: RequestQuery; told: RequestHead };
  /** What its model saw, item by item. */
  "request/items": { asked: RequestItemsQuery; told: Page<RequestItem> };
  /** Tool calls. */
  "tools": { asked: ToolsQuery; told: Page<ToolLine> };
  /** Code cells. */
  "cells": { asked: ThreadPageQuery; told: Page<CellLine> };
  /** Terminals. */
  "terminals": { asked: ThreadPageQuery; told: Page<TerminalLine> };
  /** What used a terminal, in order. */
  "terminal": { asked: TerminalQuery; told: Page<TerminalUseLine> };
  /** Histories that were replaced. */
  "compactions": { asked: RolloutPageQuery; told: Page<ReplacementLine> };
  /** What a replacement dropped, kept, added. */
  "compactions/items": { asked: ReplacementQuery; told: Page<Item> };
  /** Tokens and money, by model. */
  "usage": { asked: RolloutQuery; told: UsageOverview };
  /** Turns, with what they used. */
  "turns": { asked: ThreadPageQuery; told: Page<TurnLine> };
  /** Any object. */
  "object": { asked: ObjectQuery; told: ObjectDetails };
  /** Further objects that name it. */
  "object/named-by": { asked: ObjectPageQuery; told: Page<NamedBy> };
  /** The events behind it. */
  "object/events": { asked: ObjectPageQuery; told: Page<BehindEvent> };
  /** The payloads behind it. */
  "object/payloads": { asked: ObjectPageQuery; told: Page<PayloadRef> };
  /** More of what it says. */
  "object/text": { asked: TextQuery; told: Excerpt };
  /** Where an object comes from, what came of it. */
  "lineage": { asked: LineageQuery; told: Lineage };
  /** The object that a few words mean. */
  "named": { asked: NamedQuery; told: ObjectRef };
  /** Where an object stands in the lists. */
  "place": { asked: ObjectQuery; told: Place };
  /** The lines of the log. */
  "events": { asked: EventsQuery; told: Page<EventLine> };
  /** A payload file. */
  "payload": { asked: PayloadQuery; told: PayloadText };
  /** An item as the payload has it. */
  "item": { asked: ItemQuery; told: ItemJson };
  /** Whether the bundle is whole. */
  "check": { asked: RolloutQuery; told: Check };
  /** What was found to be missing or wrong. */
  "check/findings": { asked: RolloutPageQuery; told: Page<Finding> };
  /** Where words stand. */
  "search": { asked: SearchQuery; told: Page<SearchHit> };
}
