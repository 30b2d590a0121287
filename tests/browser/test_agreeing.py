"""Two runs that did the same make one playbook; what a person wrote into it stays."""

from tests.browser.recorded import clicked, drafted, filled, opened

from gofer.browser.agreeing import RECORDED
from gofer.browser.drafting import Errand, agree, merged, reviewed
from gofer.browser.playbook import Act, Expect, Playbook
from gofer.browser.written import as_text, load

SHOP = "https://shop.example/"
RESULTS, ADVERT = Expect(see="text", what="Results"), Expect(see="text", what="Only today")

REVIEWED = """playbook 2
about "What is new"
start "https://shop.example/"
parameter search "what to look for"
reach "shop.example"

open "{start_url}"
  expect url "{start_url}"

# Only now and then.
click button "Accept"
  optional

fill textbox "Search" with "{search}"
  expect value "{search}"

click button "Go"
  goal "The shop shows what it found."
  expect text "By hand"
  expect no text "Nothing found"
"""


def run(*signs: Expect, hosts: tuple[str, ...] = ()) -> Playbook:
    """What one run of the errand gives, if these signs showed at its end."""
    errand = Errand("Find it", SHOP, {"search": "mug"}, hosts)
    made = drafted(errand, opened(SHOP), filled("Search", "mug"), clicked("Go", *signs))
    assert isinstance(made, Playbook)
    return made


def last(playbook: Playbook) -> Act:
    """The step that clicks at the end."""
    return [step for step in playbook.steps if isinstance(step, Act)][-1]


def test_a_reviewed_playbook_stays_to_the_last_letter_when_another_run_agrees() -> None:
    kept = load(REVIEWED)
    assert agree(kept, run(RESULTS))
    assert as_text(merged(kept, run(RESULTS))) == REVIEWED


def test_of_two_recordings_only_the_signs_stay_that_showed_both_times() -> None:
    both = merged(run(RESULTS, ADVERT), run(RESULTS))
    assert last(both).expect == (RESULTS,)
    assert both.notes == (RECORDED,)


def test_signs_that_no_recording_writes_stay_in_one_that_is_not_reviewed_yet() -> None:
    by_hand = Expect(see="no text", what="Error")
    kept = run(RESULTS)
    step = last(kept).model_copy(update={"expect": (RESULTS, by_hand), "goal": "To find it", "optional": True})
    kept = kept.model_copy(update={"steps": (*kept.steps[:2], step, *kept.steps[3:]), "about": "Mine"})
    both = merged(kept, run(RESULTS))
    assert last(both) == step
    assert both.about == "Mine"


def test_once_a_person_has_read_it_nothing_is_struck_out_any_more() -> None:
    kept = reviewed(run(RESULTS, ADVERT))
    assert kept.notes == ()
    assert merged(kept, run(RESULTS)) == kept


def test_a_loop_that_a_person_wrote_is_another_errand_than_the_run_did() -> None:
    loop = 'for each trip of parameter "trips" at most 3\n  open "{trip.link}"\n'
    kept = load(REVIEWED.replace("\nopen", f'parameter trips "where"\n\n{loop}\nopen', 1))
    assert not agree(kept, run(RESULTS))


def test_an_optional_step_may_be_missing_in_the_other_run_but_no_other_step() -> None:
    assert agree(load(REVIEWED), run(RESULTS))
    assert not agree(load(REVIEWED.replace("  optional\n", "")), run(RESULTS))
    assert not agree(run(RESULTS), load(REVIEWED))


def test_a_step_that_loses_its_signs_says_that_nothing_checks_it() -> None:
    shown = Expect(see="shown")
    both = merged(run(shown, ADVERT), run(shown))
    assert last(both).expect == (shown,)
    assert last(both).notes == ("Nothing shows whether this step worked: say what to expect.",)


def test_two_recordings_reach_what_either_came_to_and_unknown_hosts_say_nothing() -> None:
    one, other, unknown = run(RESULTS, hosts=("a.example",)), run(RESULTS, hosts=("b.example",)), run(RESULTS)
    assert merged(one, other).reach == ("a.example", "b.example")
    assert merged(one, unknown).reach == merged(unknown, one).reach == ("a.example",)
    assert merged(unknown, unknown).reach == ("*",)
