"""Read, reduce and explain the trace bundles that coding agents record."""
