"""What every long-lived part stands on: tasks that have an owner, what runs again when it fails, what is remembered.

Nothing here knows what is interpreted or who meets.
"""
