"""The bundles that are measured: each shape strains another part of the reducer, in sizes that double."""

from dataclasses import dataclass, replace

from make_bundle import Options

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Shape:
    """A kind of session. Its sizes differ by their number of turns."""

    name: str
    meaning: str
    options: Options
    turns: tuple[int, ...]
    """Turns of the root thread in each size, the smallest first."""
    has_agent_each_turn: bool = False
    counts_state: bool = False
    """Whether growth is counted by bytes in and out: the list of each request's items is in the graph alone."""
    most_of_the_floor: float | None = None
    """How much of the floor's time the largest size may take; None for the limit that all sizes have."""
    most_memory: int | None = None
    """Bytes of memory that the largest size may take."""

    def sizes(self) -> list[Options]:
        """The bundles of this shape, the smallest first."""
        return [
            replace(self.options, turns=turns, agents=turns if self.has_agent_each_turn else self.options.agents)
            for turns in self.turns
        ]


def _in_both_schemas(shape: Shape) -> tuple[Shape, Shape]:
    """A shape in schema 1 and in schema 2, which has other events and so no limits of its own."""
    newer = replace(
        shape,
        name=f"{shape.name}-2",
        meaning="the same in schema 2",
        options=replace(shape.options, schema=2),
        most_of_the_floor=None,
        most_memory=None,
    )
    return shape, newer


SHORT = Options(turns=1, calls=4)
"""One turn: to start the command costs more than to reduce its bundle."""
SMALL = Options(turns=3, calls=8)
"""A session as people have many of: a hundred events or so."""
LARGE = Options(turns=30, compact_at=900_000, agents=3)
"""The bundle whose limits are the strictest: 217 MB."""

SHAPES: tuple[Shape, ...] = (
    *_in_both_schemas(
        Shape(
            "long",
            "full requests, a history of up to 900 kB, three agents",
            LARGE,
            turns=(4, 8, 15, LARGE.turns),
            most_of_the_floor=0.5,
            most_memory=100 * MEGABYTE,
        )
    ),
    *_in_both_schemas(
        Shape(
            "delta",
            "as long, but each request has only what is new",
            Options(requests="delta", compact_at=900_000, agents=3),
            turns=(8, 16, 32, 64),
            counts_state=True,
        )
    ),
    *_in_both_schemas(
        Shape(
            "small",
            "many events, small payloads",
            Options(requests="delta", calls=20, output_characters=40, compact_at=100_000),
            turns=(10, 20, 40, 80),
            counts_state=True,
        )
    ),
    *_in_both_schemas(
        Shape(
            "agents",
            "an agent for each turn",
            Options(calls=5, agent_turns=1, compact_at=100_000),
            turns=(10, 20, 40, 80),
            has_agent_each_turn=True,
        )
    ),
    *_in_both_schemas(
        Shape(
            "compaction",
            "a compaction after nearly every turn",
            Options(calls=10, compact_at=30_000),
            turns=(10, 20, 40, 80),
        )
    ),
    *_in_both_schemas(Shape("short", "one turn, four requests", SHORT, turns=(1,))),
)
