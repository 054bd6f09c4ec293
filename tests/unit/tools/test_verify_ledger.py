"""The command that proves a deployment's ledger, against the API itself over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from moderating.ledger_keys import LedgerKeys
from tests.stubs.http_server import Answer, Recorded, Reply, StubServer
from tests.unit.http_api.casework import bring, decide
from tests.unit.http_api.ports import TOKEN, World
from tools.verify_ledger import main


class Deployment(StubServer):
    """A deployment's API."""

    world: World

    def respond(self, request: Recorded) -> Answer:
        names = ("authorization", "content-type")
        headers = {name: request.header(name) or "" for name in names}
        answer = self.world.request(request.method, request.target, content=request.body, headers=headers)
        return Reply(answer.status_code, (("content-type", "application/json"),), answer.content)


@pytest.fixture
def deployment(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployment]:
    monkeypatch.setenv("ADMIN_TOKEN", TOKEN)
    with Deployment() as stub:
        stub.world = World()
        decide(stub.world, bring(stub.world), "reject", reason="dogs")
        yield stub


def test_a_whole_ledger_is_proved_and_its_checkpoint_kept(deployment, tmp_path: Path, capsys) -> None:
    kept = tmp_path / "checkpoint.json"
    assert main([f"{deployment.url}/", str(kept)]) == 0
    assert capsys.readouterr().out == (
        f"4 records prove, 0 of them under a signature\ncheckpoint of record 4 kept in {kept}\n"
    )
    assert main([deployment.url, str(kept)]) == 0
    assert "5 records prove, 4 of them under a signature" in capsys.readouterr().out
    assert json.loads(kept.read_text())["seq"] == 4
    assert main([deployment.url]) == 0


def test_the_first_broken_record_is_named_and_nothing_is_kept(deployment, tmp_path: Path, capsys) -> None:
    deployment.world.ledger_namespace.database.execute("UPDATE cases SET state = 'approved'")
    kept = tmp_path / "checkpoint.json"
    assert main([deployment.url, str(kept)]) == 1
    said = capsys.readouterr().out
    assert said.startswith("broken at record 4: the row is not as this record left it (")
    assert not kept.exists()


def test_a_record_that_makes_no_sense_is_a_broken_ledger_and_no_failure(deployment, capsys) -> None:
    namespace = deployment.world.ledger_namespace
    namespace._object._trail.add("checkpoint", {})
    assert main([deployment.url]) == 1
    assert capsys.readouterr().out.startswith("broken at record 5: the record cannot be read")


def test_a_ledger_that_was_written_anew_is_found_by_what_was_kept(deployment, tmp_path: Path) -> None:
    kept = tmp_path / "checkpoint.json"
    assert main([deployment.url, str(kept)]) == 0
    deployment.world = World()
    bring(deployment.world, "dog")
    assert main([deployment.url]) == 0
    assert main([deployment.url, str(kept)]) == 1


def test_where_nothing_is_signed_nothing_is_kept(deployment, tmp_path: Path, capsys) -> None:
    deployment.world = World(ledger_keys=LedgerKeys("k1", {}))
    kept = tmp_path / "checkpoint.json"
    assert main([deployment.url, str(kept)]) == 0
    assert "no checkpoint kept: 409: This deployment has no key" in capsys.readouterr().out
    assert not kept.exists()


def test_what_cannot_be_found_out_is_no_proof(deployment, tmp_path: Path, capsys, monkeypatch) -> None:
    kept = tmp_path / "checkpoint.json"
    kept.write_text("{")
    assert main([deployment.url, str(kept)]) == 2
    kept.write_text('{"seq": 1}')
    assert main([deployment.url, str(kept)]) == 2
    deployment.script(Reply(502, (), b"<html>"))
    assert main([deployment.url]) == 2
    assert "502 without a reason that can be read" in capsys.readouterr().err
    monkeypatch.setenv("ADMIN_TOKEN", "wrong")
    assert main([deployment.url]) == 2
    assert "401: The bearer token is not valid." in capsys.readouterr().err
    assert main(["file:///etc/hosts"]) == 2
    assert main(["http://127.0.0.1:9"]) == 2
    assert main([]) == 2


def test_a_deployment_that_fails_to_sign_is_told(deployment, tmp_path: Path, capsys) -> None:
    proof = b'{"ok": true, "records": 1, "signed_seq": 0}'
    deployment.script(Reply(200, (), proof), Reply(503, (), b'{"detail": "later", "code": "unavailable"}'))
    assert main([deployment.url, str(tmp_path / "checkpoint.json")]) == 2
    assert "not verified: 503: later" in capsys.readouterr().err
