"""The questions of users, answered by clicks: on the example `thermostat`, and on bundles of the real client.

Every expected answer was read by a person from the events and the payload files, and is written out here.
"""

import re

from playwright.sync_api import expect

from viewer.reader import Reader


class TestWhatHappenedAndWhereTheTimeWent:
    """Question 1."""

    def test_the_shares_of_the_time(self, reader: Reader) -> None:
        reader.open_bundle("thermostat")
        reader.go_to("Time")

        reader.sees("model 1.7 s")
        reader.sees("tools 0.9 s")
        path = reader.column("Critical path", "Duration", "Agent", "What")
        assert path[:5] == [
            ("3 ms", "agent /root", "idle: no turn is open"),
            ("5 ms", "agent /root", "between: nothing that the trace knows of"),
            ("0.2 s", "agent /root", "request request:1 scripted-1"),
            ("13 ms", "agent /root", "tool tool:1 exec_command"),
            ("82 ms", "agent /root", "request request:2 scripted-1"),
        ]

    def test_a_command_of_eight_seconds_is_where_a_session_went(self, colleague: Reader) -> None:
        colleague.open_bundle("exec_sessions")
        colleague.go_to("Time")

        colleague.sees(re.compile(r"^tools 10\.\d s"))
        slowest = [what for took, what in colleague.column("Critical path", "Duration", "What") if took == "5.0 s"]
        assert slowest == ["tool tool:2 write_stdin"]


class TestWhichCellIssuedACall:
    """Question 6."""

    def test_the_tools_and_outputs_of_a_cell(self, reader: Reader) -> None:
        reader.open_bundle("thermostat")
        reader.go_to("Code cells")

        columns = ("Event", "Cell", "Tools that it called", "Waits for it", "Outputs")
        assert reader.column("Code cells", *columns) == [
            ("#23", "cell cell:1", "tool tool:3 tool tool:4", "none", "item item:10")
        ]

    def test_the_wait_of_a_later_turn_belongs_to_the_cell(self, colleague: Reader) -> None:
        colleague.open_bundle("code_mode_turns")
        colleague.go_to("Code cells")

        columns = ("Event", "Cell", "Outcome", "Tools that it called", "Waits for it")
        assert colleague.column("Code cells", *columns) == [
            ("#15", "cell cell:1", "completed", "tool tool:2", "tool tool:3"),
            ("#52", "cell cell:2", "cancelled", "tool tool:5", "none"),
            ("#67", "cell cell:3", "unfinished, turn completed", "tool tool:7", "none"),
        ]


class TestWhichOperationMadeATerminal:
    """Question 7."""

    def test_one_terminal_was_looked_at_again_twice(self, reader: Reader) -> None:
        reader.open_bundle("thermostat")
        reader.go_to("Terminals")

        used_again = [row for row in reader.column("Terminals", "Opened by", "Command", "Uses") if row[2] != "1"]
        assert used_again == [("operation operation:4", "sh soak.sh", "3")]
        reader.row("Terminals", "sh soak.sh").click()
        for tool in ("tool:7", "tool:8", "tool:9"):
            reader.sees(tool)

    def test_the_terminal_that_is_selected_is_the_one_that_is_shown(self, reader: Reader) -> None:
        reader.open_bundle("thermostat")
        reader.go_to("Terminals")
        reader.sees("Choose a terminal to see what used it.")
        reader.click_link("terminal:4")

        reader.sees("3 operations")
        expect(reader.main.get_by_text("Choose a terminal")).to_have_count(0)
        reader.row("Terminals", "grep -n").click()
        reader.sees("1 operation")
        expect(reader.panel).to_have_count(0)

    def test_what_was_typed_into_a_terminal(self, colleague: Reader) -> None:
        colleague.open_bundle("exec_sessions")
        colleague.go_to("Terminals")

        opened = colleague.column("Terminals", "Opened by", "Outcome", "Uses")
        assert opened == [
            ("operation operation:1", "completed", "3"),
            ("operation operation:4", "completed", "3"),
            ("operation operation:7", "exit code 1", "2"),
            ("operation operation:9", "failed", "1"),
            ("operation operation:10", "exit code -1", "1"),
        ]
        colleague.row("Terminals", "read -p").click()
        colleague.sees("Zoë")


