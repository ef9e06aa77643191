"""libsimavr by ctypes: one ATmega328P, with a byte out, a byte in and a voltage a conversion."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from pathlib import Path

__all__ = ["CLOCK_HZ", "Atmega328p"]

CLOCK_HZ = 16_000_000
_VCC_MV = 5000
_FULL_SCALE = 1023  # simavr scales by 1023 where silicon scales by 1024
_RUN_CYCLES = 1600  # 100 us between looks at the world; the default of 1 crawls
_STRUCT_BYTES = 512
_FIRMWARE_BYTES = 1 << 16  # more than any version's elf_firmware_t
_FREQUENCY_AT = 64  # behind char mmcu[64]
_DONE = 6  # cpu_Done, then cpu_Crashed

_UART_INPUT, _UART_OUTPUT = 0, 1
_ADC_TRIGGER = 18
_MUX_SOURCE_SHIFT = 19

_Notify = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_void_p)


def _ioctl(name: str) -> int:
    return int.from_bytes(name.encode("ascii"), "big")


class Atmega328p:
    """A simulated microcontroller. One thread makes it, runs it and closes it.

    Parameters
    ----------
    elf
        The program.
    on_byte
        Called with every byte the UART has sent.
    convert
        Called with the number of the analog pin at every conversion; gives 0 to 1023.
    """

    def __init__(
        self, elf: Path, on_byte: Callable[[int], None], convert: Callable[[int], int]
    ) -> None:
        self._on_byte, self._convert = on_byte, convert
        self._library = _library()
        self._avr = self._library.avr_make_mcu_by_name(b"atmega328p")
        self._library.avr_init(self._avr)
        self._load(elf)
        fields = _find_fields(self._avr)
        self._cycle = ctypes.c_uint64.from_address(fields)
        self._run_cycles = ctypes.c_uint64.from_address(fields + 16)
        self._run_cycles.value = _RUN_CYCLES
        # kept alive here: the library holds no reference that Python would know of
        self._callbacks = [_Notify(self._byte_sent), _Notify(self._conversion_began)]
        self._connect("uar0", _UART_OUTPUT, self._callbacks[0])
        self._connect("adc ", _ADC_TRIGGER, self._callbacks[1])
        self._pins = [self._irq("adc ", pin) for pin in range(8)]
        self._receiver = self._irq("uar0", _UART_INPUT)
        self._quiet()

    @property
    def cycle(self) -> int:
        """Clock cycles since the program was loaded; a reset does not turn it back."""
        return self._cycle.value

    def run_until(self, cycle: int) -> None:
        """Run up to a cycle, give or take 100 us; raises RuntimeError where the program crashed."""
        run, avr = self._library.avr_run, self._avr
        while self._cycle.value < cycle:
            if run(avr) >= _DONE:
                raise RuntimeError(f"the program crashed at cycle {self.cycle}")

    def receive(self, value: int) -> None:
        """Put a byte on the UART's receiving line."""
        self._library.avr_raise_irq(self._receiver, value)

    def reset(self) -> None:
        """Pull the reset line."""
        self._library.avr_reset(self._avr)
        self._run_cycles.value = _RUN_CYCLES  # a reset sets it back to crawling
        self._quiet()

    def close(self) -> None:
        """Give the memory back."""
        self._library.avr_terminate(self._avr)

    def _load(self, elf: Path) -> None:
        firmware = ctypes.create_string_buffer(_FIRMWARE_BYTES)
        if self._library.elf_read_firmware(str(elf).encode(), firmware):
            raise RuntimeError(f"simavr cannot read {elf}")
        numbers = (ctypes.c_uint32 * 4)(CLOCK_HZ, _VCC_MV, _VCC_MV, _VCC_MV)
        ctypes.memmove(ctypes.addressof(firmware) + _FREQUENCY_AT, numbers, 16)
        self._library.avr_load_firmware(self._avr, firmware)

    def _irq(self, module: str, index: int) -> int:
        irq = self._library.avr_io_getirq(self._avr, _ioctl(module), index)
        if not irq:
            raise RuntimeError(f"simavr has no interrupt {index} of {module!r}")
        return int(irq)

    def _connect(self, module: str, index: int, callback: object) -> None:
        self._library.avr_irq_register_notify(self._irq(module, index), callback, None)

    def _quiet(self) -> None:
        # no copy of the UART on our own standard output, no nap while it is polled
        flags = ctypes.c_uint32(0)
        self._library.avr_ioctl(self._avr, _ioctl("uas0"), ctypes.byref(flags))

    def _byte_sent(self, _irq: int, value: int, _parameter: int) -> None:
        self._on_byte(value & 0xFF)

    def _conversion_began(self, _irq: int, mux: int, _parameter: int) -> None:
        pin = mux >> _MUX_SOURCE_SHIFT
        counts = self._convert(pin)
        millivolts = -(-counts * _VCC_MV // _FULL_SCALE)  # rounded up: the division gives it back
        self._library.avr_raise_irq(self._pins[pin], millivolts)


def _library() -> ctypes.CDLL:
    library = ctypes.CDLL("libsimavr.so.2")
    pointer, number = ctypes.c_void_p, ctypes.c_uint32
    library.avr_make_mcu_by_name.restype = pointer
    library.avr_io_getirq.restype = pointer
    library.avr_io_getirq.argtypes = [pointer, number, ctypes.c_int]
    library.avr_irq_register_notify.argtypes = [pointer, _Notify, pointer]
    library.avr_raise_irq.argtypes = [pointer, number]
    library.avr_raise_irq.restype = None
    library.avr_ioctl.argtypes = [pointer, number, pointer]
    library.elf_read_firmware.argtypes = [ctypes.c_char_p, pointer]
    library.avr_load_firmware.argtypes = [pointer, pointer]
    for name in ("avr_init", "avr_run", "avr_reset", "avr_terminate"):
        getattr(library, name).argtypes = [pointer]
    return library


def _find_fields(avr: int) -> int:
    """Return the address of ``cycle``; the count and the limit of cycles a run are behind it.

    They follow frequency and voltages, whose values are known; where those are differs by version.
    """
    content = ctypes.string_at(avr, _STRUCT_BYTES)
    known = b"".join(v.to_bytes(4, "little") for v in (CLOCK_HZ, _VCC_MV, _VCC_MV, _VCC_MV))
    at = content.find(known)
    if at < 0:
        raise RuntimeError("this version of simavr keeps its clock where we do not find it")
    return avr + (at + len(known) + 7) // 8 * 8
