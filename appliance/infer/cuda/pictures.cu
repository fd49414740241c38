// Pictures on the GPU: NV12 surfaces to what a net reads, and a net's answer to the few boxes that matter.
//
// NVRTC compiles this for the GPU that is there, a C++ compiler in the tests. It includes nothing.

typedef unsigned char byte;
typedef unsigned long long word;

// One NV12 picture: addresses of luma and chroma, bytes from row to row, and its way to RGB in 0..1:
// (luma - black) * gain, to which red, two shares of green, and blue add what (chroma - 128) tells.
struct Surface {
    word luma, chroma;
    int pitch, width, height, unused;
    float black, gain, red, green_u, green_v, blue;
};

// The part of a surface from (left, top), of which each pixel of the cut covers step_x by step_y pixels, laid
// over the first width x height pixels of the net's input at `out`. Only pixels of low..high, both inclusive,
// are seen. `averages_*` says that a pixel is the mean of all that it covers, else it lies between two.
struct Cut {
    Surface from;
    word out;
    float left, top, step_x, step_y;
    int width, height;
    int low_x, low_y, high_x, high_y;
    int averages_x, averages_y;
};

#define MOST_CUTS 16
struct Cuts { Cut of[MOST_CUTS]; };

// -- sampling --------------------------------------------------------------------------------------------

// Pixels first..last of a row or column, and the weights of the outer two; those between count 1.
struct Span { int first, last; float low, high; };

static __device__ int clamped(int at, int low, int high) { return at < low ? low : at > high ? high : at; }

static __device__ float weight(Span span, int at) {
    return at == span.first ? span.low : at == span.last ? span.high : 1.0f;
}

// All that the stretch from..to covers, the pixels at its ends by their covered share.
static __device__ Span covered(float from, float to, int low, int high) {
    Span span;
    from = fminf(fmaxf(from, (float)low), (float)high);
    to = fminf(fmaxf(to, from + 1e-3f), high + 1.0f);
    span.first = (int)floorf(from);
    span.last = clamped((int)ceilf(to) - 1, span.first, high);
    span.low = fminf(to, span.first + 1.0f) - from;
    span.high = to - span.last;
    return span;
}

// The two pixels beside `at`, the nearer one more; beyond low..high all is as the edge.
static __device__ Span between(float at, int low, int high) {
    Span span;
    at = fminf(fmaxf(at, (float)low), (float)high);
    span.first = (int)floorf(at);
    span.last = clamped(span.first + 1, low, high);
    span.high = at - span.first;
    span.low = span.last == span.first ? 1.0f : 1.0f - span.high;
    return span;
}

static __device__ Span span_of(int at, float start, float step, int low, int high, int averages) {
    return averages ? covered(start + at * step, start + (at + 1) * step, low, high)
                    : between(start + (at + 0.5f) * step - 0.5f, low, high);
}

struct Yuv { float y, u, v; };

// The weighted mean of a block of pixels. Each chroma pixel stands for the four luma pixels that it lies under.
static __device__ Yuv mean(const Surface& from, Span across, Span down) {
    Yuv sum = {0.0f, 0.0f, 0.0f};
    float total = 0.0f;
    for (int y = down.first; y <= down.last; ++y) {
        const byte* luma = (const byte*)from.luma + (size_t)y * from.pitch;
        const byte* chroma = (const byte*)from.chroma + (size_t)(y >> 1) * from.pitch;
        float row = weight(down, y);
        for (int x = across.first; x <= across.last; ++x) {
            float share = row * weight(across, x);
            const byte* pair = chroma + (x & ~1);
            sum.y += share * luma[x];
            sum.u += share * pair[0];
            sum.v += share * pair[1];
            total += share;
        }
    }
    sum.y /= total;
    sum.u /= total;
    sum.v /= total;
    return sum;
}

struct Rgb { float red, green, blue; };

static __device__ float unit(float value) { return fminf(fmaxf(value, 0.0f), 1.0f); }

static __device__ Rgb rgb(const Surface& from, Yuv seen) {
    float light = (seen.y - from.black) * from.gain, u = seen.u - 128.0f, v = seen.v - 128.0f;
    Rgb colour;
    colour.red = unit(light + from.red * v);
    colour.green = unit(light - from.green_u * u - from.green_v * v);
    colour.blue = unit(light + from.blue * u);
    return colour;
}

// -- surfaces to a net's input ---------------------------------------------------------------------------