class TestWhatWentBetweenAgents:
    """Question 8."""

    def test_who_spawned_wrote_to_answered_and_closed_whom(self, reader: Reader) -> None:
        reader.open_bundle("thermostat")
        reader.go_to("Agents")

        columns = ("Event", "From", "To", "Words")
        assert reader.column("What went between agents", *columns) == [
            ("#81", "agent /root", "agent /root/reviewer", "Review convert.sh: is the formula right?"),
            ("#86", "agent /root", "agent /root/tester", "Run the check of the project, and wait for more."),
            ("#102", "agent /root", "agent /root/tester", "Please also try 37 degrees."),
            ("#132", "agent /root/reviewer", "agent /root", "The formula is right: nine fifths, and 32."),
            (
                "#145",
                "agent /root/tester",
                "agent /root",
                "The check passes. 37 degrees come out as 98, which is rounded down.",
            ),
            ("#156", "agent /root", "agent /root/reviewer", "– a close carries no words"),
        ]

    def test_who_closed_an_agent_that_was_slow(self, colleague: Reader) -> None:
        colleague.open_bundle("agents_v2")
        colleague.go_to("Agents")

        passages = colleague.rows("What went between agents")
        assert [row[2:5] for row in passages if row[4] == "agent /root/slow"] == [
            ["agent /root", "spawns", "agent /root/slow"],
            ["agent /root", "closes", "agent /root/slow"],
        ]
        slow = ("agent /root/slow Einstein", "completed; last turn cancelled")
        assert colleague.column("Agents", "Agent", "Outcome")[-1] == slow


class TestWhatACompactionDropped:
    """Question 9."""

    def test_what_an_installed_compaction_dropped_kept_and_added(self, reader: Reader) -> None:
        reader.open_bundle("thermostat")
        reader.go_to("Compactions")

        columns = ("Event", "How", "Items", "Dropped", "Kept", "Added", "Asked again", "First request with it")
        assert reader.column("Replaced histories", *columns) == [
            ("#166", "compaction", "33 → 2", "32", "1", "1", "0", "request request:20")
        ]
        assert reader.column("Items: dropped", "Item", "Who")[:3] == [
            ("item item:1", "developer"),
            ("item item:3", "reasoning"),
            ("item item:4", "assistant (commentary)"),
        ]
        assert reader.column("Items: kept", "Item", "Who") == [("item item:52", "user")]
        assert reader.column("Items: added", "Item", "Text") == [("item item:53", "[encrypted, 116 characters]")]

    def test_what_the_model_asked_for_again(self, colleague: Reader) -> None:
        colleague.open_bundle("long_session")
        colleague.go_to("Compactions")

        columns = ("Event", "How", "Items", "Dropped", "Asked again")
        assert colleague.column("Replaced histories", *columns) == [("#349", "no event tells", "114 → 8", "107", "5")]
        again = colleague.main.get_by_role("listitem").filter(has_text="asks again what")
        expect(again).to_have_count(5)


