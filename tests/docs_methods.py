"""Write docs/methods.sv.md and docs/methods.en.md: every method card, word for word.

``python -m tests.docs_methods``. A report shows the cards of the methods that it used; here whoever
reviews a method finds its card without having to find such a report first.
"""

from pathlib import Path

from analysis.telling.sheets import CARD
from analysis.telling.text import LOCALES, Words, texts, words
from tests.conftest import ROOT

HEAD = {
    "sv": """# Metodkort

Skrivna av `python -m tests.docs_methods` ur `src/analysis/telling/sv.toml`; ett test håller dem lika.
Numren, som its-03, står i [replications.md](replications.md). Filerna test_..._recovery ligger i
`tests/recovery`. Falskt larm är hur ofta metoden hittar en effekt i simulerade världar utan någon, när
den lovar 5 %. Täckning är hur ofta intervallet rymmer sanningen, när det lovar 95 %.
""",
    "en": """# Method cards

Written by `python -m tests.docs_methods` from `src/analysis/telling/en.toml`; a test holds them alike.
Numbers such as its-03 stand in [replications.md](replications.md). The files test_..._recovery are in
`tests/recovery`. A false alarm is how often the method finds an effect in simulated worlds without
one, when it promises 5%. Coverage is how often the interval holds the truth, when it promises 95%.
""",
}


def page(language: str) -> str:
    """The cards of one language as Markdown, in the order of their names."""
    say = words(language)
    cards = texts(language)["methods"].items()
    ordered = sorted(cards, key=lambda one: say.sorting(one[1]["name"]))
    return HEAD[language] + "".join(card(say, key, fields) for key, fields in ordered)


def card(say: Words, key: str, fields: dict[str, str]) -> str:
    """One card: its name and key, then each field after its label."""
    told = "".join(f"- **{say(f'card.{field}')}:** {fields[field]}\n" for field in CARD)
    return f"\n## {fields['name']} (`{key}`)\n\n{told}"


def file(language: str) -> Path:
    """Where the page of a language stands."""
    return ROOT / "docs" / f"methods.{language}.md"


if __name__ == "__main__":
    for language in LOCALES:
        file(language).write_text(page(language), encoding="utf-8")
