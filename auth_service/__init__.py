"""Who may join which room and as what, and whether its interpreter is there."""

VERSION = "0.1.0"
