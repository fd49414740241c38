#include "shim.h"
#include "pictures.cu"
// Runs `body` for every thread of a grid of blocks.
template <typename Body> static void each(const unsigned* grid, const unsigned* block, Body body) {
    gridDim = {grid[0], grid[1], grid[2]};
    blockDim = {block[0], block[1], 1};
    for (unsigned z = 0; z < grid[2]; ++z)
        for (unsigned y = 0; y < grid[1]; ++y)
            for (unsigned x = 0; x < grid[0]; ++x)
                for (unsigned row = 0; row < block[1]; ++row)
                    for (unsigned column = 0; column < block[0]; ++column) {
                        blockIdx = {x, y, z};
                        threadIdx = {column, row, 0};
                        body();
                    }
}
extern "C" {
void launch_fill(const unsigned* g, const unsigned* b, const Cuts* cuts, const int* w, const int* h, const float* ground) {
    each(g, b, [&] { fill(*cuts, *w, *h, *ground); });
}
void launch_pick(const unsigned* g, const unsigned* b, const word* scores, const word* boxes, const word* out, const int* images, const int* places, const int* kinds, const float* least) {
    each(g, b, [&] { pick(*scores, *boxes, *out, *images, *places, *kinds, *least); });
}
void launch_part(const unsigned* g, const unsigned* b, const Surface* from, const word* out, const int* left, const int* top, const int* w, const int* h) {
    each(g, b, [&] { part(*from, *out, *left, *top, *w, *h); });
}
void launch_fingerprint(const unsigned* g, const unsigned* b, const Surface* from, const word* out) {
    each(g, b, [&] { fingerprint(*from, *out); });
}
int sizes(int which) { return which == 0 ? sizeof(Surface) : which == 1 ? sizeof(Cuts) : sizeof(Candidate); }
}
