"""The command `rollout-trace`, one file a command."""
