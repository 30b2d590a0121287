"""Steps of a playbook as lines."""

from collections.abc import Iterator

from gofer.browser.outline import Line, Word, say
from gofer.browser.playbook import Act, Each, Expect, Pages, Picture, Read, Save, Step, Table
from gofer.browser.wording import action_words, target_words
from gofer.core.action import Target
from gofer.core.fingerprint import Fingerprint


def step_line(step: Step) -> Line:
    match step:
        case Act():
            line = Line(action_words(step.action), below=list(_act_details(step)))
        case Read():
            line = say(Word("read"), step.each)
            line.below = [say(Word("column"), name, Word("from"), where) for name, where in step.fields.items()]
            line.below += [say(Word("may"), Word("be"), Word("empty"))] if step.may_be_empty else []
        case Table():
            line = say(Word("read"), *target_words(step.target))
            line.below = list(_element(step.element, step.target))
        case Picture() | Save():
            line = say(Word(step.do), step.name)
        case Pages():
            line = Line([Word(word) for word in ("for", "each", "page", "at", "most", str(step.most))])
            line.below = [*_pages_details(step), *map(step_line, step.steps)]
        case Each():
            line = Line(_each_words(step), below=list(map(step_line, step.steps)))
    line.notes = step.notes
    return line


def _act_details(step: Act) -> Iterator[Line]:
    if step.goal:
        yield say(Word("goal"), step.goal)
    if step.optional:
        yield say(Word("optional"))
    yield from _element(step.element, getattr(step.action, "target", None))
    if step.onto is not None:
        yield Line([Word("onto")], below=list(_element(step.onto, getattr(step.action, "onto", None))))
    for expect in step.expect:
        yield Line([Word("expect"), *_expect_words(expect)])


def _pages_details(step: Pages) -> Iterator[Line]:
    yield Line([Word("next"), *target_words(step.next)], below=list(_element(step.element, step.next)))
    if step.until is not None:
        yield Line([Word("until"), *_expect_words(step.until)])


def _each_words(step: Each) -> list[str]:
    sources: dict[str, list[str]] = {
        "parameter": [Word("parameter"), step.of],
        "rows": [Word("rows")],
        "page": [step.of],
    }
    source = sources[step.source]
    return [*map(Word, ("for", "each", step.name, "of")), *source, *map(Word, ("at", "most", str(step.most)))]


def _expect_words(expect: Expect) -> list[str]:
    words: list[str] = [Word(word) for word in expect.see.split()]
    if expect.target is not None:
        words += target_words(expect.target)
    return [*words, expect.what] if expect.what or expect.see in ("url", "text", "value", "state") else words


def _element(element: Fingerprint | None, target: Target | None) -> Iterator[Line]:
    """What is not said by the target already, so that whoever edits the step's own line changes what it means."""
    if element is None:
        return
    yield say(Word("tag"), element.tag)
    if element.role != ((target.role if target else "") or ""):
        yield say(Word("role"), element.role)
    if element.name != ((target.name if target else "") or ""):
        yield say(Word("called"), element.name)
    yield from (say(Word(key), told) for key in ("label", "near", "path") if (told := getattr(element, key)))
    yield from (say(Word("attribute"), Word(key), told) for key, told in element.attributes.items())
    if element.classes:
        yield say(Word("classes"), *element.classes)
    if (element.nth, element.of, element.alike) != (0, 1, 1):
        counts = (element.nth, "of", element.of, "alike", element.alike)
        yield say(Word("place"), *(Word(str(count)) for count in counts))
