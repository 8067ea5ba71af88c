/* Per axis a list of taps; first along rows into 8.8 fixed point, then along columns. */
#include "data/resize.h"

#include "base/arena.h"

#include <assert.h>
#include <string.h>

enum {
    WEIGHT_BITS = 14, /* of the filter's weights */
    BETWEEN_BITS = 8, /* fraction bits between the passes */
    TAPS_SLACK = 4,   /* taps of one output: at most 2*max(in/out, 1) + TAPS_SLACK */
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
static void carve(Arena *arena, DataSize in, DataSize out, Axis axes[2], uint16_t **between)
{
    const int n_in[2] = {in.width, in.height}, n_out[2] = {out.width, out.height};
    for (int i = 0; i < 2; i++) {
        axes[i].first = arena_alloc(arena, (size_t)n_out[i], sizeof *axes[i].first);
        axes[i].offset = arena_alloc(arena, (size_t)n_out[i] + 1, sizeof *axes[i].offset);
        axes[i].weight = arena_alloc(arena, axis_n_weights((size_t)n_in[i], (size_t)n_out[i]),
                                     sizeof *axes[i].weight);
    }
    size_t n = 0;
    if (!arena_multiply((size_t)in.height, (size_t)out.width * DATA_CHANNELS, &n))
        arena->failed = true;
    *between = arena_alloc(arena, n, sizeof **between);
}

size_t resize_scratch_bytes(DataSize max_in, DataSize max_out)
{
    Arena arena = arena_measuring();
    Axis axes[2];
    uint16_t *between;
    carve(&arena, max_in, max_out, axes, &between);
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

static void resize_rows(uint16_t *between, const Axis *axis, const uint8_t *in, size_t in_stride,
                        DataSize in_size, int out_width)
{
    const int shift = WEIGHT_BITS - BETWEEN_BITS;
    for (int y = 0; y < in_size.height; y++) {
        const uint8_t *row = in + (size_t)y * in_stride;
        for (int o = 0; o < out_width; o++) {
            const uint8_t *pixel = row + (size_t)axis->first[o] * DATA_CHANNELS;
            uint32_t sum[DATA_CHANNELS] = {0};
            for (uint32_t k = axis->offset[o]; k < axis->offset[o + 1]; k++) {
                for (int c = 0; c < DATA_CHANNELS; c++)
                    sum[c] += (uint32_t)axis->weight[k] * pixel[c];
                pixel += DATA_CHANNELS;
            }
            for (int c = 0; c < DATA_CHANNELS; c++)
                *between++ = (uint16_t)((sum[c] + (1u << (shift - 1))) >> shift);
        }
    }
}

static void resize_columns(uint8_t *out, const Axis *axis, const uint16_t *between, DataSize size)
{
    const size_t row = (size_t)size.width * DATA_CHANNELS;
    const int shift = WEIGHT_BITS + BETWEEN_BITS;
    for (int o = 0; o < size.height; o++) {
        const uint16_t *top = between + axis->first[o] * row;
        const uint16_t *weight = axis->weight + axis->offset[o];
        const uint32_t n = axis->offset[o + 1] - axis->offset[o];
        for (size_t x = 0; x < row; x++) {
            uint32_t sum = 1u << (shift - 1);
            for (uint32_t k = 0; k < n; k++)
                sum += (uint32_t)weight[k] * top[k * row + x];
            *out++ = (uint8_t)(sum >> shift);
        }
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
    uint16_t *between;
    carve(&arena, in_size, out_size, axes, &between);
    axis_init(&axes[0], in_size.width, out_size.width);
    axis_init(&axes[1], in_size.height, out_size.height);
    resize_rows(between, &axes[0], in, in_stride, in_size, out_size.width);
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
