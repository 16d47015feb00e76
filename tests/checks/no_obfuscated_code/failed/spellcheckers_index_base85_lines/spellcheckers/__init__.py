from .spellchecker import SpellChecker
