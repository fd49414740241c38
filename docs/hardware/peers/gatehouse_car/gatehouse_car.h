// Gatehouse's serial link, the car's side: reference peer in C++11 without a heap, for Arduino-class
// boards. ../../serial-link.md describes the messages; the gate's tests compile this file and run it.

#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

namespace gatehouse {

enum Level : uint8_t { ENABLE = 1, LIGHTS = 2, HORN = 4, ALL_LEVELS = 7 };

const uint8_t MAJOR = 1, MINOR = 0;
const uint16_t DEAD_MAN_MOST_MS = 2000;  // whatever heartbeat the gate announces
const size_t LONGEST = 96;               // bytes of a frame; what is longer is none of ours

inline uint16_t crc16(const uint8_t* data, size_t size) {  // CRC-16/GENIBUS
  uint16_t crc = 0xFFFF;
  for (size_t i = 0; i < size; i++) {
    crc ^= uint16_t(data[i]) << 8;
    for (int bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1;
  }
  return crc ^ 0xFFFF;
}

// What the peer needs of its board.
class Board {
 public:
  virtual void drive(uint8_t levels) = 0;
  virtual void send(const uint8_t* data, size_t size) = 0;
  virtual uint16_t random16() = 0;  // new after each start: sessions must not repeat
};

class CarPeer {
 public:
  CarPeer(Board& board, const char* firmware, uint8_t able = ALL_LEVELS)
      : board_(board), firmware_(firmware), able_(able) {}

  uint8_t levels() const { return levels_; }

  // Call at every turn of the loop, also while nothing comes: this is the dead man's handle.
  void poll(uint32_t now_ms) {
    if (in_session_ && now_ms - heard_ms_ > dead_man_ms_) release();
  }

  void receive(uint8_t byte, uint32_t now_ms) {
    poll(now_ms);
    if (byte != 0) {
      if (size_ < LONGEST) frame_[size_] = byte;
      if (size_ <= LONGEST) size_++;
      return;
    }
    if (size_ <= LONGEST) finish(now_ms);
    size_ = 0;
  }

 private:
  enum Kind : uint8_t { HELLO = 1, SET = 2, ACK = 3, WELCOME = 4 };
  static const size_t HEAD = 5;

  void release() {
    in_session_ = false;
    apply(0);
  }

  void apply(uint8_t levels) {
    if (levels != levels_) board_.drive(levels);
    levels_ = levels;
  }

  void finish(uint32_t now_ms) {
    uint8_t data[LONGEST];
    size_t size = cobs_decode(data);
    if (size < HEAD + 2) return;
    size -= 2;
    if (crc16(data, size) != word(data + size)) return;
    if (data[0] == HELLO && size >= HEAD + 4) greet(data, now_ms);
    if (data[0] == SET && size == HEAD + 1 && data[HEAD] <= ALL_LEVELS) obey(data, now_ms);
  }

  void greet(const uint8_t* data, uint32_t now_ms) {
    uint16_t tag = word(data + 1), number = word(data + 3);
    if (greeted_ && tag == tag_ && !newer(number, greeting_)) return;  // doubled on its way
    greeted_ = true, tag_ = tag, greeting_ = number;
    release();
    session_ = uint16_t(session_ + 1 + (board_.random16() & 0x7FFF));
    uint32_t asked_ms = 3ul * word(data + HEAD + 2);
    dead_man_ms_ = asked_ms < DEAD_MAN_MOST_MS ? uint16_t(asked_ms) : DEAD_MAN_MOST_MS;
    if (data[HEAD] == MAJOR) in_session_ = true, newest_ = number, heard_ms_ = now_ms;
    welcome(tag, number);
  }

  void welcome(uint16_t tag, uint16_t number) {
    uint8_t answer[LONGEST] = {WELCOME};
    put(answer + 1, tag), put(answer + 3, number);
    answer[5] = MAJOR, answer[6] = MINOR, answer[9] = able_;
    put(answer + 7, session_), put(answer + 10, dead_man_ms_);
    size_t length = strlen(firmware_) < 64 ? strlen(firmware_) : 64;
    memcpy(answer + 12, firmware_, length);
    send(answer, 12 + length);
  }

  void obey(const uint8_t* data, uint32_t now_ms) {
    uint16_t number = word(data + 3);
    if (!in_session_ || word(data + 1) != session_ || !newer(number, newest_)) return;
    newest_ = number, heard_ms_ = now_ms;
    apply(data[HEAD] & able_);
    uint8_t answer[HEAD + 3] = {ACK};
    put(answer + 1, session_), put(answer + 3, number);
    answer[HEAD] = levels_;
    send(answer, HEAD + 1);
  }

  // `data` has room for the CRC behind its `size` bytes.
  void send(uint8_t* data, size_t size) {
    put(data + size, crc16(data, size));
    size += 2;
    uint8_t frame[LONGEST + 2];
    size_t code = 0, at = 1;
    for (size_t i = 0; i < size; i++) {
      if (data[i] != 0) {
        frame[at++] = data[i];
        continue;
      }
      frame[code] = uint8_t(at - code);
      code = at++;
    }
    frame[code] = uint8_t(at - code);
    frame[at++] = 0;
    board_.send(frame, at);
  }

  size_t cobs_decode(uint8_t* data) const {  // 0: not COBS
    size_t size = 0, at = 0;
    while (at < size_) {
      size_t end = at + frame_[at];
      if (end > size_) return 0;
      for (at++; at < end;) data[size++] = frame_[at++];
      if (at < size_) data[size++] = 0;
    }
    return size;
  }

  static bool newer(uint16_t number, uint16_t than) {
    uint16_t ahead = uint16_t(number - than);
    return 0 < ahead && ahead < 0x8000;
  }
  static uint16_t word(const uint8_t* at) { return uint16_t(at[0] << 8 | at[1]); }
  static void put(uint8_t* at, uint16_t value) { at[0] = value >> 8, at[1] = value & 0xFF; }

  Board& board_;
  const char* firmware_;
  uint8_t able_, levels_ = 0;
  bool greeted_ = false, in_session_ = false;
  uint16_t tag_ = 0, greeting_ = 0, session_ = 0, newest_ = 0, dead_man_ms_ = 0;
  uint32_t heard_ms_ = 0;
  uint8_t frame_[LONGEST];
  size_t size_ = 0;
};

}  // namespace gatehouse
