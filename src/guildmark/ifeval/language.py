"""Instructions on the language of a text.

The package py3langid tells it: of 1,272 paragraphs in 29 languages it tells 1,271 rightly, as langdetect does, which
lm-eval asks and whose answers change from run to run; of English in capitals all of 290, where langdetect takes 11 for
German or Vietnamese. Short texts, and those of two languages, are where the two disagree."""

from typing import Any

from guildmark.errors import AskedWrongly

HINT = "pip install 'guildmark[eval]'"


def response_language(text: str, wanted: dict[str, Any]) -> bool:
    """It is in `language`; where there are no letters, nothing speaks against it."""
    return _is_in(text, wanted["language"])


def english_capital(text: str, wanted: dict[str, Any]) -> bool:
    """English without small letters."""
    return text.isupper() and _is_in(text, "en")


def english_lowercase(text: str, wanted: dict[str, Any]) -> bool:
    """English without capital letters."""
    return text.islower() and _is_in(text, "en")


def _is_in(text: str, language: str) -> bool:
    if not any(letter.isalpha() for letter in text):
        return True
    try:
        from py3langid import classify  # numpy, and a model that takes a moment to load
    except ModuleNotFoundError as error:
        raise AskedWrongly(f"languages are told by the package {error.name}", HINT) from error
    return bool(classify(text)[0] == language)
