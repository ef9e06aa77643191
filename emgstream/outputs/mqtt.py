"""Decisions published to an MQTT broker, for home automation, dashboards and robots."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from emgstream.errors import OutputError, UsageError
from emgstream.extras import missing_extra
from emgstream.logs import get_logger
from emgstream.outputs.documents import encoded
from emgstream.outputs.output import Output, Update
from emgstream.outputs.output_kind import StreamContext
from emgstream.wording import counted

if TYPE_CHECKING:
    from paho.mqtt.client import MQTTMessageInfo
    from typing_extensions import Self

__all__ = ["MqttAddress", "MqttOutput", "open_mqtt"]

_log = get_logger(__name__)

_PORTS = {"mqtt": 1883, "mqtts": 8883}
"""Default ports by scheme, as registered with IANA; ``mqtts`` is encrypted (TLS)."""
_CONNECT_S = 5.0
"""Seconds to connect at the start: a choice; a broker in the same network takes milliseconds."""
_KEEP_ALIVE_S = 5
"""Seconds without a sign of the broker until a ping; after 1.5 times as long it publishes the
last will. A choice: a receiver learns of a dead program within 8 s."""
_LONGEST_PAUSE_S = 5
"""Longest pause between two attempts to reconnect, the first is 1 s: a choice."""
_MOST_ON_THE_WAY = 50
"""Most decisions without the broker's receipt, 1 s of one per 20 ms: a choice."""
_LINGER_S = 1.0
"""Seconds to wait for the last receipts: as long as for a slow output at the end."""
_POLL_S = 0.02
_AT_LEAST_ONCE = 1
"""Quality of service: the broker acknowledges each message (MQTT 3.1.1, section 4.3)."""
_IN_A_TOPIC = str.maketrans(dict.fromkeys("/+#", "_"))
"""Characters with a meaning in topics."""


@dataclass(frozen=True, slots=True)
class MqttAddress:
    """A broker, a topic, and a user if the broker asks for one."""

    host: str
    """A name or an IP address."""
    port: int
    """TCP port."""
    topic: str
    """Topic of the decisions; ``TOPIC/state`` is online or offline."""
    is_encrypted: bool = False
    """True for TLS, with the certificates that the system trusts."""
    user: str | None = None
    """Name of the user."""
    password: str | None = None
    """Password of the user."""

    @classmethod
    def parse(cls, text: str) -> MqttAddress:
        """Read ``HOST[:PORT]/TOPIC`` or ``mqtt[s]://[USER:PASSWORD@]...``. Raises UsageError.

        >>> address = MqttAddress.parse("broker.lan/emg/left")
        >>> address.host, address.port, address.topic
        ('broker.lan', 1883, 'emg/left')
        """
        try:
            parts = urlsplit(text if "://" in text else f"mqtt://{text}")
            port = parts.port
        except ValueError:  # the port is no number, or too large
            parts, port = urlsplit(""), None
        topic = unquote(parts.path.strip("/"))
        if parts.scheme not in _PORTS or not parts.hostname or not topic or port == 0:
            raise UsageError(
                f"{_without_password(text)!r} is not the address of a broker with a topic; "
                "expected HOST[:PORT]/TOPIC, for example localhost/emg, or mqtts://USER:PASSWORD@HOST/TOPIC"
            )
        if parts.query or "#" in text or {"+", "#", "\0"} & set(topic):
            typed = text.partition("://")[2] or text
            raise UsageError(
                f"{typed.partition('/')[2]!r} is not a topic to publish to; expected one without "
                "+, # and ?"
            )
        return cls(
            parts.hostname,
            port or _PORTS[parts.scheme],
            topic,
            parts.scheme == "mqtts",
            None if parts.username is None else unquote(parts.username),
            None if parts.password is None else unquote(parts.password),
        )

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


