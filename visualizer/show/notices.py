"""Lines for the performer: each is shown for a while, and their number is limited.

The while counts only where lines are seen: what went wrong with the HUD off is there on Tab.
"""

from __future__ import annotations

from dataclasses import replace

from visualizer.show.records import Message
from visualizer.show.state import Show

MESSAGE_STAYS = 6.0
"""Seconds that a message can be read."""

MESSAGES = 5
"""Most messages kept: more would cover the picture."""


def say(show: Show, text: str) -> Show:
    """Show a line; one that is said again takes the place of the old."""
    others = tuple(m for m in show.messages if m.text != text)  # a repeated fault: one line
    message = Message(text, MESSAGE_STAYS)
    return replace(show, messages=(*others, message)[-MESSAGES:])


def said(before: Show, after: Show) -> list[str]:
    """The lines that are new since before."""
    if after.messages is before.messages:
        return []
    old = {message.text for message in before.messages}
    return [message.text for message in after.messages if message.text not in old]


def aged(show: Show, seconds: float) -> tuple[Message, ...]:
    """The messages that are left some seconds later."""
    if not show.messages_seen:
        return show.messages
    later = (Message(message.text, message.left - seconds) for message in show.messages)
    return tuple(message for message in later if message.left > 0)
