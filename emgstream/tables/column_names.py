"""Meaning of a column's name: the role it suggests, and the unit it states.

Names are compared as words: in lower case, without accents, units and punctuation. The words are
those of the exporters and languages that recordings were seen in; see `tests/tables`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum

from emgstream.tables.column_choice import TIME_UNITS

__all__ = ["NameHint", "NameMeaning", "is_unit", "meaning_of_name", "signal_words", "words_of"]


class NameHint(Enum):
    """The role that a name suggests; the value completes ``named like ...``."""

    EMG = "an EMG channel"
    CHANNEL = "a channel"
    MAYBE_CHANNEL = "an analog input"
    LABEL = "a label"
    MARKER = "a marker"
    TIME = "a clock"
    COUNTER = "a counter"
    REPETITION = "a repetition"
    OTHER_SENSOR = "another sensor"
    DIGITAL = "a digital line"
    DESCRIPTION = "a fact about the recording"
    NOTHING = "nothing known"


@dataclass(frozen=True, slots=True)
class NameMeaning:
    """The meaning of one name."""

    hint: NameHint
    """The role it suggests."""
    unit: str = ""
    """The unit in it, as written; a key of `TIME_UNITS` for a clock."""
    is_filtered: bool = False
    """True if it names a signal that was computed from another: ``emg1_filtered``."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BRACKETS = re.compile(r"[(\[{]([^)\]}]*)[)\]}]")
_SPLIT = re.compile(r"[^\w]+|_+|(?<=[a-z])(?=[A-Z])|(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_])(?=\d)")

_TIME = _words("""
    time times timestamp timestamps stamp clock datetime date elapsed zeit zeitstempel
    uhrzeit datum tiempo hora fecha temps heure horodatage orario tijd tijdstip
    czas aika tid zaman saat время дата 时间 時間 時刻 시간
""")
_TIME_ALONE = _words("""
    min minutes hours
    t s ms us ns sec secs second seconds millis micros millisecond milliseconds microsecond
    microseconds sekunden sekunde segundos secondes secondi epoch unix
""")
_COUNTER = _words("""
    counter count counts cnt nseq seq sequence packet packets package packetnum frame frames
    subframe row rows rownum rownumber idx index sample samples sampleindex samplenumber
    samplenum number zahler zaehler nummer zeile messung compteur numero contador muestra
    contatore riga teller licznik nr echantillon campione счетчик номер 序号 番号
""")
_COUNTER_ALONE = _words("""
    n i k no num id unnamed x0
""")
_LABEL = _words("""
    ubung uebung aufgabe tarea tache
    label labels class classes classname gesture gestures movement movements motion motions
    activity action category target pose stimulus restimulus exercise annotation annotations
    klasse klassen geste gesten bewegung bewegungen griff kategorie clase gesto movimiento
    etiqueta ejercicio classe mouvement etiquette exercice movimento etichetta esercizio
    beweging gebaar klasa ruch gest etykieta liike luokka rorelse bevaegelse hareket sinif
    жест класс метка движение 标签 动作 類別 ラベル 동작 라벨 grasp grip handshape task
""")
_MARKER = _words("""
    marker markers trigger triggers event events status stim annot marke
""")
_REPETITION = _words("""
    repetition repetitions rerepetition rep reps repeat wiederholung repeticion ripetizione
    herhaling powtorzenie повторение
""")
_DESCRIPTION = _words("""
    subject session trial cue participant patient user person age sex gender proband sujeto
    sujet versuch durchgang
""")
_OTHER_SENSOR = _words("""
    ax ay az gx gy gz mx my mz qw qx qy qz rssi spo2 bpm hr vbat ibi lux humidity celsius
    fahrenheit checksum crc confidence fsr flex inclin inclinometer mouse joint velocity step
    speed distance kraft fuerza forza luft hz rpm dt latency ping
    acc accel accelerometer accx accy accz gyro gyroscope gyr mag magnetometer imu quat
    quaternion orientation roll pitch yaw pressure ppg gsr eda respiration resp goniometer
    force torque angle glove temp temperature battery other beschleunigung
""")
_DIGITAL = re.compile(r"(di|do|i|o|in|out|io|digital|dig|button|knopf)\d*", re.ASCII)
_CHANNEL = _words("""
    ch chan channel channels kanal kanale canal canale kanaal canaux sensor adc electrode
    elektrode electrodo electrode biceps bizeps triceps trizeps deltoid deltoideus forearm
    flexor extensor brachioradialis brachii brachialis carpi ulnaris radialis digitorum
    trapezius pectoralis quadriceps vastus medialis lateralis rectus femoris hamstring
    gastrocnemius soleus tibialis gluteus semitendinosus thenar pronator supinator palmaris
    masseter frontalis zygomaticus envelope muscle muskel musculo unterarm unterarmstrecker
    通道 канал 채널
""")
_EMG = _words("""
    emg semg exg myo
""")
_MAYBE_CHANNEL = _words("""
    analog ecg eeg eog
""")
_FILTERED = _words("""
    filtered filt filter bandpass highpass lowpass notch notched env envelope rms smoothed
    smooth rectified rect mav iemg processed clean cleaned gefiltert geglattet hullkurve
    filtrado filtre filtrato norm normalized normalised scaled
""")
_TIME_UNIT_WORDS = {
    "s": "s", "sec": "s", "secs": "s", "second": "s", "seconds": "s", "sekunden": "s",
    "segundos": "s", "secondes": "s", "ms": "ms", "msec": "ms", "millis": "ms",
    "millisecond": "ms", "milliseconds": "ms", "millisekunden": "ms", "us": "us", "usec": "us",
    "µs": "us", "μs": "us", "micros": "us", "microsecond": "us", "microseconds": "us",
    "ns": "ns", "nanos": "ns", "nanoseconds": "ns", "min": "min", "minutes": "min", "h": "h",
    "unix": "unix", "epoch": "unix",
}  # fmt: skip
_UNIT_AT_END = re.compile(r"[_\s](?:[munµμkp]?v|volts?|counts?|raw)\s*$", re.IGNORECASE)
_UNIT = re.compile(
    r"([munµμkp]?v|volts?|counts?|adu|lsb|bits?|raw|a\.?u\.?|n/?a|%|°|deg|deg/s|g|m/s\^?2|m/s²|"
    r"[munµμ]?t|n|nm|mm|[munµμn]?s|secs?|min|h|k?hz|#|-|hh:mm:ss.*|[0-9.]+\s*k?hz)",
    re.IGNORECASE,
)


