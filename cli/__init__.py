"""The one command, `hive`. `main` reads the command line; each command has a module in `commands`."""
