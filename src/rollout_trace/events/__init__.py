"""What was seen: the raw events of a trace, and how a line of the log becomes one and back."""
