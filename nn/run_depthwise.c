/*
 * nn/run_depthwise.c: depthwise convolution: strips of rows of an image, a block of channels at a
 * time.
 */
#include "nn/dwtile.h"
#include "nn/netfold.h"
#include "nn/netgrad.h"
#include "nn/netnorm.h"
#include "nn/nettap.h"
#include "nn/netview.h"
#include "nn/rowring.h"

static const char *check(const Net *net, const OpPlan *plan)
{
    (void)net;
    return plan->op->kernel <= DW_MAX_K ? NULL : "depthwise kernels go up to 9";
}

/* --- strips, of both phases --- */

/* A strip of an image, and where the next one of the span begins. */
typedef struct Strip {
    MbStrip mb;
    int image, c0;
    long next_in, next_out; /* pixels over all images */
    int next_c0;
} Strip;

static Strip first_strip(const OpPlan *plan, int image, int c0, int C, const float **rows)
{
    const Op *op = plan->op;
    return (Strip){.mb = {.H = op->in_size,
                          .W = op->in_size,
                          .OH = op->out_size,
                          .OW = op->out_size,
                          .C = C,
                          .k = op->kernel,
                          .stride = op->stride,
                          .pad = op->pad,
                          .dilation = op->dilation,
                          .rows = rows},
                   .image = image,
                   .c0 = c0};
}

/* Cuts the strip from row strip->mb.oh on. */
static void cut_strip(Strip *strip, const OpPlan *plan, Span span, const DepthwiseTile *tile)
{
    MbStrip *mb = &strip->mb;
    mb->n = mb->OH - mb->oh < tile->strip ? mb->OH - mb->oh : tile->strip;
    const int end = mb->oh + mb->n, bottom = end < mb->OH ? mb_bottom(mb, end) : mb->H;
    long in = (long)strip->image * plan->in_pixels + (long)bottom * mb->W;
    long out = (long)strip->image * plan->out_pixels + (long)end * mb->OW;
    strip->next_c0 = strip->c0;
    if (end == mb->OH && strip->image + 1 == span.end_image) {
        const bool is_last = strip->c0 + mb->C >= plan->Cout;
        strip->next_c0 = is_last ? 0 : strip->c0 + mb->C;
        in = is_last ? in : (long)span.first_image * plan->in_pixels;
        out = is_last ? out : (long)span.first_image * plan->out_pixels;
    }
    strip->next_in = in;
    strip->next_out = out;
}

/* Goes on behind the strip. */
static void pass_strip(MbStrip *mb)
{
    const int bottom = mb_bottom(mb, mb->oh + mb->n), complete = mb_complete(mb, mb->oh + mb->n);
    mb->oh += mb->n;
    mb->loaded = bottom > complete ? bottom : complete;
}

/* n pixels of a map from `pixel` on, to be fetched; NULL where it ends before. */
static const float *ahead(const float *map, long ld, long pixel, int n, long pixels)
{
    return pixel + n <= pixels ? map + pixel * ld : NULL;
}

/* The rows of the input that the strip reads; what is stored goes through the identity. */
static MbInput strip_input(const Net *net, const OpPlan *plan, const Strip *strip)
{
    const OpPlan *value = netstate_input(net, plan);
    const bool is_normed = netstate_is_normed(value);
    const float *map = is_normed ? value->z : value->y;
    const long ld = value->Cout, pixels = (long)net->call.n * plan->in_pixels;
    const int n =
        (mb_bottom(&strip->mb, strip->mb.oh + strip->mb.n) - strip->mb.loaded) * strip->mb.W;
    return (MbInput){
        .x = map + (long)strip->image * plan->in_pixels * ld + strip->c0,
        .ldx = ld,
        .A = is_normed ? value->A + strip->c0 : net->ones,
        .D = is_normed ? value->D + strip->c0 : net->zeros,
        .act = is_normed ? netview_act(value->op->act) : ACT_FN_NONE,
        .next = ahead(map + strip->next_c0, ld, strip->next_in, n, pixels),
    };
}

