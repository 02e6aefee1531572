"""Which button starts the conversation, told by its words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtdoctor.browser.start_buttons import Pressable, consents, is_held, ranked, score

STARTS = [
    "Start conversation",
    "Gespräch starten",
    "Démarrer la conversation",
    "Iniciar conversación",
    "Começar a falar",
    "Avvia la conversazione",
    "会話を開始",
    "开始对话",
    "대화 시작",
    "🎤",
    "📞 Call",
    "Start Chat",
    "Voice chat",
    "Lancer la conversation",
    "点击说话",
]
OTHERS = [
    "Stop",
    "Hang up",
    "Auflegen",
    "Raccrocher",
    "Mute microphone",
    "Delete recording",
    "Settings",
    "Send message",
    "Open chat",
    "Google",
    "Endpoint",
    "Speaker 1",
    "Chat with us",
    "End call",
    "停止",
    "挂断",
    "종료",
]


def button(text: str = "", **more: object) -> Pressable:
    return Pressable(text=text, is_button=True, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", STARTS)
def test_words_that_start(text: str) -> None:
    assert score(button(text)) > 0


@pytest.mark.parametrize("text", OTHERS)
def test_words_of_other_buttons(text: str) -> None:
    assert score(button(text)) == 0


def test_the_likeliest_comes_first() -> None:
    found = [button("Settings"), button("Try the demo"), button("Start talking"), button("Stop")]

    assert ranked(found) == [2, 1]


def test_a_label_or_an_id_says_it_too() -> None:
    assert score(button(label="Start session")) > 0
    assert score(button(name="startVoiceBtn")) > 0
    assert score(button(name="settingsButton", text="⚙")) == 0


def test_what_cannot_be_pressed_is_not_chosen() -> None:
    assert ranked([button("Start", is_disabled=True), button("Start", is_toggle=True)]) == []


def test_the_word_has_to_begin_a_word() -> None:
    assert score(button("Restart the tour")) == 0
    assert score(button("Recall")) == 0


def test_consent_and_hold() -> None:
    assert consents(button("Accept all"))
    assert not consents(button("Start"))
    assert is_held(button("Hold to talk"))
    assert is_held(button("🎤", is_held=True))
    assert not is_held(button("Start"))


@given(st.text(), st.text(), st.text())
def test_any_text_has_a_score(text: str, label: str, name: str) -> None:
    assert isinstance(score(Pressable(text=text, label=label, name=name)), float)


def test_the_only_button_is_pressed_in_any_language() -> None:
    heading = Pressable(text="Ομιλία")

    assert ranked([heading, button("Ξεκινήστε")]) == [1]
    assert ranked([button("Ξεκινήστε"), button("Διακοπή")]) == []
    assert ranked([button("Delete everything")]) == []


def test_a_picture_says_what_its_button_is_for() -> None:
    gear, mic = button(icon="lucide lucide-settings"), button(icon="lucide lucide-mic")

    assert ranked([gear, mic]) == [1]


def test_a_microphone_is_known_by_its_shape() -> None:
    cross = button(shapes=("M6 18L18 6M6 6l12 12",))
    microphone = button(shapes=("M19 11a7 7 0 01-7 7m0 0a7 7 0 01-7-7m7",))

    assert ranked([cross, button("Load"), microphone, cross])[0] == 2


def test_a_token_is_fetched_before_the_call_is_made() -> None:
    assert ranked([button("Connect"), button("Get token")]) == [1, 0]


def test_a_link_to_another_page_comes_last() -> None:
    link = Pressable(text="Start a call", leads_on=True)

    assert ranked([link, button("Try it")]) == [1, 0]


def test_what_takes_over_a_field_comes_before_the_start() -> None:
    assert ranked([button("Start"), button("Save", is_beside_field=True)]) == [1, 0]
    assert ranked([button("Start"), button("Save")]) == [0]
