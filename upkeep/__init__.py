"""What an installation keeps, and how it is carried over: versions of tables, backups, and what comes back of them."""
