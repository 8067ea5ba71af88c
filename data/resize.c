/*
 * Per axis a list of taps; first along rows into 8.8 fixed point, then along columns.
 *
 * Both passes are written for vectors: along rows a few rows at a time, since an output has few
 * taps and their number varies (a branch that is guessed wrong costs more than the taps); along
 * columns a block of neighbours. Random resized crops are the dearest part of a batch by far.
 */
#include "data/resize.h"

#include "base/arena.h"

#include <assert.h>
#include <string.h>

enum {
    WEIGHT_BITS = 14, /* of the filter's weights */
    BETWEEN_BITS = 8, /* fraction bits between the passes */
    TAPS_SLACK = 4,   /* taps of one output: at most 2*max(in/out, 1) + TAPS_SLACK */
    ROWS = 8,         /* filtered at a time */
    LANES = ROWS * DATA_CHANNELS,
    COLUMNS = 32, /* values of a row filtered at a time */
};

/* Filters of one axis: output o reads in[first[o] + k], k < count[o], weight[offset[o] + k]. */
typedef struct Axis {
    uint32_t *first;
    uint32_t *offset; /* n_out + 1 of them */
    uint16_t *weight;
} Axis;

static size_t axis_n_weights(size_t n_in, size_t n_out)
{
    const size_t larger = n_in > n_out ? n_in : n_out;
    return 2 * larger + TAPS_SLACK * n_out;
}

/* The same carving measures and hands out. */
static void carve(Arena *arena, DataSize in, DataSize out, Axis axes[2], float **wide,
                  uint16_t **between)
{
    const int n_in[2] = {in.width, in.height}, n_out[2] = {out.width, out.height};
    for (int i = 0; i < 2; i++) {
        axes[i].first = arena_alloc(arena, (size_t)n_out[i], sizeof *axes[i].first);
        axes[i].offset = arena_alloc(arena, (size_t)n_out[i] + 1, sizeof *axes[i].offset);
        axes[i].weight = arena_alloc(arena, axis_n_weights((size_t)n_in[i], (size_t)n_out[i]),
                                     sizeof *axes[i].weight);
    }
    *wide = arena_alloc(arena, (size_t)in.width, LANES * sizeof **wide);
    size_t n = 0;
    if (!arena_multiply((size_t)in.height, (size_t)out.width * DATA_CHANNELS, &n))
        arena->failed = true;
    *between = arena_alloc(arena, n, sizeof **between);
}

size_t resize_scratch_bytes(DataSize max_in, DataSize max_out)
{
    Arena arena = arena_measuring();
    Axis axes[2];
    float *wide;
    uint16_t *between;
    carve(&arena, max_in, max_out, axes, &wide, &between);
    return arena.failed ? SIZE_MAX : arena_bytes(&arena);
}

/*
 * In units of 1/(2 n_out) source pixels everything is an integer: the centre of output o lies at
 * (2o+1) n_in, that of input i at (2i+1) n_out, the triangle's half-width is 2 max(n_in, n_out).
 * Weights are differences of the rounded running sum, so they add up to one exactly.
 */
static void axis_init(Axis *axis, int n_in, int n_out)
{
    const int64_t reach = 2 * (int64_t)(n_in > n_out ? n_in : n_out);
    uint32_t used = 0;
    for (int o = 0; o < n_out; o++) {
        const int64_t centre = (2 * (int64_t)o + 1) * n_in;
        int64_t low = (centre - reach) / (2 * (int64_t)n_out) - 1;
        int64_t high = (centre + reach) / (2 * (int64_t)n_out) + 1;
        low = low < 0 ? 0 : low;
        high = high > n_in ? n_in : high;
        while ((2 * low + 1) * n_out <= centre - reach)
            low++;
        while ((2 * high - 1) * n_out >= centre + reach)
            high--;
        int64_t sum = 0;
        for (int64_t i = low; i < high; i++) {
            const int64_t distance = (2 * i + 1) * n_out - centre;
            sum += reach - (distance < 0 ? -distance : distance);
        }
        axis->first[o] = (uint32_t)low;
        axis->offset[o] = used;
        int64_t running = 0, before = 0;
        for (int64_t i = low; i < high; i++) {
            const int64_t distance = (2 * i + 1) * n_out - centre;
            running += reach - (distance < 0 ? -distance : distance);
            const int64_t after = ((running << (WEIGHT_BITS + 1)) + sum) / (2 * sum);
            axis->weight[used++] = (uint16_t)(after - before);
            before = after;
        }
    }
    axis->offset[n_out] = used;
    assert(used <= axis_n_weights((size_t)n_in, (size_t)n_out));
}

/* wide[width][ROWS][3] = the pixels of n_rows rows; the rows that ROWS has more repeat the last. */
static void gather_rows(float *wide, const uint8_t *in, size_t in_stride, int n_rows, int width)
{
    for (int r = 0; r < ROWS; r++) {
        const uint8_t *row = in + (size_t)(r < n_rows ? r : n_rows - 1) * in_stride;
        float *to = wide + r * DATA_CHANNELS;
        for (int x = 0; x < width; x++, to += LANES, row += DATA_CHANNELS)
            for (int c = 0; c < DATA_CHANNELS; c++)
                to[c] = (float)row[c];
    }
}

