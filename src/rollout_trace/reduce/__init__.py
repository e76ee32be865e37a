"""What it means: events and payloads in, the graph and its diagnostics out. No I/O and no clock in here."""
