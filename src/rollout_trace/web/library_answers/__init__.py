"""Answers about many bundles: the list of them, what they show together, and two of them beside each other."""
