/*
 * emg_board: samples muscle signals at an exact rate and sends them counted, timed and checked.
 *
 * SAFETY FIRST. A person is attached to these electrodes. Run the board and the laptop on battery:
 * no charger, no mains-powered screen, no mains-powered USB hub, no bench instrument on the same
 * circuit. Not a medical device; not for use near the heart or head, with a pacemaker or another
 * implant, or with electrical stimulation.
 *
 * Wiring, per muscle sensor: signal to the analog pin below, supply to 5V (3V3 on a 3.3 V board),
 * ground to GND, reference electrode on bone (elbow, wrist). See README.md beside this file.
 *
 * On an ATmega328P (Uno R3, Nano, Pro Mini 5 V) timer 1 sets the sampling instant and interrupts
 * read the converter. Any other board paces itself with micros().
 *
 * Talk to it from a serial monitor at EMG_BAUD, line ending "newline":
 *   identify   stop   start [first counter]   rate HZ   text   binary   status
 * After a reset it names itself once and is silent until told to start. Protocol 1.
 */

#include <Arduino.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

// ---- what you may want to change ----------------------------------------------------------------

#define CHANNEL_NAMES "biceps,triceps,middle"  // one name a pin, no spaces

#ifndef EMG_BAUD
#define EMG_BAUD 500000UL  // exact on a 16 MHz clock; 115200 where a bridge cannot, for 698 Hz at most
#endif

#if defined(CONFIG_IDF_TARGET_ESP32)
static const uint8_t PINS[] = {36, 39, 34};  // inputs of ADC1: ADC2 stops working with Wi-Fi on
#else
static const uint8_t PINS[] = {A0, A1, A2};
#endif

// ---- what follows from the board ----------------------------------------------------------------

#if defined(__AVR_ATmega328P__) && !defined(EMG_PORTABLE)
#define EMG_TIMER 1
#include <util/atomic.h>
#define LOCKED ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
#else
#define EMG_TIMER 0
#define LOCKED
#endif

#if defined(__AVR_ATmega328P__)
#define BOARD "uno"
#elif defined(ARDUINO_ARCH_ESP32)
#define BOARD "esp32"
#elif defined(ARDUINO_ARCH_RP2040) || defined(ARDUINO_ARCH_MBED)
#define BOARD "rp2040"
#elif defined(ARDUINO_ARCH_RENESAS)
#define BOARD "uno-r4"
#elif defined(ARDUINO_ARCH_MEGAAVR)
#define BOARD "nano-every"
#else
#define BOARD "arduino"
#endif

#if defined(ARDUINO_ARCH_AVR) || defined(ARDUINO_ARCH_MEGAAVR) || defined(__AVR__)
#define BITS 10
#else
#define BITS 12
#endif

#if defined(ARDUINO_ARCH_RENESAS) || BITS == 10
#define REFERENCE_MV 5000
#else
#define REFERENCE_MV 3300
#endif

#define FIRMWARE "1.0.0"
#define N_CHANNELS ((uint8_t)(sizeof(PINS) / sizeof(PINS[0])))
#define FRAME_BYTES (10 + 2 * N_CHANNELS)
#define LINE_BYTES (5 * N_CHANNELS + 1)  // four digits and a comma each, CR and LF at the end
#define LONGEST_BYTES (FRAME_BYTES > LINE_BYTES ? FRAME_BYTES : LINE_BYTES)
#define MIN_RATE_HZ 50UL
#define MAX_RATE_HZ 2000UL
#define DEFAULT_RATE_HZ 1000UL
#define LONGEST_COMMAND 32
#define QUEUE_LENGTH 32  // a power of two; 32 ms at 1 kHz for the line to catch up

// What of the above would make a stream that nobody can read, told by the compiler. In a struct,
// since the Arduino IDE declares every free function in front of the first, types known or not.
struct Names {
  static constexpr uint8_t count(const char *text) {
    return *text ? (*text == ',') + count(text + 1) : 1;
  }
  static constexpr bool fits_a_reply(char value) {
    return value > ' ' && value < 127 && value != '#' && value != '*';
  }
  static constexpr bool all_fit(const char *text) {
    return !*text || (fits_a_reply(*text) && all_fit(text + 1));
  }
};
static_assert(Names::count(CHANNEL_NAMES) == N_CHANNELS, "CHANNEL_NAMES needs one name a pin");
static_assert(Names::all_fit(CHANNEL_NAMES), "CHANNEL_NAMES has a space, a # or a * in it");
static_assert(N_CHANNELS <= 11, "a frame holds 11 channels at most");

