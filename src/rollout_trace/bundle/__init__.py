"""Where it lies: a bundle on disk, its manifest, its log line by line, its payloads, and nothing outside of it."""
