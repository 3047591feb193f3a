"""PocketSphinx: English without a download, for trying HIVE."""
