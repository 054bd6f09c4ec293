"""The local edge behaves as the native Python runtime does: a test for each row in docs/local-edge.md."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.harness.local_edge import LocalEdge, LocalEdgeError, eventually

HERE = Path(__file__).parent
WORKER = "conformance"


@pytest.fixture(scope="module")
def engine() -> Iterator[LocalEdge]:
    started = LocalEdge(configs=[str(HERE / "conformance" / "wrangler.toml")], inspect=True)
    yield started
    started.close()


@pytest.fixture
def edge(engine: LocalEdge) -> LocalEdge:
    engine.reset()
    return engine


def probe(edge: LocalEdge, path: str, **params: Any) -> Any:
    response = edge.get(WORKER, f"/{path}", params=params)
    assert response.status_code == 200, edge.tracebacks(edge.logs())
    return json.loads(response.text)


def test_modules_lie_where_the_platform_puts_them(edge: LocalEdge) -> None:
    places = probe(edge, "places")
    path = places["path"]
    assert path[0].endswith(".zip")
    assert path[1].endswith("lib-dynload")
    assert path[2] == "/session/metadata/python_modules"
    assert path[3].endswith("site-packages")
    assert path[4:] == ["/session/metadata"]
    assert places["main"] == "/session/metadata/probe.py"
    assert places["writable"] is False
    assert places["cwd"] == "/"


def test_python_is_the_version_of_production(edge: LocalEdge) -> None:
    assert probe(edge, "version") == [3, 14, 2]


def test_fetch_gets_the_request_of_the_sdk(edge: LocalEdge) -> None:
    assert probe(edge, "request-type") is True


@pytest.mark.parametrize(
    "operation",
    [
        "random.random",
        "random.Random",
        "secrets.token_hex",
        "uuid.uuid4",
        "os.urandom",
        "socket.connect",
        "timer",
    ],
)
def test_an_import_gets_no_entropy_timer_or_connection(edge: LocalEdge, operation: str) -> None:
    assert probe(edge, "imports")["notes"][operation].startswith("raised")


def test_a_seeded_generator_works_while_importing(edge: LocalEdge) -> None:
    assert probe(edge, "imports")["notes"]["random.Random(1)"].startswith("returned")


def test_the_clock_stands_near_the_epoch_while_importing(edge: LocalEdge) -> None:
    assert 0 <= probe(edge, "imports")["time"] < 60


def test_requests_get_real_entropy(edge: LocalEdge) -> None:
    assert not set(probe(edge, "entropy-now")) & set(probe(edge, "entropy-now"))


def test_surplus_arguments_of_fetch_are_dropped(edge: LocalEdge) -> None:
    # workerd calls fetch(request, env, ctx); the probe takes the request alone.
    assert edge.get(WORKER, "/version").status_code == 200


def test_queue_is_called_with_batch_env_and_ctx(edge: LocalEdge) -> None:
    outcome = edge.queue(WORKER, "conformance", {"id": 1}, {"id": 2, "retry": True})
    assert outcome["outcome"] == "ok"
    assert [edge.kv("NOTES", "get", f"queue:{number}") for number in (1, 2)] == ["queued", "queued"]
    assert [message["msgId"] for message in outcome["retryMessages"]] == ["1"]
    assert outcome["explicitAcks"] == ["0"]


def test_scheduled_is_called_with_controller_env_and_ctx(edge: LocalEdge) -> None:
    assert edge.scheduled(WORKER, "0 * * * *")["outcome"] == "ok"
    assert edge.kv("NOTES", "get", "scheduled") == "0 * * * *"


@pytest.mark.parametrize("handler", ["queue", "scheduled"])
def test_a_handler_that_takes_fewer_arguments_is_a_type_error(handler: str, tmp_path: Path) -> None:
    source = f"""
from workers import Response, WorkerEntrypoint

class Default(WorkerEntrypoint):
    async def fetch(self, request):
        return Response("ok")

    async def {handler}(self, only):
        pass
"""
    edge = LocalEdge(configs=[worker_file(tmp_path, source)])
    try:
        outcome = (
            edge.queue("small", "any", 1) if handler == "queue" else edge.scheduled("small", "* * * * *")
        )
        assert outcome["outcome"] == "exception"
        (trace,) = edge.tracebacks(edge.logs())
        assert "TypeError" in trace
    finally:
        edge.close()


def test_surplus_arguments_over_rpc_are_a_type_error(edge: LocalEdge) -> None:
    assert "TypeError" in probe(edge, "rpc-surplus")["error"]


def test_a_dict_crosses_rpc(edge: LocalEdge) -> None:
    assert probe(edge, "rpc-dict") == {"list": [1, "two", None], "nested": {"deep": True}}


def test_a_tuple_over_rpc_is_a_type_error(edge: LocalEdge) -> None:
    assert "TypeError" in probe(edge, "rpc-tuple")["error"]


def test_values_arrive_over_rpc_as_the_sdk_converts_them(edge: LocalEdge) -> None:
    assert probe(edge, "rpc-values") == ["JsDict", "memoryview", "NoneType", '{"a": [1, null, {"b": 2.5}]}']


def test_ctx_wait_until_keeps_a_coroutine_alive_and_nothing_else_does(edge: LocalEdge) -> None:
    for way in ("task", "workers", "ctx"):
        assert probe(edge, "outlive", way=way) == "answered"
    assert eventually(lambda: edge.kv("NOTES", "get", "ctx")) == "done"
    assert edge.kv("NOTES", "get", "workers") is None
    assert edge.kv("NOTES", "get", "task") is None


def test_run_sync_works_in_every_handler(edge: LocalEdge) -> None:
    assert probe(edge, "run-sync") == "slept"
    assert probe(edge, "object", method="sync_inside") == {"value": "in object"}
    probe(edge, "object", method="set_alarm")
    assert eventually(lambda: edge.kv("NOTES", "get", "alarm")) == "rang"


def test_an_exception_over_rpc_loses_its_class_but_names_it(edge: LocalEdge) -> None:
    error = probe(edge, "object", method="fail")["error"]
    assert "KeyError" in error


def test_pth_hooks_of_the_packages_run(edge: LocalEdge) -> None:
    hooks = probe(edge, "pth")
    assert hooks["cloudflare"]
    assert hooks["patches"]
    assert hooks["pydantic_core"]


def test_fetch_of_the_sdk_reaches_the_network(edge: LocalEdge) -> None:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-length", "5")
            self.end_headers()
            self.wfile.write(b"hello")

        def log_message(self, *_args: object) -> None:
            """Stay quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        response = edge.get(WORKER, "/fetch", params={"url": f"http://127.0.0.1:{server.server_port}/"})
        server.shutdown()
        thread.join()
    assert json.loads(response.text) == "hello"


