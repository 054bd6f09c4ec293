"""Reports of the public: kept for what exists, and answered alike for everything."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from casework.cases import Outcome
from casework.states import State
from delivery.paths import PREFIX as MEDIA_PREFIX
from delivery.paths import parse_media_path
from http_api.assets.lookup import read_asset
from http_api.moderation.deciding import carry_out
from http_api.moderation.owners import ASSET, LINK, asset_subject, find_case, link_subject
from sharelinks.codes import parse_code
from sharelinks.errors import InvalidUrlError
from sharelinks.paths import PREFIX as LINK_PREFIX
from sharelinks.paths import parse_link_path
from sharelinks.record import DELETED
from sharelinks.urls import parse_url

if TYPE_CHECKING:
    from http_api.schemas.moderation import ReportCreate
    from http_api.services import Services

ID_CHARACTERS = 22
_SCHEMES = ("http://", "https://")


async def file_report(ports: Services, address: str, wanted: ReportCreate, key: str | None) -> str:
    """Keep a report about whatever it names, if that is there, and return the report's id.

    A link to an asset is reported together with the asset: nobody can see which of the two it is about.
    """
    reporter = ports.reporter(address)
    report_id = _report_id(key) if key else ports.new_code(ID_CHARACTERS)
    said = [wanted.text, *([f"Contact: {wanted.contact}"] if wanted.contact else [])]
    complaint = {
        "reporter": reporter,
        "category": wanted.category,
        "text": "\n\n".join(filter(None, said)),
    }
    for subject in await _subjects(ports, wanted.subject):
        if await find_case(ports, subject) is None:
            continue
        event_id = f"report:{_event_digest(reporter, report_id)}:{subject.partition(':')[0]}"
        answer = await ports.ledger.report(event_id, subject, complaint)
        reopened = answer.case is not None and answer.case["state"] == State.FLAGGED
        if answer.outcome in (Outcome.CHANGED, Outcome.REPEATED) and reopened:
            await carry_out(ports, subject)
    return report_id


def _event_digest(reporter: str, report_id: str) -> str:
    """Return what makes a report's event one reporter's own, and tells nobody whose.

    Ids of events stay for ever, also when what was reported, and by whom, is forgotten.
    """
    return hashlib.sha256(f"{reporter}:{report_id}".encode()).hexdigest()


def _report_id(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:ID_CHARACTERS]


async def _subjects(ports: Services, text: str) -> list[str]:
    """Return the subjects that exist among those that a text can mean."""
    code, asset_id = _named(ports, text.strip())
    subjects = []
    if code is not None:
        subjects += await _of_link(ports, code)
    if asset_id is not None and await read_asset(ports, asset_id) is not None:
        subjects.append(asset_subject(asset_id))
    return list(dict.fromkeys(subjects))


async def _of_link(ports: Services, code: str) -> list[str]:
    stored = await ports.links.read(code)
    if stored is not None and stored.record.alias_of is not None:
        stored = await ports.links.read(stored.record.alias_of)
    if stored is None or stored.record.state == DELETED:
        return []
    about = [link_subject(stored.record.code)]
    return [*about, asset_subject(stored.record.asset_id)] if stored.record.asset_id else about


def _named(ports: Services, text: str) -> tuple[str | None, str | None]:
    """Return the code and the asset id that a text can mean; a bare word can mean either."""
    if text.lower().startswith(_SCHEMES):
        return _named_by_url(ports, text)
    kind, colon, name = text.partition(":")
    if colon:
        return (_code(ports, name), None) if kind == LINK else (None, name if kind == ASSET else None)
    return _code(ports, text), text


def _named_by_url(ports: Services, text: str) -> tuple[str | None, str | None]:
    try:
        parts, own = parse_url(text), parse_url(ports.public_base_url)
    except InvalidUrlError:
        return None, None
    if (parts.host, parts.port) != (own.host, own.port):
        return None, None
    if parts.path.startswith(MEDIA_PREFIX):
        media = parse_media_path(parts.path)
        return None, media.asset_id if media else None
    if not parts.path.startswith(LINK_PREFIX):
        return None, None
    link = parse_link_path(parts.path, ignores_case=ports.code_case == "insensitive")
    return (link.code if link else None), None


def _code(ports: Services, text: str) -> str | None:
    return parse_code(ports.canonical_code(text))
