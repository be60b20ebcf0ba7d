from cardscope_gui.console.history import CommandHistory


def filled(*texts: str) -> CommandHistory:
    history = CommandHistory()
    for text in texts:
        history.add(text)
    return history


def test_back_through_the_history_and_forward_to_the_draft():
    history = filled("A", "B")
    assert [history.older("draft"), history.older("B"), history.older("A")] == ["B", "A", "A"]
    assert [history.newer("A"), history.newer("B"), history.newer("draft")] == ["B", "draft", "draft"]


def test_the_command_that_is_still_shown_is_skipped():
    assert filled("A", "B").older("B") == "A"
    assert filled("A").older("A") == "A"


def test_the_same_command_twice_is_one_entry():
    assert filled("A", "A", "B", "A").recent(9) == ["A", "B"]
    assert filled("A", "A").older("") == "A"


def test_an_empty_history_leaves_the_text_alone():
    assert CommandHistory().older("x") == "x"
    assert CommandHistory().newer("x") == "x"


def test_the_oldest_go_first():
    history = CommandHistory(limit=2)
    for text in "ABC":
        history.add(text)
    assert history.recent(9) == ["C", "B"]
