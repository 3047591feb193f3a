"""Voice messages: a recording in one language, in; its words and a spoken translation, out."""
