"""Controls: each file turns one kind of outside event into Actions, and decides nothing."""
