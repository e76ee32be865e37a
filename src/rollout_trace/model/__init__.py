"""What is concluded: the reduced graph as immutable values, and `state.json` in and out."""