class TestWhatItCostAndWhereTheCacheWasLost:
    """Question 10."""

    def test_the_tokens_of_each_agent_and_turn(self, reader: Reader) -> None:
        reader.open_bundle("thermostat")
        reader.go_to("Usage")

        assert reader.column("Agents", "Agent", "Requests", "Tokens") == [
            ("agent /root", "14", "11.0 k in (86% cached), 796 out"),
            ("agent /root/reviewer reviewer", "2", "346 in (30% cached), 103 out"),
            ("agent /root/tester tester", "4", "1,072 in (63% cached), 141 out"),
        ]
        assert reader.column("Turns", "Event", "Requests", "Cached") == [
            ("#3", "13", "85%"),
            ("#87", "2", "30%"),
            ("#90", "4", "63%"),
            ("#163", "0", "–"),
            ("#168", "1", "100%"),
        ]
        lost = [
            row
            for row in reader.column("Requests", "Request", "History kept")
            if not row[1].startswith(("all", "first"))
        ]
        assert lost == [("request request:20", "0 of 32")]

    def test_another_model_loses_the_cache_from_the_start(self, colleague: Reader) -> None:
        colleague.open_bundle("model_switch")
        colleague.go_to("Usage")

        assert colleague.column("Models", "Model", "Requests", "Cost") == [
            ("gpt-5.5", "3", "$0.0119"),
            ("gpt-6.1-sol", "1", "$0.0016"),
        ]
        assert colleague.column("Requests", "Request", "History kept", "Cost") == [
            ("request request:1", "first", "$0.0034"),
            ("request request:2", "all 4", "$0.0036"),
            ("request request:3", "0 of 6", "$0.0016"),
            ("request request:4", "0 of 6", "$0.0050"),
        ]

    def test_why_no_cost_is_known(self, colleague: Reader) -> None:
        colleague.open("#/")
        colleague.page.get_by_role("searchbox").fill("killed_early")
        expect(colleague.table("Bundles")).to_have_attribute("aria-rowcount", "2")
        assert colleague.column("Bundles", "Bundle", "Cost") == [("killed_early", "– no model was asked")]

        colleague.open_bundle("agents_v2")
        broken = next(row for row in colleague.column("Agents", "Agent", "Tokens", "Cost") if "/root/broken" in row[0])
        assert broken[1:] == ("– the count was not recorded", "– the count was not recorded")


class TestWhatFailed:
    """Question 11."""

    def test_what_failed_why_and_what_came_next(self, reader: Reader) -> None:
        reader.open_bundle("thermostat")
        reader.go_to("Failures")

        columns = ("Event", "Outcome", "Next")
        assert reader.column("Failures", *columns) == [
            ("#10", "exit code 1", "request request:2"),
            ("#15", "cancelled", "request request:3"),
            ("#39", "failed", "request request:5"),
            ("#168", "cancelled", ""),  # the turn was the last thing that its agent did
            ("#174", "cancelled", ""),
        ]
        assert reader.column("Failures", "Why")[2] == ("The patch does not apply: convert.sh has no such lines",)

    def test_what_was_going_on_around_it(self, colleague: Reader) -> None:
        colleague.open_bundle("agents_v2")
        colleague.go_to("Failures")

        told = colleague.column("Failures", "Event", "Agent", "Outcome", "Meanwhile")
        assert [row for row in told if row[1] == "agent /root/slow"] == [
            ("#170", "agent /root/slow", "cancelled", "tool tool:17"),
            ("#187", "agent /root/slow", "unfinished, turn cancelled", "tool tool:16 tool tool:7"),
        ]


class TestWhereTwoRolloutsPart:
    """Question 14."""

    def test_two_runs_of_the_same_task(self, reader: Reader) -> None:
        reader.open("#/")
        reader.go_to("Compare")
        for side, name in (("Left", "fix-the-build"), ("Right", "fix-it-alone")):
            choice = reader.main.get_by_role("combobox", name=side)
            choice.select_option(label=choice.get_by_role("option", name=name).inner_text())
        reader.main.get_by_role("button", name="Compare").click()

        reader.sees("34 rows, 15 the same. They part at row 16.")
        expect(reader.main.get_by_role("row", name=re.compile("^Requests"))).to_have_text("Requests115")
        expect(reader.main.get_by_role("combobox", name="Agent").get_by_role("option")).to_have_text(
            ["/root: part at row 16", "/root/reviewer: part at row 1"]
        )

    def test_two_forks_of_a_session(self, colleague: Reader) -> None:
        colleague.open("#/")
        colleague.go_to("Compare")
        for side, name in (("Left", "resume_fork"), ("Right", "resume_fork-2")):
            choice = colleague.main.get_by_role("combobox", name=side)
            choice.select_option(label=choice.get_by_role("option", name=re.compile(f" {name}$")).inner_text())
        colleague.main.get_by_role("button", name="Compare").click()

        colleague.sees("They part at row 6.")