// ---- one sampling instant, and the queue from sampling to sending ---------------------------------

struct Instant {
  uint16_t counter;
  uint32_t micros;
  uint16_t samples[N_CHANNELS];
};

// keeps the compiler from moving the copy of an instant past the step of the queue's end
#define ORDERED __asm__ volatile("" ::: "memory")

static Instant queue[QUEUE_LENGTH];
static volatile uint8_t queue_head = 0;  // written by sampling only
static volatile uint8_t queue_tail = 0;  // written by sending only

static Instant current;  // the instant being sampled
static volatile uint16_t next_counter = 0;
static volatile uint32_t n_instants = 0, n_queue_full = 0, n_late = 0;
static uint32_t n_sent = 0;
static bool streaming = false, as_text = false;
static bool tells_room = false;  // some USB ports never say how much they can take
static uint32_t rate_millihertz = 0;
static uint16_t rate_hz = DEFAULT_RATE_HZ;

// Counts an instant that begins now, sampled or not.
static void begin_instant() {
  current.micros = micros();
  current.counter = next_counter++;
  n_instants++;
}

// Puts the finished instant into the queue, or drops it as a whole.
static void end_instant() {
  const uint8_t next = (queue_head + 1) & (QUEUE_LENGTH - 1);
  if (next == queue_tail) {
    n_queue_full++;
    return;
  }
  queue[queue_head] = current;
  ORDERED;
  queue_head = next;
}

// ---- sampling -------------------------------------------------------------------------------------

#if EMG_TIMER

static volatile uint8_t channel = 0;
static volatile bool converting = false;

static void select_channel(uint8_t number) {
  ADMUX = _BV(REFS0) | ((PINS[number] - A0) & 0x07);
}

ISR(TIMER1_COMPA_vect) {
  if (converting) {
    next_counter++;
    n_instants++;
    n_late++;
    return;
  }
  begin_instant();
  converting = true;
  ADCSRA |= _BV(ADSC);
}

ISR(ADC_vect) {
  current.samples[channel] = ADC;  // before the multiplexer moves on
  if (++channel < N_CHANNELS) {
    select_channel(channel);
    ADCSRA |= _BV(ADSC);
    return;
  }
  channel = 0;
  select_channel(0);
  converting = false;
  end_instant();
}

static void sampling_setup() {
  ADCSRA = _BV(ADEN) | _BV(ADIE) | _BV(ADPS2) | _BV(ADPS1) | _BV(ADPS0);  // 125 kHz, 104 us each
  DIDR0 = 0x07;
  select_channel(0);
  TCCR1A = 0;
  TCCR1B = 0;
}

static void sampling_rate(uint16_t hz) {
  const uint32_t ticks = (F_CPU / 8 + hz / 2) / hz;
  OCR1A = ticks - 1;
  rate_millihertz = F_CPU / 8 * 1000UL / ticks;
}

static void sampling_start() {
  TCNT1 = 0;
  TIFR1 = _BV(OCF1A);
  TIMSK1 = _BV(OCIE1A);
  TCCR1B = _BV(WGM12) | _BV(CS11);
}

static void sampling_stop() {
  TIMSK1 = 0;
  TCCR1B = 0;
  while (converting) {
  }
}

static void sampling_poll() {}

#else

static uint32_t next_us = 0;       // when the next instant is due
static uint32_t remainder_us = 0;  // what is left of a period that is no whole number, times rate

static void sampling_setup() {
#if BITS > 10
  analogReadResolution(BITS);
#endif
}

static void sampling_rate(uint16_t hz) {
  rate_millihertz = hz * 1000UL;
}

static void sampling_start() {
  next_us = micros();
  remainder_us = 0;
}

static void sampling_stop() {}

static void advance_period() {
  next_us += 1000000UL / rate_hz;
  remainder_us += 1000000UL % rate_hz;
  if (remainder_us >= rate_hz) {
    remainder_us -= rate_hz;
    next_us++;
  }
}

static void sampling_poll() {
  if (!streaming || (int32_t)(micros() - next_us) < 0) {
    return;
  }
  advance_period();
  while ((int32_t)(micros() - next_us) >= 0) {  // instants that went by unsampled keep their number
    advance_period();
    next_counter++;
    n_instants++;
    n_late++;
  }
  begin_instant();
  for (uint8_t i = 0; i < N_CHANNELS; i++) {
    current.samples[i] = analogRead(PINS[i]);
  }
  end_instant();
}

#endif

