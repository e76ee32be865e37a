"""How often Python looks for cycles of objects that only hold each other.

A graph is made of a great many objects and has no such cycles. With Python's own setting (after every 700 objects)
looking for them took a tenth of the time of reducing a large bundle.
"""

import gc
from typing import Final

_OBJECTS_BETWEEN_COLLECTIONS: Final = 500_000


def collect_seldom() -> None:
    """Set this process up for building graphs."""
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