class TestWhatManyRunsShow:
    """Question 15."""

    def test_what_fails_what_is_slow_what_it_costs_and_which_errors_recur(self, reader: Reader) -> None:
        reader.open("#/")
        reader.go_to("Fleet")

        assert reader.column("Tools", "Tool", "Calls", "Went wrong", "Failed", "Exit not 0")[:2] == [
            ("exec_command", "16", "19%", "0", "3"),
            ("apply_patch", "4", "25%", "1", "0"),
        ]
        assert reader.column("Models", "Model", "Median", "Completed", "Failed", "Cost") == [
            ("gpt-5.5", "3.0 s", "15", "1", "$0.15"),
            ("scripted-1", "81 ms", "19", "0", "– no price is known"),
        ]
        assert reader.column("Errors", "Count", "Bundles", "Of", "Shape")[0] == (
            *("2", "2", "exec_command", "exit code 2: make: *** [check] Error N"),
        )
        assert reader.column("Tasks", "Bundles", "Median time", "Cost in all") == [
            ("2", "22.5 s", "$0.15"),
            ("1", "2.8 s", "– no price is known"),
        ]

    def test_the_errors_of_the_real_client_lead_to_where_they_happened(self, colleague: Reader) -> None:
        colleague.open("#/")
        colleague.go_to("Fleet")

        expect(colleague.main.get_by_text("are read so far")).to_have_count(0)
        assert colleague.column("Errors", "Count", "Bundles", "Of", "Shape", "First in")[0] == (
            *("3", "3", "exec_command", "exit code -1", "agents_v2 #187"),
        )
        colleague.row("Errors", "agents_v2 #187").click()

        colleague.sees_place("Failures")
        expect(colleague.page.get_by_role("banner")).to_contain_text("agents_v2")
        failed = colleague.column("Failures", "Event", "Outcome")
        assert ("#187", "unfinished, turn cancelled") in failed  # at the end of the log, not before it failed


def chain(reader: Reader, *words: str) -> None:
    """A step of the lineage has all of these words, in this order."""
    steps = reader.main.get_by_role("listitem").filter(has_text=re.compile(r"\s*".join(map(re.escape, words))))
    expect(steps.first).to_be_visible()


class TestInWhichOrder:
    """Question 1, as far as the order is concerned."""

    def test_the_work_of_all_agents_stands_in_the_order_of_the_log(self, reader: Reader) -> None:
        reader.open_bundle("thermostat")
        reader.go_to("Timeline")
        reader.main.get_by_role("button", name="Table", exact=True).click()

        told = reader.column("Timeline: every entry, in the order of the log", "Event", "Agent", "Outcome")
        assert told[:5] == [
            ("#2", "/root", "completed; last turn cancelled"),
            ("#3", "/root", "completed"),
            ("#5", "/root", "completed"),
            ("#10", "/root", "exit code 1"),
            ("#15", "/root", "cancelled"),
        ]

    def test_the_tables_have_all_that_the_lanes_have(self, reader: Reader) -> None:
        reader.open_bundle("thermostat")
        reader.go_to("Timeline")
        lane = reader.main.get_by_role("treeitem").first
        contents = "/root: 3 turns, 14 requests, 1 cell, 15 tools, 5 terminals, 1 compaction, 5 failed or not finished"
        expect(lane).to_have_accessible_name(contents)
        reader.main.get_by_role("button", name="Table", exact=True).click()
        tables = reader.main.get_by_role("combobox", name="Table of")

        tables.select_option("Between agents")
        assert [event for (event,) in reader.column("What went between agents", "Event")][:2] == ["#81", "#86"]
        tables.select_option("Terminals")
        opened = reader.column("Terminals", "Agent", "Command", "Duration")
        assert ("agent /root", "sh soak.sh", "0.6 s") in opened
        assert len([agent for agent, *_ in opened if agent == "agent /root"]) == 5

    def test_what_agents_did_at_the_same_time(self, colleague: Reader) -> None:
        colleague.open_bundle("agents_v2")
        colleague.go_to("Timeline")

        lanes = colleague.main.get_by_role("tree", name="Agents").get_by_role("treeitem", name=re.compile("^.root"))
        expect(lanes).to_have_count(5)
        expect(lanes.nth(4)).to_have_accessible_name(
            "/root/slow: 1 turn, 1 request, 1 tool, 1 terminal, 2 failed or not finished"
        )


