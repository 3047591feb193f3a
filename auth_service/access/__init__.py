"""Who may come in: invitations, tokens, limits, and who was removed."""
