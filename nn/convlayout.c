/*
 * nn/convlayout.c: batch norm, activation and gate are applied on the way, line by line, so that
 * laying out costs a pass of its own only where a value is stored.
 */
#include "nn/convlayout.h"

#include "nn/netgrad.h"
#include "nn/nettile.h"
#include "nn/netview.h"

#include <string.h>

/* --- planning --- */

static float *carve_images(const Net *net, const OpPlan *plan, const ConvMap *map, Arena *arena)
{
    const size_t n = (size_t)nettile_images(plan, net->settings.batch);
    return arena_floats(arena, n * (size_t)conv_map_floats(map));
}

ConvLayout convlayout_carve_input(const Net *net, const OpPlan *plan, Arena *arena)
{
    const OpPlan *input = netstate_input(net, plan);
    const ConvShape shape = nettile_conv_shape(plan);
    ConvLayout layout = {.map = conv_input_map(&shape, plan->Cin)};
    const bool is_stored = input == NULL || input->run->output == OUTPUT_STORED;
    if (!is_stored || !conv_map_is_plain(&layout.map))
        layout.images = carve_images(net, plan, &layout.map, arena);
    const size_t n = (size_t)nettile_images(plan, net->settings.batch) * (size_t)plan->out_pixels;
    const size_t taps = (size_t)plan->op->kernel * (size_t)op_kernel_width(plan->op);
    layout.rows = arena_alloc(arena, n, sizeof *layout.rows);
    layout.starts = arena_alloc(arena, taps, sizeof *layout.starts);
    return layout;
}

/* dz that is kept lies as a plain map does. */
static bool is_in_place(const OpPlan *plan, const ConvLayout *gradient)
{
    return plan->is_owned && conv_map_is_plain(&gradient->map);
}

ConvLayout convlayout_carve_gradient(const Net *net, const OpPlan *plan, Arena *arena)
{
    const ConvShape shape = nettile_conv_shape(plan);
    const bool is_read = plan->op->input >= 0;
    ConvLayout layout = {.map = is_read ? conv_gradient_map(&shape, plan->Cout)
                                        : conv_plain_map(shape.OH, shape.OW, plan->Cout)};
    if (!is_in_place(plan, &layout))
        layout.images = carve_images(net, plan, &layout.map, arena);
    return layout;
}

/* --- some images --- */

static void clear(const ConvLayout *layout, int n)
{
    const size_t floats = (size_t)n * (size_t)conv_map_floats(&layout->map);
    if (!conv_map_is_plain(&layout->map))
        memset(layout->images, 0, floats * sizeof *layout->images);
}

void convlayout_begin_input(const OpPlan *plan, int n, ConvLayout *layout)
{
    const ConvShape s = nettile_conv_shape(plan);
    clear(layout, n);
    conv_input_windows(&s, &layout->map, n, layout->rows);
    layout->length = conv_input_pieces(&s, &layout->map, layout->starts);
}

void convlayout_begin_gradient(const OpPlan *plan, int first_image, int n, ConvLayout *layout)
{
    if (is_in_place(plan, layout))
        layout->images = plan->dz + (long)first_image * plan->out_pixels * plan->Cout;
    clear(layout, n);
}

PwWindows convlayout_windows(const ConvLayout *layout, int p)
{
    return (PwWindows){layout->rows + p, layout->starts, layout->length};
}

/* --- an image --- */

/* Pixels of an image that a call can write: a line, or all where they follow each other. */
static int line_pixels(const ConvMap *map)
{
    return conv_map_is_plain(map) ? map->H * map->W : map->W;
}

/* The line of pixel p of an image. */
static float *line_at(const ConvLayout *layout, int i, int p)
{
    const ConvMap *map = &layout->map;
    return layout->images + i * conv_map_floats(map) + conv_map_pixel(map, p / map->W, 0);
}

void convlayout_take_input(const Worker *worker, const OpPlan *plan, const ConvLayout *layout,
                           int image, int i, float *slope)
{
    const OpPlan *input = netstate_input(worker->net, plan);
    const int P = line_pixels(&layout->map);
    for (int p = 0; p < plan->in_pixels; p += P) {
        const Rows rows = {(long)image * plan->in_pixels + p, P, 0, plan->Cin};
        float *line = line_at(layout, i, p);
        float *slopes = slope == NULL ? NULL : slope + (long)p * plan->Cin;
        const View x = netview_rows(worker, input, rows, line, plan->Cin, slopes, plan->Cin);
        if (x.x != line)
            memcpy(line, x.x, (size_t)P * (size_t)plan->Cin * sizeof *line);
    }
}

void convlayout_take_gated(const Worker *worker, const OpPlan *gate, const ConvLayout *layout,
                           int image, int i, const float *h)
{
    const int P = line_pixels(&layout->map);
    for (int p = 0; p < gate->out_pixels; p += P) {
        const Rows rows = {(long)image * gate->out_pixels + p, P, 0, gate->Cout};
        const View x = {h + (long)p * gate->Cout, gate->Cout};
        netview_gated(worker, gate, rows, x, line_at(layout, i, p), gate->Cout);
    }
}

void convlayout_take_gradient(const Worker *worker, const OpPlan *plan, const ConvLayout *layout,
                              int image, int i)
{
    const int P = line_pixels(&layout->map);
    for (int p = 0; p < plan->out_pixels; p += P) {
        const Rows rows = {(long)image * plan->out_pixels + p, P, 0, plan->Cout};
        float *line = line_at(layout, i, p);
        float *dz = plan->is_owned ? plan->dz + rows.first * plan->Cout : line;
        netgrad_dz(worker, plan, rows, dz, plan->Cout);
        if (dz != line)
            memcpy(line, dz, (size_t)P * (size_t)plan->Cout * sizeof *line);
    }
}
