"""The TURN relay: coturn's configuration and the credentials that let one participant through it for a while."""
