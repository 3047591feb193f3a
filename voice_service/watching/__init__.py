"""What the operator sees: counts of all processes, figures with their trend, the queue."""
