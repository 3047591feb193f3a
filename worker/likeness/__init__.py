"""Speakers who wish to be heard in a computed voice that resembles theirs, for as long as the meeting lasts.

sample      what somebody says, gathered until their voice can be measured
speaker     how far it is with one speaker
likenesses  all of a room: who wishes it, whose voice is looked for next, what everybody is told
"""
