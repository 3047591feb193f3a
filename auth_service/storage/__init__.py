"""What is remembered: rooms, invitations, sessions and assignments."""
