"""The SDK's exceptions in our words, without anything that they hold."""

from __future__ import annotations

import email.utils
import math
import re
from collections.abc import Mapping

import httpx2
import openai

from regoose_ci.providers import errors
from regoose_ci.providers.endpoint import Endpoint
from regoose_ci.providers.errors import ProviderError
from regoose_ci.providers.transport import AnswerTooLargeError

_LONGEST_COMPLAINT = 2000
_NO_CREDIT = ("insufficient_quota", "billing", "credit balance")
_TOO_LONG = ("context_length", "context length", "context window", "prompt is too long")
_CONTEXT = re.compile(r"context (?:length|window) is (\d+)")
_PROMPT = re.compile(r"(\d+) (?:input tokens|in the (?:messages|prompt|input))")
_FILTERED = ("content_filter", "content management policy", "content_policy")
# llama-cpp-python answers options that it does not know with a status of 500.
_OPTIONS = ("response_format", "json_schema", "max_completion_tokens", "stream_options")
_RETRIED = "It was tried again as often as allowed; try later, or name another endpoint."


def translate(error: openai.OpenAIError, endpoint: Endpoint, title: str) -> ProviderError:
    """Say what ``error`` means; the caller raises it outside its ``except``.

    Raised inside, Python would chain the SDK's exception to it, whose request holds the key.
    """
    where = f"{title} at {endpoint.host}"
    if isinstance(error, openai.APIStatusError):
        return _of_status(error, endpoint, where)
    if isinstance(error.__cause__, AnswerTooLargeError):
        return too_large(where)
    if isinstance(error, openai.APITimeoutError):
        return timed_out(where, endpoint.timeout_s)
    if isinstance(error, openai.APIConnectionError):
        return _of_connection(error, where)
    if isinstance(error, openai.APIError):
        return _of_stream(error, endpoint, where)
    return errors.BadAnswerError(f"{where} gave an answer that cannot be read", _RETRIED)


def timed_out(where: str, seconds: float) -> errors.TimedOutError:
    """The error of an answer that is not whole after ``seconds``."""
    return errors.TimedOutError(
        f"{where} gave no whole answer in {seconds:g} s",
        "Allow more time, or choose a faster model.",
        maybe_charged=True,
    )


def too_large(where: str) -> errors.BadAnswerError:
    """The error of an answer past any model's size."""
    return errors.BadAnswerError(
        f"{where} sent an answer far larger than was asked for",
        "Check that the URL is that of a model's API.",
        maybe_charged=True,
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a server asks to wait (RFC 9110, 10.2.3), never negative, or None.

    A date is taken relative to the server's own ``Date``, so that clocks need not agree.
    """
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) * unit
        except ValueError:
            continue
        if math.isfinite(seconds):
            return max(0.0, seconds)
    until = _timestamp(headers.get("retry-after", ""))
    now = _timestamp(headers.get("date", ""))
    return max(0.0, until - now) if until is not None and now is not None else None


def room_in_context(complaint: str) -> int | None:
    """Tokens left for an answer by the sentences of OpenAI, vLLM and llama.cpp, else None."""
    context, prompt = _CONTEXT.search(complaint), _PROMPT.search(complaint)
    if context is None or prompt is None:
        return None
    room = int(context[1]) - int(prompt[1])
    return room if room > 0 else None


def _timestamp(date: str) -> float | None:
    try:
        return email.utils.parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        return None


def _of_status(error: openai.APIStatusError, endpoint: Endpoint, where: str) -> ProviderError:
    status = error.status_code
    complaint = _complaint(error, endpoint)
    if any(word in complaint for word in _NO_CREDIT) and status in {400, 402, 403, 429}:
        return errors.QuotaError(
            f"The account at {where} has no credit left ({status})", "Top it up, or use another."
        )
    if status in {401, 403}:
        return errors.AuthError(
            f"{where} does not accept the key ({status})",
            "Check the key, its permissions and that it belongs to this provider.",
        )
    if status == 404:
        return errors.ModelNotFoundError(
            f"{where} has no model {endpoint.model!r} (404)",
            "Check --model, and that --base-url ends where the API begins, usually in /v1.",
        )
    if status == 429:
        return errors.RateLimitedError(
            f"{where} receives too many requests (429)",
            "Lower the concurrency, or wait.",
            retry_after_s=retry_after(error.response.headers),
        )
    is_our_fault = status == 500 and any(name in complaint for name in _OPTIONS)
    if status in {408, 409, 425} or (status >= 500 and not is_our_fault):
        return errors.UnavailableError(
            f"{where} has a fault of its own ({status})",
            _RETRIED,
            retry_after_s=retry_after(error.response.headers),
        )
    return _of_request(status, complaint, where)


def _of_connection(error: openai.APIConnectionError, where: str) -> ProviderError:
    if isinstance(error.__cause__, httpx2.ConnectError):
        return errors.UnavailableError(
            f"The connection to {where} failed",
            "Check that the server runs, its address and the proxy settings.",
        )
    return errors.UnavailableError(
        f"{where} broke the connection off", _RETRIED, maybe_charged=True
    )


def _of_request(status: int, complaint: str, where: str) -> ProviderError:
    if any(word in complaint for word in _TOO_LONG):
        return errors.PromptTooLongError(
            f"The prompt does not fit the model at {where} ({status})",
            "Choose a model with a longer context.",
            room=room_in_context(complaint),
        )
    if any(word in complaint for word in _FILTERED):
        return errors.RefusedError(f"A content filter at {where} stopped the prompt ({status})")
    if 300 <= status < 400:
        return errors.ModelNotFoundError(
            f"{where} redirects to another address ({status})", "Give the final address itself."
        )
    return errors.RejectedRequestError(
        f"{where} does not take the request ({status})",
        "Check the model's name and that the server speaks OpenAI's protocol.",
        complaint=complaint,
    )


def _of_stream(error: openai.APIError, endpoint: Endpoint, where: str) -> ProviderError:
    """An error that came as an event, after the status said that all is well."""
    complaint = _complaint(error, endpoint)
    if any(word in complaint for word in _FILTERED):
        return errors.RefusedError(f"A content filter at {where} stopped the answer")
    return errors.UnavailableError(
        f"{where} broke its answer off with an error", _RETRIED, maybe_charged=True
    )


def _complaint(error: openai.APIError, endpoint: Endpoint) -> str:
    """What the server said, in lower case and without the key, which some repeat."""
    parts = (error.code, error.param, error.type, error.message)
    said = " ".join(str(part) for part in parts if part).lower()
    key = endpoint.api_key.get_secret_value().lower()
    return (said.replace(key, "[key]") if key else said)[:_LONGEST_COMPLAINT]
