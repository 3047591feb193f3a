"""The steps of a sentence's way, each from one channel to the next: hear, segment, translate, speak."""
