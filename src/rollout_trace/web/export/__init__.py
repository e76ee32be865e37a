"""One file that shows a rollout without a server: the page of the viewer, with the answers to its questions inside."""
