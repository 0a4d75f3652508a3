"""Results in words: one function for each kind of record, one entry for each of its codes."""