/* --- forward --- */

typedef struct ForwardScratch {
    float *state;
    MbRing ring;
    const float **rows;
} ForwardScratch;

static ForwardScratch carve_forward(const Net *net, const OpPlan *plan, Arena *arena)
{
    const DepthwiseTile tile = dwtile_forward(plan);
    ForwardScratch scratch;
    scratch.state = netnorm_carve_state(plan, arena);
    scratch.ring = rowring_carve(arena, tile.ring_rows, tile.row_pixels, tile.block);
    scratch.rows = arena_alloc(arena, (size_t)tile.ring_rows, sizeof *scratch.rows);
    if (arena_is_measuring(arena))
        netview_measure(netstate_input(net, plan), arena);
    return scratch;
}

static void measure_forward(const Net *net, const OpPlan *plan, Arena *arena)
{
    carve_forward(net, plan, arena);
}

static void forward_strip(const Worker *worker, const OpPlan *plan, const ForwardScratch *s,
                          const Strip *strip, int p0)
{
    const Net *net = worker->net;
    const Rows out = {0, 0, strip->c0, strip->mb.C};
    AffineStatsArgs stats;
    const MbForwardArgs args = {
        .strip = strip->mb,
        .input = strip_input(net, plan, strip),
        .h = s->ring,
        .w = netstate_weight(worker, plan, TENSOR_W) + strip->c0,
        .ldw = plan->Cout,
        .y = plan->z + (long)strip->image * plan->out_pixels * plan->Cout + strip->c0,
        .ldy = plan->Cout,
        .stats = netnorm_stats(worker, plan, s->state, out, p0, &stats) ? &stats : NULL,
    };
    net->kernels.mb.forward(&args);
}

static void forward(Worker *worker, const OpPlan *plan, Span span)
{
    const OpPlan *input = netstate_input(worker->net, plan);
    ForwardScratch scratch = carve_forward(worker->net, plan, worker->scratch);
    const DepthwiseTile tile = dwtile_forward(plan);
    const Rows in = {(long)span.first_image * plan->in_pixels,
                     (span.end_image - span.first_image) * plan->in_pixels, 0, plan->Cin};
    netview_materialise(worker, plan, input, in);
    netnorm_begin(worker, plan, scratch.state);
    for (int c0 = 0; c0 < plan->Cout; c0 += tile.block) {
        const int C = plan->Cout - c0 < tile.block ? plan->Cout - c0 : tile.block;
        rowring_begin(&scratch.ring, C, plan->op->pad, plan->op->in_size);
        for (int image = span.first_image; image < span.end_image; image++) {
            const int p0 = (image - span.first_image) * plan->out_pixels;
            Strip strip = first_strip(plan, image, c0, C, scratch.rows);
            for (; strip.mb.oh < strip.mb.OH; pass_strip(&strip.mb)) {
                cut_strip(&strip, plan, span, &tile);
                forward_strip(worker, plan, &scratch, &strip, p0 + strip.mb.oh * strip.mb.OW);
            }
        }
    }
    netnorm_end(worker, plan, scratch.state, span.first_chunk);
}

/* --- backward: rings of input rows, their slopes, and rows of dz --- */

typedef struct BackwardScratch {
    MbRing h, slope, dz;
    float *dx;     /* pixels of a block on their way */
    float *folded; /* what a folded input's pixels take */
    const float **rows;
} BackwardScratch;

static BackwardScratch carve_backward(const OpPlan *plan, const OpPlan *input, Arena *arena)
{
    const DepthwiseTile tile = dwtile_backward(plan);
    BackwardScratch scratch = {0};
    scratch.h = rowring_carve(arena, tile.ring_rows, tile.row_pixels, tile.block);
    if (netgrad_wants_slope(plan, input))
        scratch.slope = rowring_carve(arena, tile.ring_rows, plan->op->in_size, tile.block);
    scratch.dz = rowring_carve(arena, tile.grad_rows, tile.grad_pixels, tile.block);
    scratch.dx = arena_floats(arena, (size_t)tile.data_pixels * (size_t)tile.block);
    if (input->is_folded)
        scratch.folded = netfold_carve_rows(input, tile.data_pixels, arena);
    scratch.rows = arena_alloc(arena, (size_t)tile.ring_rows, sizeof *scratch.rows);
    return scratch;
}

