/*
 * nn/run_linear.c: the classifier: logits, loss and, in training, its whole backward pass.
 *
 * Nothing in it waits for other images, so forward and backward of an image run back to back; its
 * weights wait for all.
 */
#include "nn/weightshare.h"

#include "base/rng.h"

#include <string.h>

enum { TENSOR_BIAS = 1 };

/* Logits and their gradients are made where they stay. */
static void measure(const Net *net, const OpPlan *plan, Arena *arena)
{
    (void)net, (void)plan, (void)arena;
}

static void carve(const Net *net, OpPlan *plan, Arena *arena)
{
    const size_t features = (size_t)net->settings.batch * (size_t)plan->Cin;
    if (!net->settings.training)
        return;
    plan->wt = arena_floats(arena, (size_t)plan->op->out_channels * (size_t)plan->Cin);
    if (plan->op->dropout > 0.0) {
        plan->mask = arena_floats(arena, features);
        plan->kept = arena_floats(arena, features);
    }
}

static void prepare(const Worker *worker, const OpPlan *plan)
{
    const PwTransposeArgs args = {.w = netstate_weight(worker, plan, TENSOR_W),
                                  .ldw = plan->Cout,
                                  .wt = plan->wt,
                                  .ldwt = plan->Cin,
                                  .K = plan->op->in_channels,
                                  .N = plan->op->out_channels};
    worker->net->kernels.pw.transpose(&args);
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
        float *row = plan->mask + (long)image * plan->Cin;
        for (int c = 0; c < plan->Cin; c++)
            row[c] = (double)rng_float(&rng) >= p ? kept : 0.0f;
    }
}

/* Features, or their gradient, of the images times the mask. */
static void apply_mask(const Net *net, const OpPlan *plan, Span span, const float *x, float *y)
{
    const long first = (long)span.first_image * plan->Cin;
    const HeadDropoutArgs args = {.x = x + first,
                                  .ldx = plan->Cin,
                                  .mask = plan->mask + first,
                                  .ldmask = plan->Cin,
                                  .y = y + first,
                                  .ldy = plan->Cin,
                                  .M = span.end_image - span.first_image,
                                  .N = plan->Cin};
    net->kernels.head.dropout(&args);
}

/* What the weights multiply, of the whole batch. */
static const float *features(const Net *net, const OpPlan *plan)
{
    return drops_out(net, plan) ? plan->kept : netstate_input(net, plan)->y;
}

/* Logits of the images, in plan->y. */
static void make_logits(const Worker *worker, const OpPlan *plan, Span span)
{
    const Net *net = worker->net;
    const int M = span.end_image - span.first_image;
    if (drops_out(net, plan)) {
        draw_mask(net, plan, span);
        apply_mask(net, plan, span, netstate_input(net, plan)->y, plan->kept);
    }
    float *y = plan->y + (long)span.first_image * plan->Cout;
    const PwForwardArgs product = {.x = features(net, plan) + (long)span.first_image * plan->Cin,
                                   .ldx = plan->Cin,
                                   .w = netstate_weight(worker, plan, TENSOR_W),
                                   .ldw = plan->Cout,
                                   .y = y,
                                   .ldy = plan->Cout,
                                   .M = M,
                                   .K = plan->op->in_channels,
                                   .N = plan->Cout};
    net->kernels.pw.forward(&product);
    const HeadBiasArgs bias = {.y = y,
                               .ldy = plan->Cout,
                               .b = netstate_weight(worker, plan, TENSOR_BIAS),
                               .M = M,
                               .N = plan->Cout};
    net->kernels.head.bias(&bias);
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
    const PwForwardArgs data = {.x = plan->y + (long)span.first_image * plan->Cout,
                                .ldx = plan->Cout,
                                .w = plan->wt,
                                .ldw = plan->Cin,
                                .y = dx + (long)span.first_image * plan->Cin,
                                .ldy = plan->Cin,
                                .M = span.end_image - span.first_image,
                                .K = plan->op->out_channels,
                                .N = plan->Cin};
    net->kernels.pw.forward(&data);
    if (drops_out(net, plan))
        apply_mask(net, plan, span, dx, dx);
}

static void own(const Worker *worker, const OpPlan *plan)
{
    const Net *net = worker->net;
    const PwWeightsArgs weights = {.x = features(net, plan),
                                   .ldx = plan->Cin,
                                   .dy = plan->y,
                                   .lddy = plan->Cout,
                                   .dw = net->slots + netstate_offset(net, plan, TENSOR_W),
                                   .lddw = plan->Cout,
                                   .M = net->call.n,
                                   .K = plan->op->in_channels,
                                   .N = plan->Cout};
    const HeadBiasGradArgs bias = {.dy = plan->y,
                                   .lddy = plan->Cout,
                                   .db = net->slots + netstate_offset(net, plan, TENSOR_BIAS),
                                   .M = net->call.n,
                                   .N = plan->Cout};
    weightshare_matrix(worker, &weights);
    weightshare_bias(worker, &bias);
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
    make_logits(pass->worker, plan, pass->span);
    judge(pass->worker->net, plan, pass->span);
    go_back(pass->worker, plan, pass->span);
}

const OpRun run_linear = {
    .output = OUTPUT_STORED,
    .weights = WEIGHTS_OWNED,
    .is_phase = true,
    .is_classifier = true,
    .takes_spans = true,
    .carve = carve,
    .measure_forward = measure,
    .measure_backward = measure,
    .prepare = prepare,
    .forward = forward,
    .backward = backward,
    .own = own,
};