// One thread a pixel of the input, one layer of the grid a cut; three planes, red first, 0 to 1.
extern "C" __global__ void fill(const __grid_constant__ Cuts cuts, int width, int height, float ground) {
    int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y;
    if (x >= width || y >= height) return;
    const Cut& cut = cuts.of[blockIdx.z];
    Rgb colour = {ground, ground, ground};
    if (x < cut.width && y < cut.height) {
        Span across = span_of(x, cut.left, cut.step_x, cut.low_x, cut.high_x, cut.averages_x);
        Span down = span_of(y, cut.top, cut.step_y, cut.low_y, cut.high_y, cut.averages_y);
        colour = rgb(cut.from, mean(cut.from, across, down));
    }
    float* out = (float*)cut.out + (size_t)y * width + x;
    size_t plane = (size_t)width * height;
    out[0] = colour.red;
    out[plane] = colour.green;
    out[2 * plane] = colour.blue;
}

// -- a net's answer to the boxes that matter -------------------------------------------------------------

// One box of image `image`, its place in the net's answer, and the likeliest of its classes.
struct Candidate { int image, place, kind; float score; float box[4]; };

// Header and candidates; `count` is zero before. There is room for all, in no order.
struct Candidates { int count, unused[7]; Candidate of[1]; };

// One thread a box: `scores` are images x places x kinds, `boxes` images x places x 4.
extern "C" __global__ void pick(word scores, word boxes, word out, int images, int places, int kinds, float least) {
    int at = blockIdx.x * blockDim.x + threadIdx.x;
    if (at >= images * places) return;
    const float* score = (const float*)scores + (size_t)at * kinds;
    int best = 0;
    for (int kind = 1; kind < kinds; ++kind) {
        if (score[kind] > score[best]) best = kind;
    }
    if (!(score[best] >= least)) return;
    Candidates* found = (Candidates*)out;
    Candidate* one = found->of + atomicAdd(&found->count, 1);
    one->image = at / places;
    one->place = at % places;
    one->kind = best;
    one->score = score[best];
    for (int side = 0; side < 4; ++side) one->box[side] = ((const float*)boxes)[(size_t)at * 4 + side];
}

// -- a part of a surface as the host knows pictures ------------------------------------------------------

// One thread a pixel of the width x height part at (left, top); blue first, 0 to 255, rows without padding.
extern "C" __global__ void part(const Surface from, word out, int left, int top, int width, int height) {
    int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y;
    if (x >= width || y >= height) return;
    const byte* luma = (const byte*)from.luma + (size_t)(top + y) * from.pitch + left + x;
    const byte* pair = (const byte*)from.chroma + (size_t)((top + y) >> 1) * from.pitch + ((left + x) & ~1);
    Yuv seen = {(float)luma[0], (float)pair[0], (float)pair[1]};
    Rgb colour = rgb(from, seen);
    byte* pixel = (byte*)out + ((size_t)y * width + x) * 3;
    pixel[0] = (byte)(colour.blue * 255.0f + 0.5f);
    pixel[1] = (byte)(colour.green * 255.0f + 0.5f);
    pixel[2] = (byte)(colour.red * 255.0f + 0.5f);
}

// -- is it the same picture? -----------------------------------------------------------------------------

#define CHUNK 32

// The finaliser of MurmurHash3: every bit of the outcome hangs on every bit of the value.
static __device__ word stirred(word value) {
    value = (value ^ (value >> 33)) * 0xff51afd7ed558ccdull;
    value = (value ^ (value >> 33)) * 0xc4ceb9fe1a85ec53ull;
    return value ^ (value >> 33);
}

// The sum of a hash of each CHUNK bytes of both planes and of where they are: no order of threads changes it.
extern "C" __global__ void fingerprint(const Surface from, word out) {
    int chunks = (from.width + CHUNK - 1) / CHUNK, rows = from.height + from.height / 2;
    word sum = 0;
    int step = gridDim.x * blockDim.x;
    for (int at = blockIdx.x * blockDim.x + threadIdx.x; at < chunks * rows; at += step) {
        int row = at / chunks, left = at % chunks * CHUNK;
        int of_chroma = row >= from.height;
        const byte* plane = (const byte*)(of_chroma ? from.chroma : from.luma);
        const byte* line = plane + (size_t)(row - of_chroma * from.height) * from.pitch;
        int right = left + CHUNK < from.width ? left + CHUNK : from.width;
        word hash = (word)at + 1;
        // FNV-1a's prime.
        for (int x = left; x < right; ++x) hash = (hash ^ line[x]) * 0x100000001b3ull;
        sum += stirred(hash);
    }
    atomicAdd((word*)out, sum);
}