static void measure_backward(const Net *net, const OpPlan *plan, Arena *arena)
{
    carve_backward(plan, netstate_input(net, plan), arena);
}

/* What becomes of the rows of dx. */
typedef enum Delivery {
    DELIVERY_FOLDED,   /* gathered, then taken by the expansion (nn/netfold.h) */
    DELIVERY_FINISHED, /* finished where the input's gradient lies */
    DELIVERY_RAW,      /* handed on, strip by strip */
} Delivery;

static Delivery delivery_of(const Pass *pass)
{
    if (pass->input->is_folded)
        return DELIVERY_FOLDED;
    const bool is_tapped = nettap_is_at(pass->worker->net, pass->input);
    /* what others left where the rows would be finished must be read first */
    const bool is_free = pass->plan->pending != pass->input->g && !is_tapped;
    return pass->plan->is_last && netstate_is_normed(pass->input) && is_free ? DELIVERY_FINISHED
                                                                             : DELIVERY_RAW;
}

/* A block of channels of a span. */
typedef struct Block {
    const Pass *pass;
    const DepthwiseTile *tile;
    BackwardScratch *s;
    Delivery delivery;
    int c0, C;
    long first; /* pixel that the gathered ones begin with */
    int P;      /* of those that are gathered */
} Block;

/* The pixels in s->dx, as rows of the input's gradient. */
static GradRows gathered_rows(const Block *block)
{
    GradRows rows = netgrad_rows(block->pass, block->first, block->P, block->s->dx, NULL);
    rows.rows.c0 = block->c0;
    rows.rows.C = rows.lddh = block->C;
    return rows;
}

static void hand_on(Block *block)
{
    const GradRows rows = gathered_rows(block);
    if (block->P > 0 && block->delivery == DELIVERY_FOLDED)
        netfold_take(block->pass, &rows, block->s->folded);
    else if (block->P > 0)
        netgrad_deliver(block->pass, &rows);
    block->P = 0;
}

/* How P pixels from `row` on are finished. */
static AffineBackwardArgs finish_args(const Block *block, long row, int P)
{
    const Pass *pass = block->pass;
    GradRows rows = netgrad_rows(pass, row, P, NULL, NULL);
    rows.rows.c0 = block->c0;
    rows.rows.C = block->C;
    AffineBackwardArgs args = netgrad_args(pass->input, &rows, pass->plan->pending);
    if (block->delivery == DELIVERY_FOLDED)
        args.factor = pass->input->A + block->c0;
    netgrad_sums(pass->worker, &pass->states, pass->input, rows.rows, &args);
    return args;
}

static AffineDzArgs dz_args(const Pass *pass, const Strip *strip)
{
    const OpPlan *plan = pass->plan;
    const long at = (long)strip->image * plan->out_pixels * plan->Cout + strip->c0;
    return (AffineDzArgs){
        .g = plan->g + at,
        .ldg = plan->Cout,
        .scale = netview_survival(pass->worker, plan->scaled_by, strip->image),
        .z = plan->z + at,
        .ldz = plan->Cout,
        .A = plan->gA + strip->c0,
        .B = plan->gB + strip->c0,
        .D = plan->gD + strip->c0,
        .C = strip->mb.C,
    };
}

