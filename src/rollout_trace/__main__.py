"""`python -m rollout_trace` is the command `rollout-trace`."""

from rollout_trace.cli.main import main

main()
