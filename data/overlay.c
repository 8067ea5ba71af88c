/* data/overlay.c: enlarged, coloured, mixed, and a scale with numbers of its own small digits. */
#include "data/overlay.h"

#include "data/pngfile.h"
#include "data/resize.h"

#include "base/arena.h"
#include "base/sys.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    MIN_SIDE = 224, /* of the picture as it is drawn */
    GAP = 6,        /* between picture, scale and numbers */
    BAR_WIDTH = 12,
    GLYPH_WIDTH = 3,
    GLYPH_HEIGHT = 5,
    DOT = 2, /* pixels of a glyph's dot */
    ADVANCE = (GLYPH_WIDTH + 1) * DOT,
    MAX_GLYPHS = 9,
    PAPER = 255,
    N_COLOURS = 17
};

/* Share of the picture's grey in a pixel; the rest is the map's colour. */
static const double GREY_SHARE = 0.45;

/* matplotlib's inferno at 0, 1/16, ..., 1. */
static const uint8_t inferno[N_COLOURS][DATA_CHANNELS] = {
    {0, 0, 4},      {11, 7, 36},    {33, 12, 74},   {61, 9, 101},    {87, 16, 110},  {113, 25, 110},
    {138, 34, 106}, {163, 44, 97},  {188, 55, 84},  {208, 69, 69},   {227, 89, 51},  {241, 113, 31},
    {249, 140, 10}, {252, 170, 15}, {249, 201, 50}, {242, 232, 101}, {252, 255, 164}};

/* Rows of a glyph from the top, three bits each, the left dot the highest. */
static const struct {
    char glyph;
    uint16_t dots;
} font[] = {{'0', 075557}, {'1', 026227}, {'2', 071747}, {'3', 071717}, {'4', 055711},
            {'5', 074717}, {'6', 074757}, {'7', 071122}, {'8', 075757}, {'9', 075717},
            {'-', 000700}, {'.', 000002}, {'e', 007747}, {'+', 002720}};

typedef struct Canvas {
    uint8_t *rgb; /* [size.height][size.width][3] */
    DataSize size;
    int side; /* of the picture in it */
} Canvas;

static void colour(double share, double rgb[DATA_CHANNELS])
{
    const double at = fmin(fmax(share, 0.0), 1.0) * (N_COLOURS - 1);
    const int i = at < N_COLOURS - 1 ? (int)at : N_COLOURS - 2;
    for (int c = 0; c < DATA_CHANNELS; c++)
        rgb[c] = inferno[i][c] + (at - i) * (inferno[i + 1][c] - inferno[i][c]);
}

static double share_of(const Overlay *overlay, double value)
{
    return overlay->high > overlay->low ? (value - overlay->low) / (overlay->high - overlay->low)
                                        : 0.5;
}

/* Where a drawn pixel lies between the centres of a map's values: the lower one, and how far on. */
static double between(int at, int side, int map_side, int *lower)
{
    const double x = fmin(fmax((at + 0.5) / side * map_side - 0.5, 0.0), map_side - 1.0);
    *lower = x < map_side - 1 ? (int)x : (map_side > 1 ? map_side - 2 : 0);
    return x - *lower;
}

double overlay_map_at(const float *map, int map_side, int y, int x, int side)
{
    int top = 0, left = 0;
    const int step = map_side > 1 ? 1 : 0;
    const double down = between(y, side, map_side, &top), right = between(x, side, map_side, &left);
    const float *a = map + top * map_side + left, *b = a + step * map_side;
    return (1 - down) * ((1 - right) * (double)a[0] + right * (double)a[step]) +
           down * ((1 - right) * (double)b[0] + right * (double)b[step]);
}

static uint8_t *pixel(const Canvas *canvas, int y, int x)
{
    return canvas->rgb + ((size_t)y * (size_t)canvas->size.width + (size_t)x) * DATA_CHANNELS;
}

