/*
 * nn/run_linear.c: the classifier: logits, loss and, in training, its whole backward pass.
 *
 * Nothing in it waits for other images, so forward and backward of a chunk run back to back.
 */
#include "nn/netstate.h"

#include "base/rng.h"

#include <string.h>

enum { TENSOR_BIAS = 1 };

typedef struct HeadScratch {
    float *x, *mask; /* [group][Cin] */
} HeadScratch;

static HeadScratch carve_head(const OpPlan *plan, Arena *arena)
{
    HeadScratch scratch;
    const size_t n = (size_t)plan->group * (size_t)plan->Cin;
    scratch.x = arena_floats(arena, n);
    scratch.mask = arena_floats(arena, n);
    return scratch;
}

static void measure(const Net *net, const OpPlan *plan, Arena *arena)
{
    (void)net;
    carve_head(plan, arena);
}

static void carve(const Net *net, OpPlan *plan, Arena *arena)
{
    if (net->settings.training)
        plan->wt = arena_floats(arena, (size_t)plan->op->out_channels * (size_t)plan->Cin);
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
static void draw_mask(const Net *net, const OpPlan *plan, Chunk chunk, float *mask)
{
    const double p = plan->op->dropout;
    const float kept = (float)(1.0 / (1.0 - p));
    for (int image = chunk.first_image; image < chunk.end_image; image++) {
        const uint64_t index = (uint64_t)plan->index << 32 | (uint32_t)image;
        Rng rng = rng_start(net->call.settings->seed, RNG_DROPOUT,
                            (uint32_t)net->call.settings->step, index);
        float *row = mask + (long)(image - chunk.first_image) * plan->Cin;
        for (int c = 0; c < plan->Cin; c++)
            row[c] = (double)rng_float(&rng) >= p ? kept : 0.0f;
    }
}

static void apply_mask(const Net *net, const OpPlan *plan, int M, const float *mask, const float *x,
                       float *y)
{
    const HeadDropoutArgs args = {.x = x,
                                  .ldx = plan->Cin,
                                  .mask = mask,
                                  .ldmask = plan->Cin,
                                  .y = y,
                                  .ldy = plan->Cin,
                                  .M = M,
                                  .N = plan->Cin};
    net->kernels.head.dropout(&args);
}

/* Logits of the chunk, in plan->y; returns the features they were made of. */
static const float *make_logits(const Worker *worker, const OpPlan *plan, Chunk chunk,
                                const HeadScratch *scratch)
{
    const Net *net = worker->net;
    const int M = chunk.end_image - chunk.first_image;
    const float *x = netstate_input(net, plan)->y + (long)chunk.first_image * plan->Cin;
    if (drops_out(net, plan)) {
        draw_mask(net, plan, chunk, scratch->mask);
        apply_mask(net, plan, M, scratch->mask, x, scratch->x);
        x = scratch->x;
    }
    float *y = plan->y + (long)chunk.first_image * plan->Cout;
    const PwForwardArgs product = {.x = x,
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
    return x;
}

/* Predictions and losses of the chunk; in training its logits become their gradient. */
static void judge(const Net *net, const OpPlan *plan, Chunk chunk)
{
    const NetCall *call = &net->call;
    const bool is_training = call->mode != MODE_EVAL;
    if (call->labels == NULL)
        return;
    float *y = plan->y + (long)chunk.first_image * plan->Cout;
    const HeadArgmaxArgs argmax = {.logits = y,
                                   .ld = plan->Cout,
                                   .index = net->predictions + chunk.first_image,
                                   .M = chunk.end_image - chunk.first_image,
                                   .n_classes = plan->op->out_channels};
    net->kernels.head.argmax(&argmax);
    HeadSoftmaxArgs softmax = {
        .logits = y,
        .ld = plan->Cout,
        .labels = call->labels + chunk.first_image,
        .loss = net->loss + chunk.first_image,
        .dlogits = is_training ? y : NULL,
        .lddlogits = plan->Cout,
        .smoothing = is_training ? (float)call->settings->label_smoothing : 0.0f,
        .grad_scale = 1.0f / (float)call->n,
        .M = chunk.end_image - chunk.first_image,
        .n_classes = plan->op->out_channels,
    };
    if (is_training && call->settings->mixed_labels != NULL) {
        softmax.mixed_labels = call->settings->mixed_labels + chunk.first_image;
        softmax.shares = call->settings->shares + chunk.first_image;
    }
    net->kernels.head.softmax(&softmax);
}

/* Weight gradients into the slot, and the gradient of the pooled features. */
static void go_back(const Worker *worker, const OpPlan *plan, Chunk chunk, const float *x,
                    const HeadScratch *scratch, float *slot)
{
    const Net *net = worker->net;
    const int M = chunk.end_image - chunk.first_image;
    const float *dy = plan->y + (long)chunk.first_image * plan->Cout;
    const PwWeightsArgs weights = {.x = x,
                                   .ldx = plan->Cin,
                                   .dy = dy,
                                   .lddy = plan->Cout,
                                   .dw = slot + netstate_offset(net, plan, TENSOR_W),
                                   .lddw = plan->Cout,
                                   .M = M,
                                   .K = plan->op->in_channels,
                                   .N = plan->Cout};
    net->kernels.pw.backward_weights(&weights);
    const HeadBiasGradArgs bias = {.dy = dy,
                                   .lddy = plan->Cout,
                                   .db = slot + netstate_offset(net, plan, TENSOR_BIAS),
                                   .M = M,
                                   .N = plan->Cout};
    net->kernels.head.bias_grad(&bias);
    float *dx = netstate_input(net, plan)->g + (long)chunk.first_image * plan->Cin;
    const PwForwardArgs data = {.x = dy,
                                .ldx = plan->Cout,
                                .w = plan->wt,
                                .ldw = plan->Cin,
                                .y = dx,
                                .ldy = plan->Cin,
                                .M = M,
                                .K = plan->op->out_channels,
                                .N = plan->Cin};
    net->kernels.pw.forward(&data);
    if (drops_out(net, plan))
        apply_mask(net, plan, M, scratch->mask, dx, dx);
}

static void copy_logits(const Net *net, const OpPlan *plan, Chunk chunk)
{
    const int n = plan->op->out_channels;
    for (int image = chunk.first_image; net->call.logits != NULL && image < chunk.end_image;
         image++)
        memcpy(net->call.logits + (long)image * n, plan->y + (long)image * plan->Cout,
               (size_t)n * sizeof *net->call.logits);
}

static void forward(Worker *worker, const OpPlan *plan, Chunk chunk)
{
    const HeadScratch scratch = carve_head(plan, worker->scratch);
    make_logits(worker, plan, chunk, &scratch);
    judge(worker->net, plan, chunk);
    copy_logits(worker->net, plan, chunk);
}

static void backward(const Pass *pass)
{
    const OpPlan *plan = pass->plan;
    const HeadScratch scratch = carve_head(plan, pass->worker->scratch);
    const float *x = make_logits(pass->worker, plan, pass->chunk, &scratch);
    judge(pass->worker->net, plan, pass->chunk);
    go_back(pass->worker, plan, pass->chunk, x, &scratch, pass->slot);
}

const OpRun run_linear = {
    .output = OUTPUT_STORED,
    .is_phase = true,
    .is_classifier = true,
    .carve = carve,
    .measure_forward = measure,
    .measure_backward = measure,
    .prepare = prepare,
    .forward = forward,
    .backward = backward,
};
