"""What is said, spoken and shown in a room, kept on disk while an organiser wants it, and sent to the token service."""