class TestWhichRequest:
    """Question 2."""

    def test_which_asked_for_a_tool_and_which_saw_its_output_first(self, reader: Reader) -> None:
        reader.open_bundle("thermostat")
        reader.go_to("Tools")
        reader.row("Tool calls", "tool:1 ").first.click()
        reader.panel.get_by_role("link", name="Open", exact=True).click()

        chain(reader, "called by", "item", "item:5")
        chain(reader, "answered in", "request", "request:1")
        chain(reader, "showed the model", "item", "item:6")
        chain(reader, "first shown in", "request", "request:2")  # which was cancelled, but had it

    def test_of_a_command_that_was_stopped_by_input(self, colleague: Reader) -> None:
        colleague.open_bundle("exec_sessions")
        colleague.go_to("Tools")
        colleague.row("Tool calls", "sleep 60").click()
        colleague.panel.get_by_role("link", name="Open", exact=True).click()

        chain(colleague, "answered in", "request", "request:7")
        chain(colleague, "first shown in", "request", "request:8")


class TestWhoseText:
    """Question 3."""

    def test_of_a_terminal_a_cell_and_the_model(self, reader: Reader) -> None:
        reader.open_bundle("thermostat")
        reader.go_to("Conversation")

        items = reader.main.get_by_role("article")
        expect(items.filter(has_text="I will run the check first.")).to_contain_text(
            re.compile("from ?request request:1")
        )
        expect(items.filter(has_text="Exit code 1.")).to_contain_text(re.compile("from ?tool tool:1"))

    def test_of_another_agent(self, reader: Reader) -> None:
        reader.open_bundle("thermostat")
        reader.go_to("Conversation")
        reader.main.get_by_role("combobox", name="Agent").select_option(label="/root/reviewer")

        told = reader.main.get_by_role("article").filter(has_text="Review convert.sh: is the formula right?")
        expect(told).to_contain_text("message from /root")
        expect(told).to_contain_text(re.compile("from ?edge edge:1"))

    def test_of_a_code_cell(self, colleague: Reader) -> None:
        colleague.open_bundle("code_mode_turns")
        colleague.go_to("Code cells")
        colleague.click_link("item item:6")

        expect(colleague.panel).to_contain_text("cell:1")
        expect(colleague.panel).to_contain_text("part one")


class TestWhatTheModelSaw:
    """Question 4."""

    def test_every_item_and_what_is_new(self, reader: Reader) -> None:
        reader.open_bundle("thermostat")
        reader.go_to("Usage")
        reader.row("Requests", "request:20").click()

        assert reader.fact("Shown") == "3 items, 2 new, 31 vanished"
        expect(reader.main.get_by_role("tab")).to_have_text(
            ["All 3", "New 2", "Vanished 31", "Answer 2", "Instructions", "Wire JSON"]
        )
        items = reader.main.get_by_role("tabpanel").get_by_role("article")
        expect(items).to_have_count(3)
        expect(items.nth(2)).to_contain_text("Now leave the soak test running for an hour, please.")
        reader.main.get_by_role("tab", name="Vanished").click()
        expect(items.first).to_contain_text("You are a coding agent.")
        reader.main.get_by_role("tab", name="Wire JSON").click()
        reader.sees("payloads/112.json")

    def test_another_model_is_shown_other_instructions(self, colleague: Reader) -> None:
        colleague.open_bundle("model_switch")
        colleague.go_to("Requests")
        colleague.row("Requests", "request:3").click()

        assert colleague.fact("Shown") == "6 items, 4 new, 4 vanished"
        broken = "not even the first item is the same as in the one before, request request:2 ; broken by item item:8"
        assert " ".join(colleague.fact("Prefix").split()).startswith(broken)


