"""Words to clauses, captions and checks: pure functions and small machines, without clock, tasks or I/O."""
