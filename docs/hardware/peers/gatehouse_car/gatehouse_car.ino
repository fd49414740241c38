// A car's controller on an Arduino: relays at three pins, the gate at the serial port.
// Fit a pull-down at each relay driver's input: from reset until setup() the pins float.

#include "gatehouse_car.h"

#include <avr/wdt.h>

const uint8_t PINS[] = {4, 5, 6};  // enable, lights, horn
const uint8_t NOISE = A0;          // left open: its noise seeds the sessions

class Relays : public gatehouse::Board {
 public:
  void drive(uint8_t levels) override {
    for (uint8_t i = 0; i < 3; i++) digitalWrite(PINS[i], levels >> i & 1);
  }
  void send(const uint8_t* data, size_t size) override { Serial.write(data, size); }
  uint16_t random16() override { return uint16_t(random(0x10000)); }
};

Relays relays;
gatehouse::CarPeer peer(relays, "gatehouse-car 1.0");

void setup() {
  for (uint8_t pin : PINS) {
    digitalWrite(pin, LOW);
    pinMode(pin, OUTPUT);
  }
  unsigned long seed = micros();
  for (uint8_t i = 0; i < 32; i++) seed = seed * 31 + analogRead(NOISE);
  randomSeed(seed);
  Serial.begin(115200);
  wdt_enable(WDTO_250MS);  // a sketch that hangs resets, and the pins are released
}

void loop() {
  wdt_reset();
  uint32_t now = millis();
  peer.poll(now);
  while (Serial.available()) peer.receive(uint8_t(Serial.read()), now);
}
