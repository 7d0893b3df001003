"""Properties that add to a text or a list: SUMMARY and NAME, CATEGORIES, CONCEPT, both ways.

draft-ietf-calext-jscalendar-icalendar §2.3.6, §2.3.9, §2.3.28, §2.3.42.
"""

from angarium.formats import objects
from angarium.formats.contentline import Line, escape, texts, unescape
from angarium.formats.icalendar.draft import Draft, Notes
from angarium.formats.json import JSON


def read_categories(draft: Draft, line: Line) -> None:
    """CATEGORIES, all of them into one set."""
    found = {each: True for each in texts(line.value) if each}
    keywords = draft.made.setdefault("keywords", {}) if found else None
    if isinstance(keywords, dict):
        keywords |= found
        draft.converted("keywords", line)


def read_concept(draft: Draft, line: Line) -> None:
    """CONCEPT, all of them into one set; what is no URI is kept."""
    uri = line.value.strip()
    if objects.uri(uri):
        draft.keep(line)
        return
    categories = draft.made.setdefault("categories", {})
    if isinstance(categories, dict):
        categories[uri] = True


def read_title(draft: Draft, line: Line) -> None:
    """SUMMARY or NAME, and the language that it is in (§2.3.42, §2.3.28)."""
    if "title" in draft.made:
        draft.keep(line)
        return
    if not line.value:
        return
    draft.made["title"] = unescape(line.value)
    language = line.first("LANGUAGE") if line.parameters else None
    if language and not objects.language(language):
        draft.made["locale"] = language
        draft.converted("title", line, ("LANGUAGE",))
    else:
        draft.converted("title", line)


def write_title(name: str, made: dict[str, JSON], notes: Notes) -> list[Line]:
    """SUMMARY or NAME with its language."""
    text = made.get("title")
    if not isinstance(text, str) or not text:
        return []
    parameters = notes.parameters("title", name)
    if isinstance(language := made.get("locale"), str):
        parameters["LANGUAGE"] = [language]
    return [Line(name, escape(text), parameters)]


def write(made: dict[str, JSON], notes: Notes) -> list[Line]:
    """CATEGORIES and CONCEPT."""
    lines = []
    keywords, categories = made.get("keywords"), made.get("categories")
    if isinstance(keywords, dict) and keywords:
        lines.append(Line("CATEGORIES", ",".join(map(escape, keywords)), notes.parameters("keywords", "CATEGORIES")))
    if isinstance(categories, dict):
        lines += [Line("CONCEPT", uri, {}) for uri in categories]
    return lines
