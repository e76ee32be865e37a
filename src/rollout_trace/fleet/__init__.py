"""Many bundles: the facts of each, found by several processes at once and kept for the next time."""
