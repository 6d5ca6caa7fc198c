"""How many tokens a text can be at most, without any vendor's tokenizer."""

from __future__ import annotations

from collections.abc import Sequence

from regoose_ci.providers.base import AnswerSchema, Message

_PER_MESSAGE = 16  # role and separators of the chat templates in use take 3 to 8
_BYTES_PER_TOKEN = 3


def most_tokens(messages: Sequence[Message], schema: AnswerSchema | None) -> int:
    """A bound that no prompt passes: a token stands for one byte or more.

    The schema counts twice: as an option and, on the lower rungs, as text in the prompt.
    """
    texts = [message.text for message in messages]
    if schema is not None:
        texts += [schema.text, schema.text]
    return sum(len(text.encode("utf-8", "surrogatepass")) + _PER_MESSAGE for text in texts) + 64


def likely_tokens(texts: Sequence[str]) -> int:
    """An estimate for servers that do not report usage, rather too high: code has 3 to 4 bytes."""
    size = sum(len(text.encode("utf-8", "surrogatepass")) for text in texts)
    return -(-size // _BYTES_PER_TOKEN)
