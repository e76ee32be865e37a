"""Is the evidence whole? Findings about one bundle, and a verdict; nothing is printed here and nothing written."""
