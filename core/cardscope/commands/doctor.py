"""``cardscope doctor``: finds out why a reader is not listed."""

import argparse
import asyncio

from cardscope.commands.running import SERVICE_TIMEOUT, print_json, with_service
from cardscope.doctor import PcscView, diagnose, render_text
from cardscope.events import ServiceState
from cardscope.service import CardService


def run(options: argparse.Namespace) -> int:
    async def examined(service: CardService) -> None:
        try:
            async with asyncio.timeout(SERVICE_TIMEOUT):
                await service.settled()
        except TimeoutError:
            view = PcscView(False, "The PC/SC service does not answer.", None, ())
        else:
            view = PcscView(
                service.service_state is ServiceState.RUNNING,
                service.service_detail,
                service.service.code,
                tuple(reader.name for reader in service.readers),
            )
        findings = diagnose(view)
        if options.json:
            print_json([finding.to_json() for finding in findings])
        else:
            print(render_text(findings))

    return with_service(options, examined, settle=False)