/* `large` is the picture at the canvas's side. Grey by the weights of Rec. 601. */
static void draw_picture(const Canvas *canvas, const Overlay *overlay, const uint8_t *large)
{
    for (int y = 0; y < canvas->side; y++)
        for (int x = 0; x < canvas->side; x++) {
            const uint8_t *in =
                large + ((size_t)y * (size_t)canvas->side + (size_t)x) * DATA_CHANNELS;
            const double grey = 0.299 * in[0] + 0.587 * in[1] + 0.114 * in[2];
            double rgb[DATA_CHANNELS];
            colour(share_of(overlay,
                            overlay_map_at(overlay->map, overlay->map_side, y, x, canvas->side)),
                   rgb);
            for (int c = 0; c < DATA_CHANNELS; c++)
                pixel(canvas, y, x)[c] =
                    (uint8_t)(GREY_SHARE * grey + (1 - GREY_SHARE) * rgb[c] + 0.5);
        }
}

static void draw_bar(const Canvas *canvas)
{
    const int left = canvas->side + GAP;
    for (int y = 0; y < canvas->side; y++) {
        double rgb[DATA_CHANNELS];
        colour(1.0 - (y + 0.5) / canvas->side, rgb);
        for (int x = 0; x < BAR_WIDTH; x++)
            for (int c = 0; c < DATA_CHANNELS; c++)
                pixel(canvas, y, left + x)[c] = (uint8_t)(rgb[c] + 0.5);
    }
}

static void draw_glyph(const Canvas *canvas, char glyph, int top, int left)
{
    uint16_t dots = 0;
    for (size_t i = 0; i < ARRAY_LEN(font); i++)
        if (font[i].glyph == glyph)
            dots = font[i].dots;
    for (int y = 0; y < GLYPH_HEIGHT * DOT; y++)
        for (int x = 0; x < GLYPH_WIDTH * DOT; x++)
            if (dots >> ((GLYPH_HEIGHT - 1 - y / DOT) * GLYPH_WIDTH + GLYPH_WIDTH - 1 - x / DOT) &
                1)
                memset(pixel(canvas, top + y, left + x), 0, DATA_CHANNELS);
}

static void draw_number(const Canvas *canvas, double value, int top)
{
    char text[MAX_GLYPHS + 1];
    (void)snprintf(text, sizeof text, "%.3g", value);
    for (int i = 0; text[i] != '\0'; i++)
        draw_glyph(canvas, text[i], top, canvas->side + 2 * GAP + BAR_WIDTH + i * ADVANCE);
}

ErrCode overlay_write(const char *path, const Overlay *overlay, Err *err)
{
    Arena scratch = {0};
    uint8_t *large = NULL;
    const int times = (MIN_SIDE + overlay->side - 1) / overlay->side;
    Canvas canvas = {.side = overlay->side * times};
    canvas.size =
        (DataSize){canvas.side, canvas.side + 2 * GAP + BAR_WIDTH + MAX_GLYPHS * ADVANCE + GAP};
    const DataSize in = {overlay->side, overlay->side}, out = {canvas.side, canvas.side};
    const size_t n_bytes = (size_t)canvas.size.height * (size_t)canvas.size.width * DATA_CHANNELS;
    canvas.rgb = mem_alloc(n_bytes);
    large = mem_calloc((size_t)canvas.side * (size_t)canvas.side, DATA_CHANNELS);
    if (canvas.rgb == NULL || large == NULL) {
        (void)err_memory(err, n_bytes);
        goto fail;
    }
    TRY(arena_reserve(&scratch, resize_scratch_bytes(in, out), err));
    resize_rgb(large, out, overlay->rgb, (size_t)in.width * DATA_CHANNELS, in, scratch.base);
    memset(canvas.rgb, PAPER, n_bytes);
    draw_picture(&canvas, overlay, large);
    draw_bar(&canvas);
    draw_number(&canvas, overlay->high, GAP);
    draw_number(&canvas, overlay->low, canvas.side - GAP - GLYPH_HEIGHT * DOT);
    TRY(pngfile_write(path, canvas.rgb, canvas.size, err));
fail:
    arena_release(&scratch);
    mem_free(large);
    mem_free(canvas.rgb);
    return err->code;
}
