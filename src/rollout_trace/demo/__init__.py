"""A small agent that works for real and records itself, to have a trace to look at without a key or a network.

Its model follows a script; everything else is real: shell commands in a folder of its own, files that are edited, a
terminal that is polled, a program of the model with tools of its own, agents in threads of their own. `story` is the
plot, `model` speaks it, `agent` is the loop, `tools` and `terminals` do the work, and `play` puts it together.
"""
