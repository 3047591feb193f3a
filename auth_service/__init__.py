"""Who may join which room and as what, and whether its interpreter is there."""

from config.version import version

VERSION = version()
