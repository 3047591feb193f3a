"""OPUS-MT on CTranslate2: one model for each pair of languages."""