class MqttOutput(Output):
    """One MQTT message per decision, with the same object as a JSON line.

    The topic ``TOPIC/state`` is retained: ``online``, and ``offline`` at the end or, as the last
    will, once the broker has lost the program. It reconnects by itself; decisions that the broker
    has not acknowledged are counted in ``n_lost``.

    Raises, on entering, OutputError if the broker does not take the connection, and
    MissingExtraError if paho-mqtt is not installed.
    """

    def __init__(self, address: MqttAddress, stream: str | None = None) -> None:
        self._address = address
        self._stream = stream
        named = "" if stream is None else f"/{stream.translate(_IN_A_TOPIC)}"
        self._topic = f"{address.topic}{named}"
        self.name = f"MQTT topic {self._topic} on {address}"
        self._client: Any = None
        self._on_the_way: deque[MQTTMessageInfo] = deque()
        self._n_refused = 0
        self._refusal = ""
        self._is_answered = threading.Event()
        self._is_given_up = threading.Event()

    def __enter__(self) -> Self:
        self._client = client = self._new_client()
        try:
            client.connect(self._address.host, self._address.port, _KEEP_ALIVE_S)
        except (OSError, UnicodeError, ValueError) as error:
            raise self._failure(getattr(error, "strerror", None) or str(error)) from error
        client.loop_start()
        if not self._is_answered.wait(_CONNECT_S) or self._refusal:
            client.disconnect()
            client.loop_stop()
            raise self._failure(self._refusal or f"no answer within {_CONNECT_S:g} s")
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._client.is_connected():
            gone = self._client.publish(f"{self._topic}/state", "offline", _AT_LEAST_ONCE, True)
            gone.wait_for_publish(_LINGER_S)
        self._client.disconnect()
        self._client.loop_stop()

    @property
    def n_lost(self) -> int:  # type: ignore[override]
        """Decisions that the broker has not acknowledged."""
        return self._n_refused + sum(not info.is_published() for info in tuple(self._on_the_way))

    @property
    def state(self) -> str:  # type: ignore[override]
        """A note while there is no connection to the broker."""
        if self._client is None or self._client.is_connected():
            return ""
        return f"no connection to the MQTT broker {self._address}: reconnecting, decisions are lost"

    def write(self, update: Update) -> None:
        """Publish one message per decision; those of a broker that is away are lost."""
        for text in encoded(update, self._stream):
            self._n_refused += not (self._has_room() and self._publish(text))

    def finish(self) -> None:
        """Wait for the broker's receipts, for at most one second.

        Raises OutputError if the broker is away at the end and decisions were lost: nobody can
        expect it back.
        """
        deadline_s = time.monotonic() + _LINGER_S
        while self.n_lost > self._n_refused and self._client.is_connected():
            if self._is_given_up.wait(_POLL_S) or time.monotonic() > deadline_s:
                return
        if self.n_lost and not self._client.is_connected():
            raise OutputError(
                f"the MQTT broker {self._address} was lost and did not come back before the end; "
                f"expected it to stay connected; {counted(self.n_lost, 'decision')} did not reach "
                "it; check that it is running"
            )

    def give_up(self) -> None:
        """Stop waiting for the broker."""
        self._is_given_up.set()

    def _publish(self, text: str) -> bool:
        """Send a message; return False if the connection broke in this moment.

        It may arrive then, late, although it is counted as lost.
        """
        info = self._client.publish(self._topic, text, _AT_LEAST_ONCE)
        if info.rc:
            return False
        self._on_the_way.append(info)
        return True

    def _has_room(self) -> bool:
        """Wait for room on the way to the broker; return False if it is away."""
        while self._client.is_connected():
            while self._on_the_way and self._on_the_way[0].is_published():
                self._on_the_way.popleft()
            if len(self._on_the_way) < _MOST_ON_THE_WAY:
                return True
            if self._is_given_up.wait(_POLL_S):
                return False
        return False

    def _new_client(self) -> Any:
        mqtt = _paho()
        client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        client.max_inflight_messages_set(_MOST_ON_THE_WAY)
        client.reconnect_delay_set(1, _LONGEST_PAUSE_S)
        client.connect_timeout = _CONNECT_S
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.will_set(f"{self._topic}/state", "offline", _AT_LEAST_ONCE, retain=True)
        if self._address.user is not None:
            client.username_pw_set(self._address.user, self._address.password)
        if self._address.is_encrypted:
            client.tls_set()
        return client

    def _on_connect(
        self, client: Any, _data: object, _flags: object, reason: Any, _more: object
    ) -> None:
        """Tell the receivers; the thread of the client calls it after every connect."""
        self._refusal = str(reason) if reason.is_failure else ""
        _log.info("MQTT broker %s: %s", self._address, reason)
        if not reason.is_failure:
            client.publish(f"{self._topic}/state", "online", _AT_LEAST_ONCE, retain=True)
        self._is_answered.set()

    def _on_disconnect(
        self, _client: Any, _data: object, _flags: object, reason: object, _more: object
    ) -> None:
        _log.warning("MQTT broker %s disconnected: %s", self._address, reason)

    def _failure(self, reason: str) -> OutputError:
        return OutputError(
            f"cannot publish to the MQTT broker {self._address}: {reason}; expected a broker that "
            "listens there and accepts this user; start it, or correct the address"
        )


def open_mqtt(address: MqttAddress, stream: StreamContext) -> MqttOutput:
    """Return the output that publishes the decisions of one stream."""
    return MqttOutput(address, stream.name)


def _paho() -> Any:
    try:
        import paho.mqtt.client
    except ModuleNotFoundError as error:
        raise missing_extra("MQTT", "paho-mqtt", "mqtt") from error
    return paho.mqtt.client


def _without_password(text: str) -> str:
    """Return an address without user and password.

    >>> _without_password("mqtt://me:secret@host")
    'mqtt://host'
    """
    scheme, mark, rest = text.rpartition("://")
    return scheme + mark + rest.rpartition("@")[2]
