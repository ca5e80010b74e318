"""`make demo`: the whole loop on this machine, from an empty folder to a rollback, timed."""
