"""The conformance suite of the Type 2 silicon through the real PC/SC service, with the same result as in process."""

from cardscope.events import CardInserted
from cardscope.readers.protocol import Channel
from cardscope.virtual.answers import Answer
from cardscope.virtual.reader_models.fronts import StorageCardReader
from cardscope.virtual.reader_models.transparent import TransparentSession
from support.events import Recorder
from support.rigs import PcscRig
from support.transparent_session import answer, open_session, requests
from support.type2_cases import Case, Request, cases, make_tag, play


async def play_through(channel: Channel, case: Case) -> None:
    async def act(request: Request) -> Answer:
        return answer(request, [await channel.transmit(command) for command in requests(request)])

    playing = play(case)
    request = next(playing)
    while True:
        got = await act(request)
        try:
            request = playing.send(got)
        except StopIteration:
            return


async def test_every_case(rig: PcscRig, recorder: Recorder) -> None:
    """One insertion for all: what lies behind the reader changes, and a reset makes it known."""
    card = StorageCardReader(make_tag(cases()[0]), TransparentSession())
    await rig.insert(card)
    await recorder.wait_for(CardInserted)
    channel = await rig.other_program()
    failures: list[str] = []
    for case in cases():
        card.power_off()
        card.picc = make_tag(case)
        await channel.reset()
        for command in open_session():
            await channel.transmit(command)
        try:
            await play_through(channel, case)
        except AssertionError as failure:
            failures.append(f"{case.id}: {failure}")
    await channel.disconnect()
    assert not failures, "\n".join(failures)