class TestWhatTheToolPrinted:
    """Question 5."""

    def test_what_it_returned_against_what_the_model_was_shown(self, reader: Reader) -> None:
        reader.open_bundle("thermostat")
        reader.go_to("Tools")
        reader.row("Tool calls", "sh soak.sh").click()

        panel = reader.panel
        reader.sees("Still running in session 1004.", within=panel)
        reader.sees(re.compile("30 C is 86 F\nsoak test done"), within=panel)

    def test_each_text_says_what_recorded_it(self, reader: Reader) -> None:
        reader.open_bundle("thermostat")
        reader.go_to("Tools")
        reader.row("Tool calls", "sh soak.sh").click()

        recorded_by = {
            "Asked": "payload:38 #55",
            "Returned": "payload:40 #57",
            "Shown": "item:16 #59",
            "Printed until its end, after the call": "payload:48 #71",
        }
        for title, source in recorded_by.items():
            expect(reader.panel.get_by_role("heading", name=re.compile(f"^{title}"))).to_contain_text(source)

    def test_what_was_cut_for_the_model(self, colleague: Reader) -> None:
        colleague.open_bundle("exec_basic")
        colleague.go_to("Tools")
        assert ("exit code 3", "cut") in colleague.column("Tool calls", "Outcome", "Model was shown")
        colleague.row("Tool calls", "data.csv data.csv").click()

        expect(colleague.panel.get_by_role("heading", name=re.compile("^Returned"))).to_contain_text(
            "18,604 characters"
        )
        colleague.sees(re.compile("tokens truncated"), within=colleague.panel)


class TestAtAnEvent:
    """Question 12."""

    def test_as_it_was_while_a_command_ran(self, reader: Reader) -> None:
        reader.open_bundle("thermostat")
        reader.go_to("Tools")
        reader.click_link("#62")
        expect(reader.page.get_by_role("contentinfo", name="Time")).to_contain_text("as of event 62 of 180")
        expect(reader.table("Tool calls")).to_have_attribute(
            "aria-rowcount", "9"
        )  # the head, and what was called so far

        assert reader.column("Tool calls", "Call", "Outcome")[-1] == ("tool tool:8 write_stdin", "running")
        reader.go_to("Terminals")
        assert reader.column("Terminals", "Command", "Outcome")[-1] == ("sh soak.sh", "running")
        reader.go_to("Compactions")
        reader.sees("No history was replaced.")

    def test_as_it_was_when_a_session_was_polled(self, colleague: Reader) -> None:
        colleague.open_bundle("exec_sessions")
        colleague.go_to("Tools")
        colleague.click_link("#26")

        colleague.go_to("Terminals")
        assert colleague.column("Terminals", "Terminal", "Outcome", "Uses") == [("terminal terminal:1", "running", "3")]


class TestWhetherItIsWhole:
    """Question 13."""

    def test_a_whole_bundle(self, reader: Reader) -> None:
        reader.open_bundle("thermostat")
        reader.go_to("Check")

        reader.sees("Whole: the recording was closed, and all of its evidence is here (180 events).")
        assert reader.column("Findings", "Weight", "Code", "Where") == [("note", "never-ended", "#175")]

    def test_what_can_be_trusted_of_a_client_that_was_killed(self, colleague: Reader) -> None:
        colleague.open_bundle("killed_agents")
        colleague.go_to("Check")

        colleague.sees(re.compile("^Incomplete but consistent: .* all 59 events up to there can be trusted"))
        codes = {code for _, code in colleague.column("Findings", "Weight", "Code")}
        assert codes == {"not-completed", "never-ended"}


class TestWhereWordsStand:
    """A search reaches what no place has shown, and its hits lead there."""

    def test_a_hit_leads_to_the_item(self, reader: Reader) -> None:
        reader.open_bundle("thermostat")
        box = reader.page.get_by_role("banner").get_by_role("searchbox")
        box.fill("formula")
        box.press("Enter")

        reader.sees("found in 9 lines")
        reader.click_link("Jump to hit 3")
        reader.sees_place("Conversation")
        said = reader.main.get_by_role("article").filter(has_text="The formula is right: nine fifths, and 32.")
        expect(said).to_be_in_viewport()
