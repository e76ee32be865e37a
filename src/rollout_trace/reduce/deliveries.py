"""Messages between agents, as items carry them and on their way (spec 3, section 8, "agent delivery").

Data and its recognition only; what becomes of a delivery is for `agents`.
"""

from typing import NamedTuple

import msgspec

from rollout_trace import json_text
from rollout_trace.errors import JsonError
from rollout_trace.events.payloads import EncodedDelivery
from rollout_trace.ids import AgentPath, EdgeId, RawPayloadId, ThreadId
from rollout_trace.model.conversation import ConversationItem, EncodedPart, ItemKind, Role, TextPart
from rollout_trace.model.edges import Anchor, EdgeKind
from rollout_trace.repeated_fields import repeated_field
from rollout_trace.values import UnixMilliseconds


class Address(NamedTuple):
    """What a message on its way and the item that brings it have in common."""

    target_thread_id: ThreadId
    author: AgentPath
    message: str


class PendingDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """A message that went out, and the edge that it will be."""

    edge_id: EdgeId
    kind: EdgeKind
    source: Anchor
    address: Address
    started_at_unix_ms: UnixMilliseconds
    ended_at_unix_ms: UnixMilliseconds | None
    carried_raw_payload_ids: tuple[RawPayloadId, ...]


def delivery_in(item: ConversationItem, agent_path: AgentPath) -> Address | None:
    """The message that an item brings to the agent whose conversation it is in, if it brings one."""
    if item.agent_message is not None:
        author, recipient, message = item.agent_message.author, item.agent_message.recipient, _agent_message_text(item)
    else:
        encoded = _encoded_delivery(item)
        if encoded is None:
            return None
        author, recipient = encoded.author, encoded.recipient
        message = encoded.content if encoded.encrypted_content is None else encoded.encrypted_content
    if message is None or recipient != agent_path:
        return None
    return Address(item.thread_id, AgentPath(author), message)


def same_delivery(one: PendingDelivery, other: PendingDelivery) -> bool:
    """Whether two deliveries under one edge id are the same message, whenever it was seen to go."""
    return (one.kind, one.source, one.address) == (other.kind, other.source, other.address)


def _agent_message_text(item: ConversationItem) -> str | None:
    match item.body.parts:
        case (TextPart(text=message),) | (EncodedPart(value=message),) | (TextPart(), EncodedPart(value=message)):
            return message
        case _:
            return None


def _encoded_delivery(item: ConversationItem) -> EncodedDelivery | None:
    """The message in the text of an assistant message, as older releases wrote it."""
    if item.role is not Role.ASSISTANT or item.kind is not ItemKind.MESSAGE or len(item.body.parts) != 1:
        return None
    part = item.body.parts[0]
    if not isinstance(part, TextPart) or not part.text.lstrip().startswith("{"):
        return None
    try:
        encoded = msgspec.convert(json_text.parse(part.text), EncodedDelivery)
    except (JsonError, msgspec.ValidationError):
        return None
    return encoded if repeated_field(encoded, part.text.encode()) is None else None
