/* Maps of conv: where pixels, windows and their pieces lie. */
#include "kernels/conv/conv.h"

static int larger(int a, int b)
{
    return a > b ? a : b;
}

/* --- maps --- */

/* Rows that hold the image and all windows: k rows each, the first `pad` rows before it. */
static int map_side(int n, int n_windows, int k, int stride, int pad)
{
    const int before = larger(pad, 0), read = before - pad + (n_windows - 1) * stride + k;
    return larger(before + n, read);
}

ConvMap conv_input_map(const ConvShape *shape, long ld)
{
    const ConvShape *s = shape;
    return (ConvMap){
        .H = s->H,
        .W = s->W,
        .top = larger(s->pad_top, 0),
        .left = larger(s->pad_left, 0),
        .height = map_side(s->H, s->OH, s->KH, s->stride, s->pad_top),
        .width = map_side(s->W, s->OW, s->KW, s->stride, s->pad_left),
        .ld = ld,
    };
}

/* Holds every row that a window reaches: up to that of the last tap from the first pixel, down to
 * that of the first tap from the last pixel. */
ConvMap conv_gradient_map(const ConvShape *shape, long ld)
{
    const ConvShape *s = shape;
    const int top = (s->KH - 1 - s->pad_top) / s->stride;
    const int left = (s->KW - 1 - s->pad_left) / s->stride;
    return (ConvMap){
        .H = s->OH,
        .W = s->OW,
        .top = top,
        .left = left,
        .height = top + larger(s->OH, (s->H - 1 + s->pad_top) / s->stride + 1),
        .width = left + larger(s->OW, (s->W - 1 + s->pad_left) / s->stride + 1),
        .ld = ld,
    };
}

ConvMap conv_plain_map(int H, int W, long ld)
{
    return (ConvMap){.H = H, .W = W, .height = H, .width = W, .ld = ld};
}

bool conv_map_is_plain(const ConvMap *map)
{
    return map->height == map->H && map->width == map->W;
}

long conv_map_floats(const ConvMap *map)
{
    return (long)map->height * map->width * map->ld;
}

long conv_map_pixel(const ConvMap *map, int y, int x)
{
    return ((long)(map->top + y) * map->width + map->left + x) * map->ld;
}

/* --- rows and pieces --- */

static void list_rows(const ConvMap *map, int n, int side_y, int side_x, int step, long first,
                      long *rows)
{
    for (int i = 0; i < n; i++)
        for (int y = 0; y < side_y; y++)
            for (int x = 0; x < side_x; x++)
                *rows++ =
                    i * conv_map_floats(map) + first + ((long)y * map->width + x) * step * map->ld;
}

void conv_map_pixels(const ConvMap *map, int n, long *rows)
{
    list_rows(map, n, map->H, map->W, 1, conv_map_pixel(map, 0, 0), rows);
}

void conv_input_windows(const ConvShape *shape, const ConvMap *map, int n, long *rows)
{
    const long first = conv_map_pixel(map, -shape->pad_top, -shape->pad_left);
    list_rows(map, n, shape->OH, shape->OW, shape->stride, first, rows);
}

int conv_input_pieces(const ConvShape *shape, const ConvMap *map, long *starts)
{
    const bool are_joined = map->ld == shape->C; /* the pixels of a row of taps, without a gap */
    for (int kh = 0; kh < shape->KH; kh++)
        for (int kw = 0; kw < (are_joined ? 1 : shape->KW); kw++)
            *starts++ = ((long)kh * map->width + kw) * map->ld;
    return are_joined ? shape->KW * shape->C : shape->C;
}

/* --- phases --- */

/* The first row that is congruent to tap - pad. */
static int first_reached(int tap, int pad, int stride)
{
    return ((tap - pad) % stride + stride) % stride;
}

/* A window lies where its first tap reads; the others read before it. */
int conv_phase_windows(const ConvShape *shape, const ConvMap *map, int phase, int n, int *pixels,
                       long *rows)
{
    const ConvShape *s = shape;
    const int kh = phase / s->stride, kw = phase % s->stride;
    const int first_y = first_reached(kh, s->pad_top, s->stride);
    const int first_x = first_reached(kw, s->pad_left, s->stride);
    int count = 0;
    for (int i = 0; i < n; i++)
        for (int y = first_y; y < s->H; y += s->stride) {
            const int oh = (y + s->pad_top - kh) / s->stride;
            int ow = (first_x + s->pad_left - kw) / s->stride;
            for (int x = first_x; x < s->W; x += s->stride, ow++, count++) {
                pixels[count] = (i * s->H + y) * s->W + x;
                rows[count] = i * conv_map_floats(map) + conv_map_pixel(map, oh, ow);
            }
        }
    return count;
}

int conv_phase_pieces(const ConvShape *shape, const ConvMap *map, int phase, long *starts)
{
    const int stride = shape->stride;
    int count = 0;
    for (int kh = phase / stride; kh < shape->KH; kh += stride)
        for (int kw = phase % stride; kw < shape->KW; kw += stride)
            starts[count++] = -((long)(kh / stride) * map->width + kw / stride) * map->ld;
    return count;
}
