/*
 * nn/run_linear.c: the classifier: logits, loss and, in training, its whole backward pass. It may
 * have a hidden layer with an activation.
 *
 * Nothing in it waits for other images, so forward and backward of an image run back to back; its
 * weights wait for all.
 */
#include "nn/denselayer.h"
#include "nn/netview.h"

#include "base/rng.h"

#include <string.h>

/* Of the last layer; a hidden one's stand before it. */
enum { TENSOR_BIAS = 1, TENSORS_OF_HIDDEN = 2 };

static int last_layer(const OpPlan *plan)
{
    return plan->op->squeeze ? TENSORS_OF_HIDDEN : 0;
}

/* Inputs of the last layer. */
static int last_inputs(const OpPlan *plan)
{
    return plan->op->squeeze ? plan->op->squeeze : plan->op->in_channels;
}

/* Logits and their gradients are made where they stay. */
static void measure(const Net *net, const OpPlan *plan, Arena *arena)
{
    (void)net, (void)plan, (void)arena;
}

static void carve(const Net *net, OpPlan *plan, Arena *arena)
{
    const size_t batch = (size_t)net->settings.batch, hidden = (size_t)lanes_pad(plan->op->squeeze);
    const size_t features = batch * (size_t)lanes_pad(last_inputs(plan));
    if (hidden) {
        plan->t = arena_floats(arena, batch * hidden);
        plan->v = arena_floats(arena, batch * hidden);
    }
    if (!net->settings.training)
        return;
    if (hidden) {
        plan->dt1 = arena_floats(arena, batch * hidden);
        plan->s = arena_floats(arena, batch * hidden);
    }
    if (plan->op->dropout > 0.0) {
        plan->mask = arena_floats(arena, features);
        plan->kept = arena_floats(arena, features);
    }
}

static void carve_transposed(OpPlan *plan, Arena *arena)
{
    const size_t hidden = (size_t)lanes_pad(plan->op->squeeze);
    plan->wt =
        arena_floats(arena, (size_t)plan->op->out_channels * (size_t)lanes_pad(last_inputs(plan)));
    if (hidden)
        plan->wt2 = arena_floats(arena, hidden * (size_t)plan->Cin);
}

static void transpose(const Worker *worker, const OpPlan *plan)
{
    const Op *op = plan->op;
    denselayer_transpose(worker, plan, last_layer(plan), last_inputs(plan), op->out_channels,
                         plan->wt);
    if (op->squeeze)
        denselayer_transpose(worker, plan, TENSOR_W, op->in_channels, op->squeeze, plan->wt2);
}

static bool drops_out(const Net *net, const OpPlan *plan)
{
    return net->call.mode != MODE_EVAL && net->call.settings->noise && plan->op->dropout > 0.0;
}

/*
 * Per image a sequence of its own: feature c is kept where its number is at least the probability.
 */
static void draw_mask(const Net *net, const OpPlan *plan, Span span)
{
    const double p = plan->op->dropout;
    const float kept = (float)(1.0 / (1.0 - p));
    for (int image = span.first_image; image < span.end_image; image++) {
        const uint64_t index = (uint64_t)plan->index << 32 | (uint32_t)image;
        Rng rng = rng_start(net->call.settings->seed, RNG_DROPOUT,
                            (uint32_t)net->call.settings->step, index);
        const int n = lanes_pad(last_inputs(plan));
        float *row = plan->mask + (long)image * n;
        for (int c = 0; c < n; c++)
            row[c] = (double)rng_float(&rng) >= p ? kept : 0.0f;
    }
}

/* y = x times m, of the images' inputs of the last layer. */
static void multiply(const Net *net, const OpPlan *plan, Span span, const float *x, const float *m,
                     float *y)
{
    const int n = lanes_pad(last_inputs(plan));
    const long first = (long)span.first_image * n;
    const HeadDropoutArgs args = {.x = x + first,
                                  .ldx = n,
                                  .mask = m + first,
                                  .ldmask = n,
                                  .y = y + first,
                                  .ldy = n,
                                  .M = span.end_image - span.first_image,
                                  .N = n};
    net->kernels.head.dropout(&args);
}

