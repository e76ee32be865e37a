"""Answers: read-only functions over a graph, each for one question that users bring."""
