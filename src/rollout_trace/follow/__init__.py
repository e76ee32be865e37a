"""A bundle that grows: its new events as they are written, and the graph so far at any time."""
