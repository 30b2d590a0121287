"""A playbook holds no secret and nothing personal, whatever the goal says; it names its hosts and tells its doubts."""

import pytest
from tests.browser.recorded import clicked, drafted, filled, opened, written

from gofer.browser.drafting import UNSAID, Errand, Unfit, general, weak
from gofer.browser.playbook import Act, Expect, Playbook
from gofer.browser.written import load
from gofer.core import action as do
from gofer.core.action import Target
from gofer.core.fingerprint import Fingerprint

BANK = "https://bank.example/login"
GOAL = "Log in with password hunter2 as Ada Lovelace, pin 4711, ada@bank.example"


def goals(text: str) -> list[str]:
    """The goal of each step."""
    return [step.goal for step in load(text).steps if isinstance(step, Act)]


def test_what_the_goal_says_of_secrets_and_of_people_is_nowhere_in_the_playbook() -> None:
    text = written(
        drafted(
            Errand(GOAL, "https://bob:hunter2@bank.example/login?token=sEcr3tTok&lang=en"),
            opened("https://bob:hunter2@bank.example/start?session=sEcr3tTok&lang=en"),
            filled("Full name", "Ada Lovelace"),
            filled("PIN", "4711"),
            filled("E-mail", "ada@bank.example"),
            filled("Password", "{password}", type="password"),
            clicked(
                "Log in", Expect(see="url", what="https://bank.example/home?user=ada%40bank.example&token=sEcr3tTok")
            ),
        )
    )
    for private in ("hunter2", "4711", "Ada", "Lovelace", "ada@", "ada%40", "sEcr3tTok", "bob"):
        assert private not in text
    assert f'about "{UNSAID}"' in text
    assert 'start "https://bank.example/login?lang=en"' in text
    assert 'open "https://bank.example/start?lang=en"' in text
    assert 'expect url "https://bank.example/home?user={e_mail}&token=*"' in text
    assert 'fill textbox "PIN" with "{pin}"' in text
    assert 'parameter full_name "Full name, to be given: it is private"' in text


def test_the_start_is_not_kept_with_its_password_though_the_errand_is_opened_there() -> None:
    start = "https://bob:hunter2@bank.example/login?token=sEcr3tTok"
    text = written(drafted(Errand("Look", start), opened(start, Expect(see="url", what="https://bank.example/login"))))
    assert 'open "{start_url}"' in text
    assert 'start "https://bank.example/login"' in text


def test_a_word_of_the_goal_that_is_nobody_s_stays_as_it_is() -> None:
    text = written(drafted(Errand("Find the cheapest kettle", BANK), filled("Search", "kettle")))
    assert 'fill textbox "Search" with "kettle"' in text
    assert 'about "Find the cheapest kettle"' in text
    assert load(text).parameters == {}


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("Card number", "4111 1111"),
        ("Your name", "Ada"),
        ("Username", "ada"),
        ("Security code", "99"),
        ("Date of birth", "1815"),
        ("", "whatever"),
        ("Note", "ada@bank.example"),
    ],
)
def test_a_private_value_of_the_goal_becomes_a_parameter(label: str, value: str) -> None:
    made = drafted(Errand(f"Put {value} in", BANK), filled(label, value))
    assert isinstance(made, Playbook)
    assert len(made.parameters) == 1
    assert value not in written(made)


def test_what_the_goal_calls_a_password_is_one_whatever_field_it_goes_into() -> None:
    text = written(drafted(Errand("Unlock with the password is kettle", BANK), filled("Word", "kettle")))
    assert "kettle" not in text


def test_the_goal_is_kept_with_names_where_only_named_values_are_private() -> None:
    errand = Errand("Order tea for Ada Lovelace", BANK, {"customer": "Ada Lovelace"})
    text = written(drafted(errand, filled("Full name", "Ada Lovelace")))
    assert 'about "Order tea for {customer}"' in text


def test_a_secret_that_the_goal_says_takes_the_goal_with_it() -> None:
    typed = filled("Password", "{password}", type="password")
    assert UNSAID in written(drafted(Errand("Open sesame hunter2", BANK), typed))
    named = Errand("Open sesame hunter2", BANK, {"password": "hunter2"})
    assert 'about "Open sesame {password}"' in written(drafted(named, typed))


def test_addresses_in_the_goal_lose_what_opens_doors() -> None:
    text = written(drafted(Errand("Read https://bob:pw@a.example/x?api_key=k1 now", BANK), opened(BANK)))
    assert 'about "Read https://a.example/x now"' in text


