"""`hive load`: rooms full of people who speak and listen, against a stack that runs, with the promises as verdict."""
