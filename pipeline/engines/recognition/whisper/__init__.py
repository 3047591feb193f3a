"""Whisper on CTranslate2: every language, on a CPU or a GPU; it translates into English as well."""
