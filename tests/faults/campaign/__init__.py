"""A campaign: random faults under load, and a ledger that says what became of every acknowledged message."""