/* What the last layer reads before dropout, of the whole batch. */
static const float *undropped(const Net *net, const OpPlan *plan)
{
    return plan->op->squeeze ? plan->v : netstate_input(net, plan)->y;
}

/* What its weights multiply, of the whole batch. */
static const float *features(const Net *net, const OpPlan *plan)
{
    return drops_out(net, plan) ? plan->kept : undropped(net, plan);
}

/* y[images][N] = x w. */
static void product(const Net *net, Span span, const float *x, int ldx, const float *w, int K,
                    float *y, int N)
{
    const PwForwardArgs args = {.x = x + (long)span.first_image * ldx,
                                .ldx = ldx,
                                .w = w,
                                .ldw = N,
                                .y = y + (long)span.first_image * N,
                                .ldy = N,
                                .M = span.end_image - span.first_image,
                                .K = K,
                                .N = N};
    net->kernels.pw.forward(&args);
}

/* The hidden layer of the images: plan->t before its bias, plan->v = act(t + b), its slope. */
static void make_hidden(const Worker *worker, const OpPlan *plan, Span span)
{
    const Net *net = worker->net;
    const int H = lanes_pad(plan->op->squeeze);
    const long first = (long)span.first_image * H;
    product(net, span, netstate_input(net, plan)->y, plan->Cin,
            netstate_weight(worker, plan, TENSOR_W), plan->op->in_channels, plan->t, H);
    const AffineForwardArgs args = {.z = plan->t + first,
                                    .ldz = H,
                                    .A = net->ones,
                                    .D = netstate_weight(worker, plan, TENSOR_BIAS),
                                    .h = plan->v + first,
                                    .ldh = H,
                                    .slope = plan->s != NULL ? plan->s + first : NULL,
                                    .ldslope = H,
                                    .P = span.end_image - span.first_image,
                                    .C = H,
                                    .act = netview_act(plan->op->act)};
    net->kernels.affine.forward(&args);
}

/* Logits of the images, in plan->y. */
static void make_logits(const Worker *worker, const OpPlan *plan, Span span)
{
    const Net *net = worker->net;
    const int last = last_layer(plan);
    if (plan->op->squeeze)
        make_hidden(worker, plan, span);
    if (drops_out(net, plan)) {
        draw_mask(net, plan, span);
        multiply(net, plan, span, undropped(net, plan), plan->mask, plan->kept);
    }
    product(net, span, features(net, plan), lanes_pad(last_inputs(plan)),
            netstate_weight(worker, plan, last), last_inputs(plan), plan->y, plan->Cout);
    const HeadBiasArgs bias = {.y = plan->y + (long)span.first_image * plan->Cout,
                               .ldy = plan->Cout,
                               .b = netstate_weight(worker, plan, last + TENSOR_BIAS),
                               .M = span.end_image - span.first_image,
                               .N = plan->Cout};
    net->kernels.head.bias(&bias);
}

/* The logits of the images become the gradient of one of them: of each image's label. */
static void choose(const Net *net, const OpPlan *plan, Span span)
{
    for (int image = span.first_image; image < span.end_image; image++) {
        float *row = plan->y + (long)image * plan->Cout;
        memset(row, 0, (size_t)plan->Cout * sizeof *row);
        row[net->call.labels[image]] = 1.0f;
    }
}

