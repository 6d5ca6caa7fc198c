"""A server that speaks OpenAI's chat protocol on loopback, well or badly, as it is told.

Requests and well-formed answers are validated against the types that the installed SDK has from
OpenAI's own API description, so that this fake cannot drift from the protocol by itself.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Literal
from urllib.parse import urlsplit

from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.chat.completion_create_params import (
    CompletionCreateParamsNonStreaming,
    CompletionCreateParamsStreaming,
)
from openai.types.shared import ErrorObject
from pydantic import JsonValue, TypeAdapter, ValidationError

Json = dict[str, JsonValue]
FinishReason = Literal["stop", "length", "content_filter"]

_WHOLE = TypeAdapter(CompletionCreateParamsNonStreaming)
_STREAM = TypeAdapter(CompletionCreateParamsStreaming)
KEY = "sk-test-0123456789abcdef"
MODEL = "small-model"


@dataclass(frozen=True)
class Completed:
    """A proper answer."""

    text: str = "fine"
    finish: FinishReason = "stop"
    refusal: str | None = None
    prompt_tokens: int = 11
    completion_tokens: int = 7
    hold: threading.Event | None = None
    """Answer only when this is set."""
    delay_s: float = 0.0
    """For measurements; tests use ``hold``."""


@dataclass(frozen=True)
class Failed:
    """An error as the vendors send them."""

    status: int
    message: str = "something is wrong"
    code: str | None = None
    param: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class NoChoices:
    """An answer whose list of choices is empty."""


@dataclass(frozen=True)
class Raw:
    """Any bytes as the body of a 200; ``length`` may promise more than is sent."""

    body: bytes
    content_type: str = "application/json"
    length: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ResetMidway:
    """Half an answer, then the connection is reset."""

    text: str = "half an answer"


@dataclass(frozen=True)
class EndsMidway:
    """Half an answer, then a clean end of the stream, without a reason to finish."""

    text: str = "half an answer"


@dataclass(frozen=True)
class FailsMidway:
    """Half an answer, then an event with an error."""

    code: str = "server_error"


@dataclass(frozen=True)
class Dripping:
    """A byte now and then, for as long as someone reads."""


@dataclass(frozen=True)
class Huge:
    """A proper answer of so many bytes."""

    size: int


Reply = (
    Completed | Failed | NoChoices | Raw | ResetMidway | EndsMidway | FailsMidway | Dripping | Huge
)


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    path: str
    headers: Mapping[str, str]
    body: Json

    @property
    def text(self) -> str:
        """All messages, one after another."""
        messages = self.body["messages"]
        assert isinstance(messages, list)
        return "\n".join(str(m["content"]) for m in messages if isinstance(m, dict))

    @property
    def response_format(self) -> str | None:
        """How JSON was asked for, None where it was not."""
        form = self.body.get("response_format")
        return str(form["type"]) if isinstance(form, dict) else None


@dataclass(frozen=True)
class Personality:
    """What one kind of server takes and does."""

    prefix: str = "/v1"
    key: str | None = KEY
    key_header: str = "authorization"
    models: frozenset[str] = frozenset({MODEL})
    response_formats: frozenset[str] = frozenset({"json_schema", "json_object"})
    unsupported: frozenset[str] = frozenset()
    """Names in the body that it answers with 400."""
    reports_stream_usage: bool = True


class FakeOpenAIServer:
    """The server; start and stop it as a context manager.

    Replies come from `script` while it lasts, then from `answer`.
    """

    def __init__(
        self,
        personality: Personality | None = None,
        answer: Callable[[Asked], Reply] = lambda _asked: Completed(),
    ) -> None:
        self.personality = personality or Personality()
        self.answer = answer
        self.script: deque[Reply] = deque()
        self.asked: list[Asked] = []
        self.complaints: list[str] = []
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Condition()
        self.stopping = threading.Event()
        self._http = _QuietServer(("127.0.0.1", 0), _handler_for(self))
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))

    @property
    def root(self) -> str:
        """The address without a path."""
        return f"http://127.0.0.1:{self._http.server_port}"

    @property
    def url(self) -> str:
        """The base URL of the API."""
        return self.root + self.personality.prefix

    def __enter__(self) -> FakeOpenAIServer:
        """Start to serve."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop, and say if the fake itself broke the protocol."""
        self.stopping.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()
        assert not self.complaints, self.complaints

    def next_reply(self, asked: Asked) -> Reply:
        """Note a request that was accepted and say what to reply."""
        with self._lock:
            self.asked.append(asked)
            if self.script:
                return self.script.popleft()
        return self.answer(asked)

    def entered(self) -> None:
        """Count a request under way."""
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            self._lock.notify_all()

    def wait_for(self, at_once: int) -> None:
        """Return when so many requests were under way at a time; give up after 5 s."""
        with self._lock:
            self._lock.wait_for(lambda: self.most_at_once >= at_once, timeout=5)

    def left(self) -> None:
        """Count a request done."""
        with self._lock:
            self._at_once -= 1
            self._lock.notify_all()

    def is_idle_soon(self) -> bool:
        """Whether no request is under way any more, within 2 s."""
        with self._lock:
            return self._lock.wait_for(lambda: self._at_once == 0, timeout=2)


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients that go away are what is being tested."""


def _handler_for(server: FakeOpenAIServer) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        fake = server

    return Handler


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 5
    fake: FakeOpenAIServer

    def log_message(self, format: str, *args: object) -> None:
        """Keep standard error clean."""

    def do_POST(self) -> None:
        """Check a request as a vendor would, then reply."""
        self.fake.entered()
        try:
            self._serve()
        finally:
            self.fake.left()

    def _serve(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.path, headers, body)
        failed = self._refuse(asked)
        reply = failed or self.fake.next_reply(asked)
        stream = body.get("stream") is True
        match reply:
            case Failed():
                self._send_failure(reply)
            case Completed():
                if reply.hold is not None:
                    reply.hold.wait(5)
                self.fake.stopping.wait(reply.delay_s)
                self._send_completed(reply, asked, stream)
            case NoChoices():
                self._send_no_choices(asked, stream)
            case Raw():
                self._send_raw(reply)
            case Huge(size):
                self._send_completed(Completed("x" * size), asked, stream)
            case ResetMidway(text):
                self._send_part(text, asked, stream)
                self._reset()
            case EndsMidway(text):
                self._send_part(text, asked, stream)
                self._end(stream)
            case FailsMidway(code):
                self._send_part("half", asked, stream)
                self._event({"error": {"message": "it broke", "code": code, "type": code}})
                self._end(stream)
            case Dripping():
                self._drip(stream)

    def _refuse(self, asked: Asked) -> Failed | None:
        like = self.fake.personality
        body = asked.body
        model = str(body.get("model"))
        path = urlsplit(asked.path).path
        expected = like.prefix.replace("{model}", model) + "/chat/completions"
        given = asked.headers.get(like.key_header, "").removeprefix("Bearer ")
        if path != expected:
            return Failed(404, f"Invalid URL (POST {path})")
        if like.key is not None and given != like.key:
            return Failed(401, f"Incorrect API key provided: {given}.", "invalid_api_key")
        if model not in like.models:
            return Failed(404, f"The model `{model}` does not exist", "model_not_found", "model")
        problem = _problem(body)
        if problem is not None:
            self.fake.complaints.append(problem)
            return Failed(400, problem, "invalid_request_error")
        for name in sorted(like.unsupported & body.keys()):
            return Failed(400, f"Unsupported parameter: '{name}'", "unsupported_parameter", name)
        form = asked.response_format
        if form is not None and form not in like.response_formats:
            return Failed(400, f"'response_format.type' {form} unknown", None, "response_format")
        return None

    def _send_failure(self, failed: Failed) -> None:
        error = {"message": failed.message, "type": "error", "param": failed.param}
        ErrorObject.model_validate({**error, "code": failed.code})
        body = json.dumps({"error": {**error, "code": failed.code}}).encode()
        self._send_raw(Raw(body, headers=failed.headers), failed.status)

    def _send_raw(self, raw: Raw, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", raw.content_type)
        self.send_header("Content-Length", str(raw.length or len(raw.body)))
        for name, value in raw.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw.body)
        if raw.length:
            self.close_connection = True

    def _send_completed(self, reply: Completed, asked: Asked, stream: bool) -> None:
        if not stream:
            body = _completion(reply, asked)
            ChatCompletion.model_validate(body)
            self._send_raw(Raw(json.dumps(body).encode()))
            return
        self._begin_stream()
        for text in _pieces(reply.text):
            self._chunk(asked, {"content": text})
        if reply.refusal is not None:
            self._chunk(asked, {"refusal": reply.refusal})
        self._chunk(asked, {}, reply.finish)
        if self.fake.personality.reports_stream_usage and "stream_options" in asked.body:
            self._event(_checked_chunk({**_chunk(asked, []), "usage": _usage(reply)}))
        self._data(b"data: [DONE]\n\n")
        self._end(stream)

    def _send_no_choices(self, asked: Asked, stream: bool) -> None:
        if not stream:
            body = {**_completion(Completed(), asked), "choices": []}
            ChatCompletion.model_validate(body)
            self._send_raw(Raw(json.dumps(body).encode()))
            return
        self._begin_stream()
        self._event(_checked_chunk(_chunk(asked, [])))
        self._data(b"data: [DONE]\n\n")
        self._end(stream)

    def _send_part(self, text: str, asked: Asked, stream: bool) -> None:
        if stream:
            self._begin_stream()
            self._chunk(asked, {"role": "assistant", "content": text})
            return
        whole = json.dumps(_completion(Completed(text), asked)).encode()
        self._send_raw(Raw(whole[: len(whole) // 2], length=len(whole)))

    def _drip(self, stream: bool) -> None:
        if stream:
            self._begin_stream()
        else:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", "1000000")
            self.end_headers()
        try:
            while not self.fake.stopping.wait(0.01):
                if stream:
                    self._data(b":\n")
                else:
                    self.wfile.write(b" ")
        except OSError:
            pass
        self.close_connection = True

    def _begin_stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def _chunk(self, asked: Asked, delta: Json, finish: FinishReason | None = None) -> None:
        choice: Json = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        self._event(_checked_chunk(_chunk(asked, [choice])))

    def _event(self, body: Json) -> None:
        self._data(b"data: " + json.dumps(body).encode() + b"\n\n")

    def _data(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def _end(self, stream: bool) -> None:
        if stream:
            self.wfile.write(b"0\r\n\r\n")
        else:
            self.close_connection = True

    def _reset(self) -> None:
        """Close with a TCP reset in place of an orderly end."""
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True


def _problem(body: Json) -> str | None:
    """What OpenAI would say is wrong with a request, None if nothing is."""
    try:
        checked = (_STREAM if body.get("stream") else _WHOLE).validate_python(body)
        list(checked["messages"])  # checked one by one, when they are taken
    except ValidationError as error:
        return str(error)
    unknown = sorted(body.keys() - _known_names())
    return f"Unknown parameter: {unknown[0]!r}" if unknown else None


def _known_names() -> frozenset[str]:
    whole, stream = CompletionCreateParamsNonStreaming, CompletionCreateParamsStreaming
    return frozenset(
        whole.__required_keys__
        | whole.__optional_keys__
        | stream.__required_keys__
        | stream.__optional_keys__
    )


def _usage(reply: Completed) -> Json:
    prompt, completion = reply.prompt_tokens, reply.completion_tokens
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }


def _completion(reply: Completed, asked: Asked) -> Json:
    message: Json = {"role": "assistant", "content": reply.text, "refusal": reply.refusal}
    if reply.refusal is not None:
        message["content"] = None
    choice: Json = {"index": 0, "message": message, "finish_reason": reply.finish}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": asked.body["model"],
        "choices": [{**choice, "logprobs": None}],
        "usage": _usage(reply),
    }


def _chunk(asked: Asked, choices: list[JsonValue]) -> Json:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": asked.body["model"],
        "choices": choices,
    }


def _checked_chunk(body: Json) -> Json:
    ChatCompletionChunk.model_validate(body)
    return body


def _pieces(text: str) -> Iterator[str]:
    size = max(7, len(text) // 50)
    yield from (text[start : start + size] for start in range(0, len(text), size))