// ---- replies: #KIND NAME=VALUE ...*CRC ------------------------------------------------------------

static uint16_t crc_add(uint16_t crc, uint8_t value) {
  crc ^= (uint16_t)value << 8;
  for (uint8_t bit = 0; bit < 8; bit++) {
    crc = (crc & 0x8000) ? (crc << 1) ^ 0x1021 : crc << 1;
  }
  return crc;
}

class Reply : public Print {
 public:
  explicit Reply(const __FlashStringHelper *kind) {
    if (!as_text) {
      Serial.write((uint8_t)0);
    }
    Serial.write('#');
    print(kind);
  }

  ~Reply() {
    Serial.write('*');
    for (int8_t shift = 12; shift >= 0; shift -= 4) {
      Serial.write("0123456789ABCDEF"[(crc >> shift) & 15]);
    }
    Serial.print(F("\r\n"));
    if (!as_text) {
      Serial.write((uint8_t)0);
    }
  }

  size_t write(uint8_t value) override {
    crc = crc_add(crc, value);
    return Serial.write(value);
  }

  using Print::write;

  void add(const __FlashStringHelper *name, uint32_t value) {
    print(name);
    print(value);
  }

  void add_rate() {
    print(F(" rate="));
    print(rate_millihertz / 1000);
    print('.');
    const uint16_t thousandths = rate_millihertz % 1000;
    print(thousandths / 100);
    print(thousandths / 10 % 10);
    print(thousandths % 10);
  }

  void add_mode() {
    print(F(" mode="));
    print(as_text ? F("text") : F("binary"));
  }

 private:
  uint16_t crc = 0xFFFF;
};

static void reply_identity() {
  Reply reply(F("id proto=1 board=" BOARD " fw=" FIRMWARE " names=" CHANNEL_NAMES));
  reply.add_rate();
  reply.add(F(" bits="), BITS);
  reply.add(F(" vref_mv="), REFERENCE_MV);
  reply.add(F(" baud="), EMG_BAUD);
  reply.add_mode();
  reply.add(F(" on="), streaming);
}

static void reply_status() {
  uint32_t counts[3];
  LOCKED {
    counts[0] = n_instants;
    counts[1] = n_queue_full;
    counts[2] = n_late;
  }
  Reply reply(F("status"));
  reply.add(F(" instants="), counts[0]);
  reply.add(F(" sent="), n_sent);
  reply.add(F(" queue_full="), counts[1]);
  reply.add(F(" late="), counts[2]);
}

// ---- sending: whole frames, only when the port takes them without waiting ------------------------

// Replaces zeros by the distance to the next one (COBS); returns the frame's length.
static uint8_t stuff(const uint8_t *raw, uint8_t length, uint8_t *out) {
  uint8_t code_at = 0;
  for (uint8_t i = 0; i < length; i++) {
    out[i + 1] = raw[i];
    if (raw[i] == 0) {
      out[code_at] = i + 1 - code_at;
      code_at = i + 1;
    }
  }
  out[code_at] = length + 1 - code_at;
  out[length + 1] = 0;
  return length + 2;
}

static uint8_t frame_of(const Instant &instant, uint8_t *out) {
  uint8_t raw[FRAME_BYTES - 2], *end = raw;
  *end++ = instant.counter;
  *end++ = instant.counter >> 8;
  for (uint8_t shift = 0; shift < 32; shift += 8) {
    *end++ = instant.micros >> shift;
  }
  for (uint8_t i = 0; i < N_CHANNELS; i++) {
    *end++ = instant.samples[i];
    *end++ = instant.samples[i] >> 8;
  }
  uint16_t crc = 0xFFFF;
  for (const uint8_t *byte = raw; byte < end; byte++) {
    crc = crc_add(crc, *byte);
  }
  *end++ = crc;
  *end++ = crc >> 8;
  return stuff(raw, end - raw, out);
}

static uint8_t line_of(const Instant &instant, uint8_t *out) {
  uint8_t *end = out;
  for (uint8_t i = 0; i < N_CHANNELS; i++) {
    utoa(instant.samples[i], (char *)end, 10);
    end += strlen((char *)end);
    *end++ = i + 1 < N_CHANNELS ? ',' : '\r';
  }
  *end++ = '\n';
  return end - out;
}