/* In float, which is exact: no sum exceeds 255 * 2^WEIGHT_BITS plus a half, below 2^24. */
static void filter_rows(uint16_t *between, const Axis *axis, const float *wide, int n_rows,
                        int out_width)
{
    const int shift = WEIGHT_BITS - BETWEEN_BITS;
    const float half = (float)(1 << (shift - 1));
    const size_t row = (size_t)out_width * DATA_CHANNELS;
    for (int o = 0; o < out_width; o++, between += DATA_CHANNELS) {
        const float *pixel = wide + (size_t)axis->first[o] * LANES;
        float sum[LANES];
        for (int i = 0; i < LANES; i++)
            sum[i] = half;
        for (uint32_t k = axis->offset[o]; k < axis->offset[o + 1]; k++, pixel += LANES) {
            const float weight = axis->weight[k];
            for (int i = 0; i < LANES; i++)
                sum[i] += weight * pixel[i];
        }
        uint16_t result[LANES];
        for (int i = 0; i < LANES; i++)
            result[i] = (uint16_t)((int32_t)sum[i] >> shift);
        for (int r = 0; r < n_rows; r++)
            memcpy(between + (size_t)r * row, result + r * DATA_CHANNELS,
                   DATA_CHANNELS * sizeof *between);
    }
}

static void resize_rows(uint16_t *between, const Axis *axis, float *wide, const uint8_t *in,
                        size_t in_stride, DataSize in_size, int out_width)
{
    for (int y = 0; y < in_size.height; y += ROWS) {
        const int n_rows = in_size.height - y < ROWS ? in_size.height - y : ROWS;
        gather_rows(wide, in + (size_t)y * in_stride, in_stride, n_rows, in_size.width);
        filter_rows(between, axis, wide, n_rows, out_width);
        between += (size_t)n_rows * (size_t)out_width * DATA_CHANNELS;
    }
}

/* out[n] of one row; n is a constant but at the row's end. */
static inline void filter_columns(uint8_t *out, const uint16_t *weight, uint32_t n_taps,
                                  const uint16_t *top, size_t row, size_t n)
{
    const int shift = WEIGHT_BITS + BETWEEN_BITS;
    uint32_t sum[COLUMNS];
    for (size_t x = 0; x < n; x++)
        sum[x] = 1u << (shift - 1);
    for (uint32_t k = 0; k < n_taps; k++)
        for (size_t x = 0; x < n; x++)
            sum[x] += (uint32_t)weight[k] * top[k * row + x];
    for (size_t x = 0; x < n; x++)
        out[x] = (uint8_t)(sum[x] >> shift);
}

static void resize_columns(uint8_t *out, const Axis *axis, const uint16_t *between, DataSize size)
{
    const size_t row = (size_t)size.width * DATA_CHANNELS, whole = row - row % COLUMNS;
    for (int o = 0; o < size.height; o++, out += row) {
        const uint16_t *top = between + axis->first[o] * row;
        const uint16_t *weight = axis->weight + axis->offset[o];
        const uint32_t n_taps = axis->offset[o + 1] - axis->offset[o];
        for (size_t x = 0; x < whole; x += COLUMNS)
            filter_columns(out + x, weight, n_taps, top + x, row, COLUMNS);
        filter_columns(out + whole, weight, n_taps, top + whole, row, row - whole);
    }
}

void resize_rgb(uint8_t *out, DataSize out_size, const uint8_t *in, size_t in_stride,
                DataSize in_size, void *scratch)
{
    if (in_size.height == out_size.height && in_size.width == out_size.width) {
        const size_t row = (size_t)in_size.width * DATA_CHANNELS;
        for (int y = 0; y < in_size.height; y++)
            memcpy(out + (size_t)y * row, in + (size_t)y * in_stride, row);
        return;
    }
    /* Carves the caller's scratch, which arena_measuring has sized. */
    Arena arena = arena_over(scratch, resize_scratch_bytes(in_size, out_size));
    Axis axes[2];
    float *wide;
    uint16_t *between;
    carve(&arena, in_size, out_size, axes, &wide, &between);
    axis_init(&axes[0], in_size.width, out_size.width);
    axis_init(&axes[1], in_size.height, out_size.height);
    resize_rows(between, &axes[0], wide, in, in_stride, in_size, out_size.width);
    resize_columns(out, &axes[1], between, out_size);
}

int resize_centre_square(DataSize size, double share, size_t *offset)
{
    assert(share > 0.0 && share <= 1.0);
    const int shorter = size.height < size.width ? size.height : size.width;
    const int rounded = (int)(share * shorter + 0.5);
    const int side = rounded > 1 ? rounded : 1;
    const size_t top = (size_t)(size.height - side) / 2, left = (size_t)(size.width - side) / 2;
    *offset = (top * (size_t)size.width + left) * DATA_CHANNELS;
    return side;
}
