// A BGR picture into a net's input, step by step as vision/prepare.py has OpenCV do it: sides halved until
// less than half is left to go, then between neighbours; RGB, 0 to 1, planar, on grey.
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

namespace {

constexpr float ground = 114.0f / 255.0f;

struct Room {
    std::vector<uint8_t> bytes;
    int width = 0, height = 0;
};

thread_local Room rooms[2];
thread_local std::vector<uint16_t> sums;
thread_local std::vector<float> blended;
thread_local std::vector<int> lefts;
thread_local std::vector<float> shares;

// Every pixel the mean of four.
void halve(const uint8_t* from, int64_t pitch, int width, int height, Room& to) {
    to.width = width / 2;
    to.height = height / 2;
    sums.resize(std::size_t(width) * 3);
    to.bytes.resize(std::size_t(to.width) * to.height * 3);
    uint16_t* __restrict sum = sums.data();
    for (int y = 0; y < to.height; ++y) {
        const uint8_t* a = from + 2 * y * pitch;
        const uint8_t* b = a + pitch;
        uint8_t* __restrict out = to.bytes.data() + std::size_t(y) * to.width * 3;
        // Apart, since the compiler turns this loop into vectors and the next one only in part.
        for (int i = 0; i < 6 * to.width; ++i) sum[i] = uint16_t(a[i] + b[i] + 1);
        for (int x = 0; x < to.width; ++x)
            for (int c = 0; c < 3; ++c) out[3 * x + c] = uint8_t((sum[6 * x + c] + sum[6 * x + 3 + c]) >> 2);
    }
}

// Where pixel `to` of `count` lies among `size`: the one before it, and how far on to the next.
std::pair<int, float> between(int to, int count, int size) {
    float at = (to + 0.5f) * size / count - 0.5f;
    at = at < 0 ? 0 : (at > size - 1 ? float(size - 1) : at);
    const int first = at < size - 1 ? int(at) : (size > 1 ? size - 2 : 0);
    return {first, at - first};
}

}  // namespace

extern "C" void prepare(const uint8_t* bgr, int64_t pitch, int width, int height, float* blob, int to_width,
                        int to_height, int room_width, int room_height) {
    for (int turn = 0; width >= 2 * to_width && height >= 2 * to_height; turn ^= 1) {
        halve(bgr, pitch, width, height, rooms[turn]);
        bgr = rooms[turn].bytes.data();
        width = rooms[turn].width;
        height = rooms[turn].height;
        pitch = 3 * int64_t(width);
    }
    lefts.resize(to_width);
    shares.resize(to_width);
    for (int x = 0; x < to_width; ++x) std::tie(lefts[x], shares[x]) = between(x, to_width, width);
    blended.resize(std::size_t(width) * 3);
    const int* __restrict left_of = lefts.data();
    const float* __restrict share_of = shares.data();
    float* __restrict row_of = blended.data();
    const std::size_t plane = std::size_t(room_width) * room_height;
    for (int y = 0; y < to_height; ++y) {
        const auto [row, down] = between(y, to_height, height);
        const uint8_t* a = bgr + row * pitch;
        const uint8_t* b = a + (height > 1 ? pitch : 0);
        for (int i = 0; i < 3 * width; ++i) row_of[i] = a[i] + (b[i] - a[i]) * down;
        for (int c = 0; c < 3; ++c) {
            float* __restrict out = blob + (2 - c) * plane + std::size_t(y) * room_width;
            for (int x = 0; x < to_width; ++x) {
                const float left = row_of[3 * left_of[x] + c], right = row_of[3 * left_of[x] + 3 + c];
                out[x] = float(int(left + (right - left) * share_of[x] + 0.5f)) * (1.0f / 255.0f);
            }
            for (int x = to_width; x < room_width; ++x) out[x] = ground;
        }
    }
    for (int c = 0; c < 3; ++c)
        for (std::size_t i = std::size_t(to_height) * room_width; i < plane; ++i) blob[c * plane + i] = ground;
}