static void send_one() {
  if (queue_tail == queue_head) {
    return;
  }
  uint8_t bytes[LONGEST_BYTES];
  const int room = Serial.availableForWrite();
  tells_room = tells_room || room > 0;
  if (tells_room && room < (int)sizeof(bytes)) {
    return;
  }
  ORDERED;
  const Instant &instant = queue[queue_tail];
  Serial.write(bytes, as_text ? line_of(instant, bytes) : frame_of(instant, bytes));
  ORDERED;
  queue_tail = (queue_tail + 1) & (QUEUE_LENGTH - 1);
  n_sent++;
}

// ---- commands -------------------------------------------------------------------------------------

static void stop() {
  if (streaming) {
    sampling_stop();
    streaming = false;
  }
  const uint32_t since = millis();
  while (queue_tail != queue_head && millis() - since < 100) {  // what was sampled is sent
    send_one();
  }
  n_queue_full += (queue_head - queue_tail) & (QUEUE_LENGTH - 1);  // unless the host takes none
  queue_tail = queue_head;
}

static void start(uint16_t first_counter) {
  stop();
  next_counter = first_counter;
  n_instants = n_queue_full = n_late = n_sent = 0;
  {
    Reply reply(F("start"));
    reply.add(F(" counter="), first_counter);
    reply.add_rate();
    reply.add_mode();
  }
  streaming = true;
  sampling_start();
}

static uint16_t allowed_rate(uint16_t asked) {
  const uint32_t carried = EMG_BAUD * 97 / 1000 / FRAME_BYTES;
  const uint32_t most = carried < MAX_RATE_HZ ? carried : MAX_RATE_HZ;
  return asked > most ? most : asked < MIN_RATE_HZ ? MIN_RATE_HZ : asked;
}

static void set_rate(uint16_t asked) {
  const bool was_streaming = streaming;
  stop();
  rate_hz = allowed_rate(asked);
  sampling_rate(rate_hz);
  {
    Reply reply(F("rate"));
    reply.add(F(" asked="), asked);
    reply.add_rate();
  }
  if (was_streaming) {
    start(next_counter);
  }
}

static void set_mode(bool text) {
  const bool was_streaming = streaming;
  stop();
  as_text = text;
  if (text || was_streaming) {
    start(next_counter);
  } else {
    Reply reply(F("mode"));
    reply.add_mode();
  }
}

static void reply_error() {
  Reply reply(F("error expected=identify,start,stop,rate,text,binary,status"));
}

// Reads a number of 1 to 5 digits up to 65535; returns -1 where it is none.
static int32_t number_of(const char *word) {
  int32_t value = 0;
  for (const char *digit = word; *digit; digit++) {
    if (*digit < '0' || *digit > '9' || value > 6553) {
      return -1;
    }
    value = value * 10 + (*digit - '0');
  }
  return *word && value <= 65535 ? value : -1;
}

static void obey_with_number(const char *verb, int32_t number) {
  if (number < 0) {
    reply_error();
  } else if (!strcmp(verb, "start")) {
    start(number);
  } else if (!strcmp(verb, "rate")) {
    set_rate(number);
  } else {
    reply_error();
  }
}

static void obey(char *line) {
  const char *verb = strtok(line, " \t");
  const char *word = strtok(NULL, " \t");
  if (!verb) {
    return;
  }
  if (word) {
    obey_with_number(verb, strtok(NULL, " \t") ? -1 : number_of(word));
  } else if (!strcmp(verb, "identify")) {
    reply_identity();
  } else if (!strcmp(verb, "start")) {
    start(0);
  } else if (!strcmp(verb, "stop")) {
    stop();
    Reply reply(F("stop"));
  } else if (!strcmp(verb, "text")) {
    set_mode(true);
  } else if (!strcmp(verb, "binary")) {
    set_mode(false);
  } else if (!strcmp(verb, "status")) {
    reply_status();
  } else {
    reply_error();
  }
}

static void read_commands() {
  static char line[LONGEST_COMMAND + 1];
  static uint8_t length = 0;
  while (Serial.available() > 0) {
    const char value = Serial.read();
    if (value != '\n' && value != '\r') {
      if (length <= LONGEST_COMMAND) {
        line[length++] = tolower((uint8_t)value);
      }
      continue;
    }
    const bool fits = length <= LONGEST_COMMAND;
    line[fits ? length : 0] = 0;
    length = 0;
    if (fits) {
      obey(line);
    } else {
      reply_error();
    }
  }
}

// ---------------------------------------------------------------------------------------------------

void setup() {
  Serial.begin(EMG_BAUD);
  sampling_setup();
  rate_hz = allowed_rate(DEFAULT_RATE_HZ);
  sampling_rate(rate_hz);
  reply_identity();
}

void loop() {
  sampling_poll();
  send_one();
  read_commands();
}
