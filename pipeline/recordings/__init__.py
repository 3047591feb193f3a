"""Sound files of any common kind as mono sound, with what is missing in them.

decoding.py        the one decoder: whatever can be read is used, whatever cannot is told
preparing.py       sound in: levelled, without silence at its ends, and what there is to say about it
levelling.py       how loud sound is, and speech as loud as it should be
finishing.py       sound out: a file of a common kind, whole or as it is made
filtering.py       FFmpeg's filters
quality.py         what is clipped, and how much noise there is
mixdown.py         several channels to one, neither clipped nor cancelled
completeness.py    whether a file ends before its own header says
"""