def test_a_python_socket_reaches_the_network(edge: LocalEdge) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(connection.recv(16)[::-1])

        thread = threading.Thread(target=answer)
        thread.start()
        assert probe(edge, "socket", port=server.getsockname()[1]) == "gnip"
        thread.join()


def test_there_are_no_threads_and_no_javascript_eval(edge: LocalEdge) -> None:
    assert "thread" in probe(edge, "thread")
    assert probe(edge, "eval") == "JsException"


def test_an_uncaught_exception_is_a_500_and_its_traceback_is_logged(edge: LocalEdge) -> None:
    assert edge.get(WORKER, "/boom").status_code == 500
    (trace,) = edge.tracebacks(edge.logs())
    assert "RuntimeError: the handler fails on purpose" in trace
    assert "/session/metadata/probe.py" in trace


def test_sys_exit_ends_the_isolate(edge: LocalEdge) -> None:
    probe(edge, "isolate")
    assert probe(edge, "isolate") > 1
    assert edge.get(WORKER, "/exit").status_code == 500
    assert probe(edge, "isolate") == 1


def test_an_exception_while_importing_stops_the_start_with_its_traceback(tmp_path: Path) -> None:
    with pytest.raises(
        LocalEdgeError, match=r"(?s)ZeroDivisionError.*did not start|did not start.*ZeroDivisionError"
    ):
        LocalEdge(configs=[worker_file(tmp_path, "1 / 0\n")])


def test_a_sleep_while_importing_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(LocalEdgeError, match="Disallowed operation"):
        LocalEdge(configs=[worker_file(tmp_path, "import time\ntime.sleep(0.01)\n")])


@pytest.mark.parametrize(
    "held",
    [
        "KEPT = js.Response.new(None)",
        "KEPT = js.Function.prototype.call.bind(js.Array.prototype.join)",
        "KEPT = {'deep': [to_js(['method', 'url'])]}",
    ],
)
def test_an_import_that_leaves_an_object_to_javascript_stops_the_start(tmp_path: Path, held: str) -> None:
    source = f"import js\nfrom pyodide.ffi import to_js\nfrom workers import WorkerEntrypoint\n{held}\n"
    with pytest.raises(LocalEdgeError, match="Can't serialize top-level variable"):
        LocalEdge(configs=[worker_file(tmp_path, f"{source}class Default(WorkerEntrypoint): pass\n")])


def test_an_import_may_keep_what_a_path_leads_to(tmp_path: Path) -> None:
    source = (
        "import js\nfrom js import JSON, Headers, Object, Request, crypto\nfrom pyodide.ffi import to_js\n"
        "from workers import Response, WorkerEntrypoint\n"
        "stringify, prototype = JSON.stringify, Request.prototype\n"
        "to_js(['gone', 'again'])\n"
        "class Default(WorkerEntrypoint):\n"
        "    def fetch(self, request): return Response(stringify(to_js(['kept'])))\n"
    )
    with contextlib.closing(LocalEdge(configs=[worker_file(tmp_path, source)])) as edge:
        assert edge.get("small", "/").text == '["kept"]'


def test_a_class_that_a_binding_names_must_be_exported(tmp_path: Path) -> None:
    source = "from workers import Response, WorkerEntrypoint\nclass Default(WorkerEntrypoint):\n    pass\n"
    binding = '[[durable_objects.bindings]]\nname = "THING"\nclass_name = "Thing"\n'
    migration = '[[migrations]]\ntag = "v1"\nnew_sqlite_classes = ["Thing"]\n'
    with pytest.raises(LocalEdgeError, match="does not export the class Thing"):
        LocalEdge(configs=[worker_file(tmp_path, source, binding + migration)])


def test_pbkdf2_is_limited_as_in_production(edge: LocalEdge) -> None:
    assert probe(edge, "pbkdf2", iterations=100_000) == {"bytes": 32}
    assert "100000 are not supported" in probe(edge, "pbkdf2", iterations=100_001)["error"]


def test_a_kv_key_takes_one_write_a_second(edge: LocalEdge) -> None:
    assert "429" in probe(edge, "kv-twice")["error"]


def worker_file(folder: Path, source: str, more_config: str = "") -> str:
    """Write a Worker of one file; return its config."""
    (folder / "empty").mkdir()
    (folder / "small.py").write_text(source)
    config = folder / "wrangler.toml"
    config.write_text(
        'name = "small"\nmain = "small.py"\ncompatibility_date = "2026-09-08"\n'
        'compatibility_flags = ["python_workers"]\nbase_dir = "empty"\n' + more_config
    )
    return str(config)
