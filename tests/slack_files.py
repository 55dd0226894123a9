"""The stand-in's uploads: an address is asked for, the bytes go there, and only completing shares the file."""

from __future__ import annotations

import json

from tests.slack_methods import permalink
from tests.slack_workspace import Json, Posted, SlackError, Upload, Workspace


def files_get_upload_url_external(slack: Workspace, fields: Json) -> Json:
    name, length = str(fields.get("filename") or ""), int(fields.get("length") or 0)
    if not name or length <= 0:
        raise SlackError("missing_argument")
    if len(fields.get("alt_txt") or "") > 1000:
        raise SlackError("alt_txt_too_large")
    file_id = f"F{slack.team}{next(slack.numbers)}"
    slack.files[file_id] = Upload(file_id, name, length, str(fields.get("alt_txt") or ""))
    return {"file_id": file_id, "upload_url": file_id}  # the server makes it an address


def take_upload(slack: Workspace, file_id: str, data: bytes) -> tuple[int, str]:
    """The bytes of a file: HTTP status and words. They must be as many as were said, and come once."""
    upload = slack.files.get(file_id)
    if upload is None or upload.state != "reserved":
        return 404, "no such upload"
    if len(data) != upload.length:
        return 400, f"{len(data)} bytes, not {upload.length}"
    upload.data, upload.state = data, "uploaded"
    return 200, f"OK - {len(data)}"


def files_complete_upload_external(slack: Workspace, fields: Json) -> Json:
    files = fields.get("files") or []
    files = json.loads(files) if isinstance(files, str) else files
    channel, thread = fields.get("channel_id") or "", fields.get("thread_ts")
    if not files:
        raise SlackError("invalid_arguments")
    uploads = []
    for file in files:
        upload = slack.files.get(file.get("id"))
        if upload is None or upload.state == "complete":
            raise SlackError("file_not_found")
        if upload.state != "uploaded":
            raise SlackError("file_update_failed")
        uploads.append(upload)
    if channel:
        _check_channel(slack, channel)
    for upload, file in zip(uploads, files, strict=True):
        upload.state, upload.title = "complete", file.get("title") or upload.name
        upload.thread_ts, upload.comment = thread, fields.get("initial_comment") or ""
        upload.channels = [channel] if channel else []
    if channel:
        ids = [upload.id for upload in uploads]
        text = fields.get("initial_comment") or ""
        slack.posts.append(Posted(channel, text, slack.next_ts(), thread_ts=thread, user=slack.bot_user, files=ids))
    return {"files": [{"id": upload.id, "title": upload.title} for upload in uploads]}


def files_info(slack: Workspace, fields: Json) -> Json:
    upload = slack.files.get(str(fields.get("file", "")))
    if upload is None or upload.state == "reserved":
        raise SlackError("file_not_found")
    shares: Json = {}
    for post in slack.posts:
        if upload.id in post.files:
            kind = "private" if slack.is_private(post.channel) or post.channel.startswith("D") else "public"
            thread = {"thread_ts": post.thread_ts} if post.thread_ts else {}
            shares.setdefault(kind, {}).setdefault(post.channel, []).append({"ts": post.ts} | thread)
    return {
        "file": {
            "id": upload.id,
            "name": upload.name,
            "title": upload.title or upload.name,
            "size": upload.length,
            "user": slack.bot_user,
            "alt_txt": upload.alt_txt,
            "channels": [channel for channel in upload.channels if channel[0] == "C"],
            "groups": [channel for channel in upload.channels if channel[0] == "G"],
            "ims": [channel for channel in upload.channels if channel[0] == "D"],
            "shares": shares,
            "permalink": permalink(slack, upload.id, "0"),
        }
    }


def _check_channel(slack: Workspace, channel: str) -> None:
    is_member = slack.channels.get(channel, True if channel in slack.direct.values() else None)
    if is_member is None or (not is_member and slack.is_private(channel)):
        raise SlackError("invalid_channel")
    if not is_member or channel in slack.archived:
        raise SlackError("posting_to_channel_denied")
