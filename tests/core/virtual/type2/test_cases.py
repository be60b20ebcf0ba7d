"""The conformance suite in process: every case on the tag itself and through a reader's transparent session."""

import re

import pytest

from cardscope.virtual.answers import Answer
from cardscope.virtual.reader_models import reader_model
from support.transparent_session import answer, open_session, requests
from support.type2_cases import Case, Link, Request, cases, drive, encrypted, make_tag, play

every_case = pytest.mark.parametrize("case", cases(), ids=[case.id for case in cases()])


@every_case
def test_case(case: Case) -> None:
    tag = make_tag(case)

    def act(request: Request) -> Answer:
        if isinstance(request, bytes):
            return tag.exchange(request)
        if request is Link.WAKE:
            tag.power_down()
            tag.power_up()
        return tag.select()

    drive(play(case), act)


@every_case
def test_case_through_a_reader(case: Case) -> None:
    card = reader_model("transparent").front(make_tag(case))
    card.power_on()
    for command in open_session():
        card.transmit(command)

    def act(request: Request) -> Answer:
        return answer(request, [card.transmit(command) for command in requests(request)])

    drive(play(case), act)


def test_the_suite_is_as_large_as_promised() -> None:
    assert len({case.id for case in cases()}) == len(cases()) >= 400
    unfounded = [case.id for case in cases() if not re.search(r"§ ?\d|\b(t|fig)\. \d", case.source)]
    assert not unfounded, "no paragraph, table or figure"


def test_the_reader_s_side_of_3des_is_that_of_the_data_sheet() -> None:
    """DSULC §7.5.6, table 9."""
    key, rnd_b = bytes.fromhex("49454D4B41455242214E4143554F5946"), bytes.fromhex("51E764602678DF2B")
    challenge = encrypted(key, bytes(8), rnd_b)
    token = encrypted(key, challenge, bytes.fromhex("A8AF3B256C75ED40") + rnd_b[1:] + rnd_b[:1])
    assert challenge == bytes.fromhex("577293FD2F34CA51")
    assert token == bytes.fromhex("0A638559FC7737F9F15D7862EBBE967A")
    assert encrypted(key, token[8:], bytes.fromhex("AF3B256C75ED40A8")) == bytes.fromhex("3B884FA07C137CE1")