def test_a_name_is_not_looked_for_in_a_name() -> None:
    errand = Errand("Find it", BANK, {"search": "name of a search", "other": "search"})
    text = written(drafted(errand, filled("Words", "name of a search")))
    assert 'with "{search}"' in text


def test_a_value_that_stays_in_an_odd_place_makes_no_playbook() -> None:
    made = drafted(Errand("Go", BANK), filled("E-mail", "ada@bank.example"), clicked("Reply to xada@bank.examplex"))
    assert made == Unfit("it would hold the value of e_mail")


def test_headings_with_private_values_are_no_signs_and_those_with_others_only_where_there_is_nothing_else() -> None:
    errand = Errand("Find it", BANK, {"search": "mug"})
    heading, address = Expect(see="text", what="Results for mug"), Expect(see="url", what=f"{BANK}/found")
    text = written(
        drafted(
            errand,
            filled("Full name", "Ada Lovelace"),
            clicked("One", Expect(see="text", what="The orders of Lovelace"), Expect(see="text", what="Orders")),
            filled("Search", "mug"),
            clicked("Two", heading, address),
            clicked("Three", heading),
        )
    )
    signs = [[one.what for one in step.expect] for step in load(text).steps if isinstance(step, Act)]
    assert signs[1] == ["Orders"]
    assert signs[3] == ["{start_url}/found"]
    assert signs[4] == ["Results for {search}"]


def test_an_element_under_a_greeting_is_told_without_it() -> None:
    text = written(drafted(Errand("Go", BANK), clicked("Log out", near="Welcome back, Ada!")))
    assert "Ada" not in text


def test_without_a_sign_that_may_be_kept_the_last_step_cannot_be_relied_on() -> None:
    greeting = Expect(see="text", what="Lovelace is here")
    made = drafted(Errand("Go", BANK), filled("Full name", "Ada Lovelace"), clicked("Log in", greeting))
    assert isinstance(made, Unfit)
    assert "nothing tells whether it worked" in made.why


def test_each_action_says_what_it_is_for_with_names_and_no_values() -> None:
    errand = Errand("Find it", BANK, {"search": "mug"})
    text = written(drafted(errand, opened(BANK), filled("Search", "mug"), clicked("Go", near="Shop")))
    assert goals(text) == [
        'Open {start_url}; then fill textbox "Search" with “{search}”',
        'Fill textbox "Search" with “{search}”; then click button "Go"',
        'Click button "Go" under “Shop”; then take a picture, page.png',
    ]


def test_a_step_that_nothing_checks_says_so_above_itself() -> None:
    made = drafted(Errand("Go", BANK), clicked("One", Expect(see="shown")), clicked("Two"))
    assert isinstance(made, Playbook)
    assert weak(made) == [1]
    doubt = "# Nothing shows whether this step worked: say what to expect.\n"
    assert f'{doubt}click button "One"' in written(made)
    assert written(made).count(doubt) == 1


def test_a_recording_reaches_the_hosts_that_the_run_came_to_by_name() -> None:
    hosts = ("www.shop.example", "img.shop.example", "cdn.example", "Api.Example", "cdn.example")
    made = drafted(Errand("Go", "https://www.shop.example/", hosts=hosts), opened("https://www.shop.example/"))
    assert isinstance(made, Playbook)
    assert made.reach == ("shop.example", "*.shop.example", "cdn.example", "api.example")


def test_a_recording_of_a_run_whose_hosts_nobody_knows_may_load_from_anywhere_public() -> None:
    made = drafted(Errand("Go", BANK), opened(BANK))
    assert isinstance(made, Playbook)
    assert made.reach == ("*",)


def test_a_mended_step_holds_names_and_nothing_that_has_none() -> None:
    errand = Errand("Log in", BANK, {"password": "hunter2", "city": "Bergen"})
    secret = filled("Password", "{password}", type="password")
    assert general([secret, filled("City", "Bergen")], errand) is not None
    assert general([filled("PIN", "4711")], errand) is None


def test_options_of_a_list_stay_unless_they_are_about_a_person() -> None:
    def chosen(label: str, value: str) -> Act:
        element = Fingerprint(tag="select", role="combobox", name=label, label=label)
        action = do.Select(target=Target(role="combobox", name=label), values=(value,))
        return Act(action=action, element=element, expect=(Expect(see="value", what=value),))

    text = written(drafted(Errand("Go", BANK), chosen("Sort by", "Price"), chosen("Gender", "Female")))
    assert 'choose "Price" in' in text
    assert 'choose "{gender}" in' in text
    assert "Female" not in text
