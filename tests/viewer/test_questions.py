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
            ("#156", "agent /root", "agent /root/reviewer", "not in the clear"),
        ]

    def test_who_closed_an_agent_that_was_slow(self, colleague: Reader) -> None:
        colleague.open_bundle("agents_v2")
        colleague.go_to("Agents")

        passages = colleague.rows("What went between agents")
        assert [row[2:5] for row in passages if row[4] == "agent /root/slow"] == [
            ["agent /root", "spawns", "agent /root/slow"],
            ["agent /root", "closes", "agent /root/slow"],
        ]
        assert colleague.column("Agents", "Agent", "Outcome")[-1] == ("agent /root/slow Einstein", "completed")


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
        assert colleague.column("Replaced histories", *columns) == [("#349", "no event tells", "112 → 8", "105", "5")]
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
            ("#168", "cancelled", "request request:20"),
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