def meaning_of_name(name: str, unit: str = "") -> NameMeaning:
    """Return the meaning of a column's name; ``unit`` is one that stands elsewhere, if any.

    >>> meaning_of_name("Zeit [s]"), meaning_of_name("Sample Index").hint.name
    (NameMeaning(hint=<NameHint.TIME: 'a clock'>, unit='s', is_filtered=False), 'COUNTER')
    """
    in_brackets = _BRACKETS.findall(name)
    words = words_of(_BRACKETS.sub(" ", name))
    joined = "".join(words)
    stated = unit or (in_brackets[-1].strip() if in_brackets else "")
    if not words:
        words, joined = words_of(name), name.strip().lower()
    hint = _hint(words, joined)
    if hint is NameHint.TIME and stated.lower() in {"sample", "samples", "frames", "points"}:
        return NameMeaning(NameHint.COUNTER)
    if hint is NameHint.TIME:
        return NameMeaning(hint, _time_unit(words, stated))
    is_filtered = len(words) > 1 and bool(_FILTERED.intersection(words))
    return NameMeaning(hint, stated if is_unit(stated) else "", is_filtered)


def _hint(words: list[str], joined: str) -> NameHint:
    letters = [word for word in words if not word.isdigit()]
    if len(letters) == 1 and letters[0] in _TIME_ALONE and len(words) == 1:
        return NameHint.TIME
    found = {
        hint
        for hint, known in (
            (NameHint.TIME, _TIME),
            (NameHint.LABEL, _LABEL),
            (NameHint.REPETITION, _REPETITION),
            (NameHint.MARKER, _MARKER),
            (NameHint.DESCRIPTION, _DESCRIPTION),
            (NameHint.OTHER_SENSOR, _OTHER_SENSOR),
            (NameHint.COUNTER, _COUNTER),
            (NameHint.EMG, _EMG),
            (NameHint.CHANNEL, _CHANNEL),
            (NameHint.MAYBE_CHANNEL, _MAYBE_CHANNEL),
        )
        if known.intersection(letters) or joined in known
    }
    for hint in _STRONGEST_FIRST:
        if hint in found:
            return hint
    if len(words) == 1 and joined in _COUNTER_ALONE:
        return NameHint.COUNTER
    if _DIGITAL.fullmatch(joined):
        return NameHint.DIGITAL
    if re.fullmatch(r"a\d{1,2}", joined):  # the analog pins of a board
        return NameHint.CHANNEL
    return NameHint.NOTHING


_STRONGEST_FIRST = (
    NameHint.TIME,  # "EMG 1 Time Series", "Timestamp Marker"
    NameHint.EMG,  # "EMG activity 2", "EMG grip"
    NameHint.REPETITION,
    NameHint.MARKER,  # "Marker Channel"
    NameHint.LABEL,
    NameHint.OTHER_SENSOR,  # "Accel Channel 0"
    NameHint.MAYBE_CHANNEL,  # "Analog Channel 0", "EEG channel 1"
    NameHint.CHANNEL,  # "Sensor 1 sample", "EMG count"
    NameHint.COUNTER,
    NameHint.DESCRIPTION,
)
"""Order in which a name with words of several roles is read. Examples of exporters decide it."""


def words_of(name: str) -> list[str]:
    """Return the words of a name in lower case, without accents.

    >>> words_of("Sub Frame"), words_of("sampleIndex2"), words_of("Zähler")
    (['sub', 'frame'], ['sample', 'index', '2'], ['zahler'])
    """
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return [word.lower() for word in _SPLIT.split(plain) if word]


def signal_words(name: str) -> frozenset[str]:
    """Return the words of a name but for those of filters and of unfiltered signals.

    >>> signal_words("emg1_filtered") == signal_words("emg1 raw [mV]")
    True
    """
    bare = _UNIT_AT_END.sub("", _BRACKETS.sub(" ", name))
    return frozenset(words_of(bare)) - _FILTERED - {"raw", "signal"}


def is_unit(text: str) -> bool:
    """Return whether a text is a unit: ``mV``, ``(s)``, ``1259.26 Hz``."""
    return _UNIT.fullmatch(text.strip().strip("()[]{}").strip()) is not None


def _time_unit(words: list[str], stated: str) -> str:
    """Return the unit of a clock, a key of `TIME_UNITS`; empty if the name does not tell it."""
    text = stated.strip().lower()
    if text in TIME_UNITS or text in _TIME_UNIT_WORDS:
        return _TIME_UNIT_WORDS.get(text, text)
    found = [
        _TIME_UNIT_WORDS[word] for word in [*words, *words_of(text)] if word in _TIME_UNIT_WORDS
    ]
    if "unix" in found:
        others = [unit for unit in found if f"unix_{unit}" in TIME_UNITS]
        return f"unix_{others[0]}" if others else ""  # its magnitude tells the rest
    return found[-1] if found else ""
