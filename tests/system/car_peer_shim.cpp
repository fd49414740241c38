// Runs the Arduino reference peer on a computer: `car_peer_shim TTY` prints "milliseconds levels" at
// each change, by the monotonic clock.

#include "gatehouse_car.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static uint32_t now_ms() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return uint32_t(now.tv_sec * 1000ull + now.tv_nsec / 1000000);
}

class Desk : public gatehouse::Board {
 public:
  explicit Desk(int fd) : fd_(fd) { srand(now_ms()); }
  void drive(uint8_t levels) override {
    printf("%u %u\n", now_ms(), levels);
    fflush(stdout);
  }
  void send(const uint8_t* data, size_t size) override {
    if (write(fd_, data, size) < 0) perror("write");
  }
  uint16_t random16() override { return uint16_t(rand()); }

 private:
  int fd_;
};

int main(int, char** arguments) {
  int fd = open(arguments[1], O_RDWR | O_NOCTTY);
  termios settings;
  tcgetattr(fd, &settings);
  cfmakeraw(&settings);
  tcsetattr(fd, TCSANOW, &settings);
  Desk desk(fd);
  gatehouse::CarPeer peer(desk, "shim 1.0");
  puts("ready"), fflush(stdout);
  for (;;) {
    pollfd ready = {fd, POLLIN, 0};
    poll(&ready, 1, 5);
    if (ready.revents & POLLHUP) usleep(5000);
    uint8_t bytes[256];
    ssize_t size = ready.revents & POLLIN ? read(fd, bytes, sizeof bytes) : 0;
    for (ssize_t i = 0; i < size; i++) peer.receive(bytes[i], now_ms());
    peer.poll(now_ms());
  }
}