/* Predictions and losses of the images; in training its logits become their gradient. */
static void judge(const Net *net, const OpPlan *plan, Span span)
{
    const NetCall *call = &net->call;
    const bool is_training = call->mode != MODE_EVAL;
    if (call->labels == NULL)
        return;
    float *y = plan->y + (long)span.first_image * plan->Cout;
    const HeadArgmaxArgs argmax = {.logits = y,
                                   .ld = plan->Cout,
                                   .index = net->predictions + span.first_image,
                                   .M = span.end_image - span.first_image,
                                   .n_classes = plan->op->out_channels};
    net->kernels.head.argmax(&argmax);
    HeadSoftmaxArgs softmax = {
        .logits = y,
        .ld = plan->Cout,
        .labels = call->labels + span.first_image,
        .loss = net->loss + span.first_image,
        .dlogits = is_training ? y : NULL,
        .lddlogits = plan->Cout,
        .smoothing = is_training ? (float)call->settings->label_smoothing : 0.0f,
        .grad_scale = 1.0f / (float)call->n,
        .M = span.end_image - span.first_image,
        .n_classes = plan->op->out_channels,
    };
    if (is_training && call->settings->mixed_labels != NULL) {
        softmax.mixed_labels = call->settings->mixed_labels + span.first_image;
        softmax.shares = call->settings->shares + span.first_image;
    }
    net->kernels.head.softmax(&softmax);
}

/* The gradient of the pooled features. */
static void go_back(const Worker *worker, const OpPlan *plan, Span span)
{
    const Net *net = worker->net;
    float *dx = netstate_input(net, plan)->g;
    float *dlast = plan->op->squeeze ? plan->dt1 : dx;
    product(net, span, plan->y, plan->Cout, plan->wt, plan->op->out_channels, dlast,
            lanes_pad(last_inputs(plan)));
    if (drops_out(net, plan))
        multiply(net, plan, span, dlast, plan->mask, dlast);
    if (plan->op->squeeze) {
        multiply(net, plan, span, dlast, plan->s, dlast);
        product(net, span, dlast, lanes_pad(plan->op->squeeze), plan->wt2, plan->op->squeeze, dx,
                plan->Cin);
    }
}

static void own(const Worker *worker, const OpPlan *plan)
{
    const Net *net = worker->net;
    const Op *op = plan->op;
    denselayer_own(worker, plan, last_layer(plan), features(net, plan), last_inputs(plan), plan->y,
                   op->out_channels);
    if (op->squeeze)
        denselayer_own(worker, plan, TENSOR_W, netstate_input(net, plan)->y, op->in_channels,
                       plan->dt1, op->squeeze);
}

static void measure_own(const Net *net, const OpPlan *plan, Arena *arena)
{
    denselayer_measure_own(net, plan, last_layer(plan), arena);
    if (plan->op->squeeze)
        denselayer_measure_own(net, plan, TENSOR_W, arena);
}

static void copy_logits(const Net *net, const OpPlan *plan, Span span)
{
    const int n = plan->op->out_channels;
    for (int image = span.first_image; net->call.logits != NULL && image < span.end_image; image++)
        memcpy(net->call.logits + (long)image * n, plan->y + (long)image * plan->Cout,
               (size_t)n * sizeof *net->call.logits);
}

static void forward(Worker *worker, const OpPlan *plan, Span span)
{
    make_logits(worker, plan, span);
    judge(worker->net, plan, span);
    copy_logits(worker->net, plan, span);
}

static void backward(const Pass *pass)
{
    const OpPlan *plan = pass->plan;
    const Net *net = pass->worker->net;
    make_logits(pass->worker, plan, pass->span);
    if (net->call.mode == MODE_CLASS)
        choose(net, plan, pass->span);
    else
        judge(net, plan, pass->span);
    go_back(pass->worker, plan, pass->span);
}

const OpRun run_linear = {
    .output = OUTPUT_STORED,
    .weights = WEIGHTS_OWNED,
    .is_phase = true,
    .is_classifier = true,
    .takes_spans = true,
    .carve = carve,
    .carve_transposed = carve_transposed,
    .measure_forward = measure,
    .measure_backward = measure,
    .transpose = transpose,
    .forward = forward,
    .backward = backward,
    .own = own,
    .measure_own = measure_own,
};
