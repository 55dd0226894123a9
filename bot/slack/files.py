"""Files shared in a conversation: handed over first, unseen, then shared all at once, and asked for by their ids."""

from __future__ import annotations

from typing import Any

from bot.slack.blocks import cut, escape
from bot.slack.calls import Line
from jobs.deliver import CannotAsk, Delivery, NotSent, Receipt, Undeliverable

_MOST_WORDS = 1_000  # of a picture's description
_MOST_COMMENT = 3_000


def upload(line: Line, delivery: Delivery) -> tuple[str, ...]:
    """Hand the files over; Slack's ids of them. What is never shared Slack throws away.

    Raises NotSent or Undeliverable.
    """
    ids = []
    for file in delivery.files:
        answer = line.ask(
            line.web.files_getUploadURLExternal,
            filename=file.name,
            length=len(file.data),
            alt_txt=cut(file.words, _MOST_WORDS) or None,
        )
        if not answer.get("file_id"):
            raise NotSent("Slack named no file")
        line.put(str(answer.get("upload_url", "")), file.data)
        ids.append(str(answer["file_id"]))
    return tuple(ids)


def share(line: Line, conversation: str, delivery: Delivery) -> Receipt:
    """Share what was handed over, in the message's thread if it has one. Raises NotSent, Undeliverable, Ambiguous."""
    titles = zip(delivery.uploads, delivery.files, strict=True)
    line.call(
        line.web.files_completeUploadExternal,
        posts_in=conversation,
        patiently=True,  # the message it belongs to went a moment ago
        files=[{"id": number, "title": file.title} for number, file in titles],
        channel_id=conversation,
        thread_ts=delivery.thread or None,
        initial_comment=escape(cut(delivery.message.text, _MOST_COMMENT)) or None,
    )
    return Receipt(conversation, delivery.uploads[0])


def find_shared(line: Line, conversation: str, delivery: Delivery) -> Receipt | None:
    """Where the files were shared, None if they were not. Raises CannotAsk or NotSent."""
    for number in delivery.uploads:
        try:
            info: dict[str, Any] = line.ask(line.web.files_info, file=number).get("file") or {}
        except Undeliverable as refusal:
            raise CannotAsk(refusal.reason) from refusal
        except NotSent as refusal:
            if getattr(refusal, "code", "") == "file_not_found":
                continue
            raise
        places = {*info.get("channels", ()), *info.get("groups", ()), *info.get("ims", ())}
        for shares in (info.get("shares") or {}).values():
            places |= set(shares)
        if conversation in places:
            return Receipt(conversation, number)
    return None
