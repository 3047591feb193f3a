"""What every long-lived part stands on: tasks that have an owner, and what runs again when it fails.

Nothing here knows what is interpreted or who meets.
"""