/* Where the P pixels of dx from `row` on go to. */
static void place_data(Block *block, long row, int P, MbBackwardArgs *args)
{
    const OpPlan *input = block->pass->input;
    if (block->delivery == DELIVERY_FINISHED) {
        args->dx = input->g + row * input->Cout + block->c0;
        args->lddx = input->Cout;
        return;
    }
    if (block->P + P > block->tile->data_pixels)
        hand_on(block);
    if (block->P == 0)
        block->first = row;
    args->dx = block->s->dx + (long)block->P * block->C;
    args->lddx = block->C;
    block->P += P;
}

static void backward_strip(Block *block, const Strip *strip, int done)
{
    const Pass *pass = block->pass;
    const Net *net = pass->worker->net;
    const OpPlan *plan = pass->plan;
    const MbStrip *mb = &strip->mb;
    const int P = (mb_complete(mb, mb->oh + mb->n) - done) * mb->W;
    const long row = (long)strip->image * plan->in_pixels + (long)done * mb->W;
    const long pixels = (long)net->call.n * plan->out_pixels, next = strip->next_out;
    const int c0 = strip->c0, n = mb->n * mb->OW;
    const AffineDzArgs dz = dz_args(pass, strip);
    const AffineBackwardArgs finish = finish_args(block, row, P);
    MbBackwardArgs args = {
        .strip = *mb,
        .input = strip_input(net, plan, strip),
        .h = block->s->h,
        .slope = block->s->slope,
        .dz = &dz,
        .next_g = ahead(plan->g + strip->next_c0, plan->Cout, next, n, pixels),
        .next_z = ahead(plan->z + strip->next_c0, plan->Cout, next, n, pixels),
        .grad = block->s->dz,
        .grad_left = block->tile->grad_left,
        .w = netstate_weight(pass->worker, plan, TENSOR_W) + c0,
        .ldw = plan->Cout,
        .dw = netstate_gradient(net, plan, TENSOR_W, pass->slot) + c0,
        .lddw = plan->Cout,
        .done = done,
        .finish = block->delivery == DELIVERY_RAW ? NULL : &finish,
    };
    place_data(block, row, P, &args);
    net->kernels.mb.backward(&args);
    if (block->delivery == DELIVERY_RAW)
        hand_on(block);
}

static void backward_block(Block *block)
{
    const Pass *pass = block->pass;
    const OpPlan *plan = pass->plan;
    BackwardScratch *s = block->s;
    rowring_begin(&s->h, block->C, plan->op->pad, plan->op->in_size);
    rowring_begin(&s->dz, block->C, block->tile->grad_left, plan->op->out_size);
    s->slope.C = block->C;
    for (int image = pass->span.first_image; image < pass->span.end_image; image++) {
        Strip strip = first_strip(plan, image, block->c0, block->C, s->rows);
        for (int done = 0; strip.mb.oh < strip.mb.OH;) {
            cut_strip(&strip, plan, pass->span, block->tile);
            backward_strip(block, &strip, done);
            done = mb_complete(&strip.mb, strip.mb.oh + strip.mb.n);
            pass_strip(&strip.mb);
        }
    }
    hand_on(block);
}

static void backward(const Pass *pass)
{
    const OpPlan *plan = pass->plan;
    const DepthwiseTile tile = dwtile_backward(plan);
    BackwardScratch scratch = carve_backward(plan, pass->input, pass->worker->scratch);
    Block block = {.pass = pass, .tile = &tile, .s = &scratch, .delivery = delivery_of(pass)};
    for (; block.c0 < plan->Cout; block.c0 += tile.block) {
        block.C = plan->Cout - block.c0 < tile.block ? plan->Cout - block.c0 : tile.block;
        backward_block(&block);
    }
}

const OpRun run_depthwise = {
    .output = OUTPUT_NORMED,
    .weights = WEIGHTS_SLOTTED,
    .is_phase = true,
    .folds_input = true,
    .check = check,
    .measure_forward = measure_forward,
    .measure_backward = measure_backward,
    .forward = forward,
    .backward = backward,
    .view = netnorm_view,
    .targets = netgrad_normed_targets,
    .finish = netgrad_finish_normed,
};
