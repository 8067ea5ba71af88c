#include "base/sys.h"
#include "kernels/affine/affine.h"
#include "oracle.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

enum { K_MAX = 31 }; /* kernel of a pool */

/* What one operation keeps; maps are [n][pixels][channels], dense. */
typedef struct Stage {
    const Op *op;
    int tensor;          /* index of its first tensor */
    double *z, *u, *out; /* convolution, after batch norm, after the activation */
    double *d_out;       /* gradient of out */
    double *mean, *rstd; /* batch norm */
    double *pooled, *hidden, *active, *gate; /* SE */
} Stage;

struct Oracle {
    const Net *net;
    const Network *network;
    double **weights, **gradients; /* by tensor */
    Stage *stages;
    double *images;
    int n;
    bool trains;
};

static double *numbers(size_t n)
{
    double *data = mem_calloc(n + 1, sizeof *data);
    assert_non_null(data);
    return data;
}

static size_t out_count(const Oracle *oracle, const Op *op)
{
    return (size_t)oracle->n * (size_t)op->out_size * (size_t)op->out_size *
           (size_t)op->out_channels;
}

Oracle *oracle_create(const Net *net)
{
    Oracle *oracle = mem_calloc(1, sizeof *oracle);
    const int n_tensors = net_n_tensors(net);
    assert_non_null(oracle);
    oracle->net = net;
    oracle->network = net_network(net);
    oracle->weights = mem_calloc((size_t)n_tensors, sizeof *oracle->weights);
    oracle->gradients = mem_calloc((size_t)n_tensors, sizeof *oracle->gradients);
    oracle->stages = mem_calloc((size_t)oracle->network->n_ops, sizeof *oracle->stages);
    for (int i = n_tensors - 1; i >= 0; i--) {
        const NetTensor *tensor = net_tensor(net, i);
        float *data = mem_calloc(tensor->n_elements, sizeof *data);
        net_read(net, i, NET_WEIGHTS, data);
        oracle->weights[i] = numbers(tensor->n_elements);
        oracle->gradients[i] = numbers(tensor->n_elements);
        for (size_t e = 0; e < tensor->n_elements; e++)
            oracle->weights[i][e] = (double)data[e];
        oracle->stages[tensor->op].tensor = i;
        mem_free(data);
    }
    for (int i = 0; i < oracle->network->n_ops; i++)
        oracle->stages[i].op = &oracle->network->ops[i];
    return oracle;
}

static void forget_stages(Oracle *oracle)
{
    for (int i = 0; i < oracle->network->n_ops; i++) {
        Stage *s = &oracle->stages[i];
        double **const all[] = {&s->z,    &s->u,      &s->out,    &s->d_out,  &s->mean,
                                &s->rstd, &s->pooled, &s->hidden, &s->active, &s->gate};
        for (size_t k = 0; k < ARRAY_LEN(all); k++) {
            mem_free(*all[k]);
            *all[k] = NULL;
        }
    }
    mem_free(oracle->images);
    oracle->images = NULL;
}

void oracle_destroy(Oracle **oracle)
{
    Oracle *it = *oracle;
    forget_stages(it);
    for (int i = 0; i < net_n_tensors(it->net); i++) {
        mem_free(it->weights[i]);
        mem_free(it->gradients[i]);
    }
    mem_free(it->weights);
    mem_free(it->gradients);
    mem_free(it->stages);
    mem_free(it);
    *oracle = NULL;
}

double *oracle_weight(Oracle *oracle, int tensor)
{
    return oracle->weights[tensor];
}

const double *oracle_gradient(const Oracle *oracle, int tensor)
{
    return oracle->gradients[tensor];
}

/* Value and gradient of what an operation reads; the images have no gradient. */
static const double *value_of(const Oracle *oracle, int op)
{
    return op < 0 ? oracle->images : oracle->stages[op].out;
}

static double *gradient_of(Oracle *oracle, int op)
{
    return op < 0 ? NULL : oracle->stages[op].d_out;
}

static double activate(Activation act, double u, double *slope)
{
    return affine_act__ref((ActFn)act, u, slope);
}

/* --- convolutions: one visit of every (output, tap, channel), forward or backward --- */

typedef struct ConvVisit {
    const double *x, *w;
    double *y;        /* forward: written */
    const double *dy; /* backward: read */
    double *dx, *dw;
} ConvVisit;

static void visit_output(const Op *op, const ConvVisit *v, size_t n, int oh, int ow, int oc)
{
    const int KH = op->kernel, KW = op_kernel_width(op), C = op->in_channels;
    const int d = op_dilation(op);
    const bool is_depthwise = op->kind == OP_DEPTHWISE;
    const size_t o = ((n * (size_t)op->out_size + (size_t)oh) * (size_t)op->out_size + (size_t)ow) *
                         (size_t)op->out_channels +
                     (size_t)oc;
    double sum = 0.0;
    for (int kh = 0; kh < KH; kh++)
        for (int kw = 0; kw < KW; kw++) {
            const int ih = oh * op->stride - op->pad + kh * d;
            const int iw = ow * op->stride - op_pad_left(op) + kw * d;
            if (ih < 0 || iw < 0 || ih >= op->in_size || iw >= op->in_size)
                continue;
            const size_t pixel =
                (n * (size_t)op->in_size + (size_t)ih) * (size_t)op->in_size + (size_t)iw;
            for (int c = is_depthwise ? oc : 0; c < (is_depthwise ? oc + 1 : C); c++) {
                const size_t i = pixel * (size_t)C + (size_t)c;
                const size_t in = is_depthwise ? (size_t)oc : (size_t)oc * (size_t)C + (size_t)c;
                const size_t at = (in * (size_t)KH + (size_t)kh) * (size_t)KW + (size_t)kw;
                if (v->y != NULL) {
                    sum += v->x[i] * v->w[at];
                    continue;
                }
                v->dw[at] += v->x[i] * v->dy[o];
                if (v->dx != NULL)
                    v->dx[i] += v->w[at] * v->dy[o];
            }
        }
    if (v->y != NULL)
        v->y[o] = sum;
}

static void visit_conv(const Oracle *oracle, const Op *op, const ConvVisit *visit)
{
    for (size_t n = 0; n < (size_t)oracle->n; n++)
        for (int oh = 0; oh < op->out_size; oh++)
            for (int ow = 0; ow < op->out_size; ow++)
                for (int oc = 0; oc < op->out_channels; oc++)
                    visit_output(op, visit, n, oh, ow, oc);
}

/* --- batch norm, if there is one, and activation: of z --- */

enum { NORM_GAMMA, NORM_BETA, NORM_MEAN, NORM_VAR };

/* Its tensors stand behind the filters. */
static int norm_tensor(const Stage *s, int which)
{
    return s->tensor + (s->op->kind != OP_NORMALISE) + which;
}

/* Mean and 1/sqrt(var + eps) of every channel: of the batch, or the running ones. */
static void statistics(const Oracle *oracle, Stage *s)
{
    const size_t C = (size_t)s->op->out_channels, M = out_count(oracle, s->op) / C;
    s->mean = numbers(C);
    s->rstd = numbers(C);
    for (size_t c = 0; c < C; c++) {
        double mean = 0.0, var = 0.0;
        for (size_t p = 0; p < M; p++)
            mean += s->z[p * C + c] / (double)M;
        for (size_t p = 0; p < M; p++)
            var += (s->z[p * C + c] - mean) * (s->z[p * C + c] - mean) / (double)M;
        s->mean[c] = oracle->trains ? mean : oracle->weights[norm_tensor(s, NORM_MEAN)][c];
        var = oracle->trains ? var : oracle->weights[norm_tensor(s, NORM_VAR)][c];
        s->rstd[c] = 1.0 / sqrt(var + oracle->network->bn_epsilon);
    }
}

/* From z to out. */
static void norm_forward(Oracle *oracle, Stage *s)
{
    const size_t n = out_count(oracle, s->op), C = (size_t)s->op->out_channels;
    s->u = numbers(n);
    if (s->op->batch_norm)
        statistics(oracle, s);
    for (size_t i = 0; i < n; i++) {
        const size_t c = i % C;
        s->u[i] = s->z[i];
        if (s->op->batch_norm)
            s->u[i] = oracle->weights[norm_tensor(s, NORM_GAMMA)][c] * (s->z[i] - s->mean[c]) *
                          s->rstd[c] +
                      oracle->weights[norm_tensor(s, NORM_BETA)][c];
        s->out[i] = activate(s->op->act, s->u[i], NULL);
    }
}

/* The gradient of z, textbook form, through the activation and batch norm; the caller's. */
static double *norm_backward(Oracle *oracle, Stage *s)
{
    const size_t n = out_count(oracle, s->op), C = (size_t)s->op->out_channels, M = n / C;
    double *du = numbers(n), *dz = numbers(n);
    for (size_t i = 0; i < n; i++) {
        double slope = 0.0;
        activate(s->op->act, s->u[i], &slope);
        du[i] = s->d_out[i] * slope;
    }
    if (!s->op->batch_norm) {
        mem_free(dz);
        return du;
    }
    const double *gamma = oracle->weights[norm_tensor(s, NORM_GAMMA)];
    double *dgamma = oracle->gradients[norm_tensor(s, NORM_GAMMA)];
    double *dbeta = oracle->gradients[norm_tensor(s, NORM_BETA)];
    for (size_t i = 0; i < n; i++) {
        dgamma[i % C] += du[i] * (s->z[i] - s->mean[i % C]) * s->rstd[i % C];
        dbeta[i % C] += du[i];
    }
    for (size_t i = 0; i < n; i++) {
        const size_t c = i % C;
        const double normal = (s->z[i] - s->mean[c]) * s->rstd[c];
        dz[i] =
            gamma[c] * s->rstd[c] * (du[i] - dbeta[c] / (double)M - normal * dgamma[c] / (double)M);
    }
    mem_free(du);
    return dz;
}

static void conv_forward(Oracle *oracle, Stage *s)
{
    s->z = numbers(out_count(oracle, s->op));
    const ConvVisit visit = {
        .x = value_of(oracle, s->op->input), .w = oracle->weights[s->tensor], .y = s->z};
    visit_conv(oracle, s->op, &visit);
    norm_forward(oracle, s);
}

static void conv_backward(Oracle *oracle, Stage *s)
{
    double *dz = norm_backward(oracle, s);
    const ConvVisit visit = {.x = value_of(oracle, s->op->input),
                             .w = oracle->weights[s->tensor],
                             .dy = dz,
                             .dx = gradient_of(oracle, s->op->input),
                             .dw = oracle->gradients[s->tensor]};
    visit_conv(oracle, s->op, &visit);
    mem_free(dz);
}

/* Batch norm and activation of a map. */
static void map_norm_pass(Oracle *oracle, Stage *s, bool is_backward)
{
    const size_t n = out_count(oracle, s->op);
    if (!is_backward) {
        s->z = numbers(n);
        memcpy(s->z, value_of(oracle, s->op->input), n * sizeof *s->z);
        norm_forward(oracle, s);
        return;
    }
    double *dz = norm_backward(oracle, s);
    for (size_t i = 0; i < n; i++)
        gradient_of(oracle, s->op->input)[i] += dz[i];
    mem_free(dz);
}

/* --- sums and concats, part by part: what the parts before made, and one more map --- */

static void part_pass(Oracle *oracle, Stage *s, bool is_backward)
{
    const size_t C = (size_t)s->op->in_channels, whole = (size_t)s->op->out_channels;
    const size_t P = out_count(oracle, s->op) / whole, at = (size_t)s->op->offset;
    const double *x = value_of(oracle, s->op->input);
    if (s->op->joins) {
        Stage *before = &oracle->stages[s->op->shortcut];
        double *to = is_backward ? before->d_out : s->out;
        const double *from = is_backward ? s->d_out : before->out;
        memcpy(to, from, P * whole * sizeof *to);
    }
    for (size_t i = 0; i < P * C; i++) {
        const size_t o = i / C * whole + at + i % C;
        if (is_backward)
            gradient_of(oracle, s->op->input)[i] += s->d_out[o];
        else
            s->out[o] += x[i];
    }
}

/* --- SE --- */

static void se_forward(Oracle *oracle, Stage *s)
{
    const size_t C = (size_t)s->op->in_channels, S = (size_t)s->op->squeeze;
    const size_t P = (size_t)s->op->in_size * (size_t)s->op->in_size, n = (size_t)oracle->n;
    double *const *w = &oracle->weights[s->tensor];
    const double *x = value_of(oracle, s->op->input);
    s->pooled = numbers(n * C);
    s->gate = numbers(n * C);
    s->hidden = numbers(n * S);
    s->active = numbers(n * S);
    for (size_t b = 0; b < n; b++) {
        for (size_t i = 0; i < P * C; i++)
            s->pooled[b * C + i % C] += x[b * P * C + i] / (double)P;
        for (size_t j = 0; j < S; j++) {
            double sum = w[1][j];
            for (size_t c = 0; c < C; c++)
                sum += w[0][j * C + c] * s->pooled[b * C + c];
            s->hidden[b * S + j] = sum;
            s->active[b * S + j] = activate(s->op->act, sum, NULL);
        }
        for (size_t c = 0; c < C; c++) {
            double sum = w[3][c];
            for (size_t j = 0; j < S; j++)
                sum += w[2][c * S + j] * s->active[b * S + j];
            s->gate[b * C + c] = s->op->gate == SE_GATE_SIGMOID
                                     ? 1.0 / (1.0 + exp(-sum))
                                     : fmin(fmax(sum + 3.0, 0.0), 6.0) / 6.0;
        }
        for (size_t i = 0; i < P * C; i++)
            s->out[b * P * C + i] = x[b * P * C + i] * s->gate[b * C + i % C];
    }
}

/* Gradients of one image's two layers from that of its gate; adds to d_pooled[C]. */
static void se_layers_backward(Oracle *oracle, Stage *s, size_t b, const double *d_gate,
                               double *d_pooled)
{
    const size_t C = (size_t)s->op->in_channels, S = (size_t)s->op->squeeze;
    double *const *w = &oracle->weights[s->tensor], *const *dw = &oracle->gradients[s->tensor];
    double *d_active = numbers(S);
    for (size_t c = 0; c < C; c++) {
        const double gate = s->gate[b * C + c];
        const double inside = gate > 0.0 && gate < 1.0 ? 1.0 / 6.0 : 0.0;
        const double d =
            d_gate[c] * (s->op->gate == SE_GATE_SIGMOID ? gate * (1.0 - gate) : inside);
        dw[3][c] += d;
        for (size_t j = 0; j < S; j++) {
            dw[2][c * S + j] += d * s->active[b * S + j];
            d_active[j] += d * w[2][c * S + j];
        }
    }
    for (size_t j = 0; j < S; j++) {
        double slope = 0.0;
        activate(s->op->act, s->hidden[b * S + j], &slope);
        const double d = d_active[j] * slope;
        dw[1][j] += d;
        for (size_t c = 0; c < C; c++) {
            dw[0][j * C + c] += d * s->pooled[b * C + c];
            d_pooled[c] += d * w[0][j * C + c];
        }
    }
    mem_free(d_active);
}

static void se_backward(Oracle *oracle, Stage *s)
{
    const size_t C = (size_t)s->op->in_channels;
    const size_t P = (size_t)s->op->in_size * (size_t)s->op->in_size;
    const double *x = value_of(oracle, s->op->input);
    double *dx = gradient_of(oracle, s->op->input);
    for (size_t b = 0; b < (size_t)oracle->n; b++) {
        double *d_gate = numbers(C), *d_pooled = numbers(C);
        for (size_t i = 0; i < P * C; i++)
            d_gate[i % C] += s->d_out[b * P * C + i] * x[b * P * C + i];
        se_layers_backward(oracle, s, b, d_gate, d_pooled);
        for (size_t i = 0; i < P * C; i++)
            dx[b * P * C + i] +=
                s->d_out[b * P * C + i] * s->gate[b * C + i % C] + d_pooled[i % C] / (double)P;
        mem_free(d_gate);
        mem_free(d_pooled);
    }
}

/* --- sums and pools --- */

static void sum_pass(Oracle *oracle, Stage *s, bool is_backward)
{
    const double *a = value_of(oracle, s->op->input), *b = value_of(oracle, s->op->shortcut);
    for (size_t i = 0; i < out_count(oracle, s->op); i++) {
        double slope = 0.0;
        const double y = activate(s->op->act, a[i] + b[i], &slope);
        if (is_backward) {
            gradient_of(oracle, s->op->input)[i] += s->d_out[i] * slope;
            gradient_of(oracle, s->op->shortcut)[i] += s->d_out[i] * slope;
        } else {
            s->out[i] = y;
        }
    }
}

/* Index in the input of the first largest value of an output's window. */
static size_t largest(const Op *op, const double *x, size_t o)
{
    const size_t C = (size_t)op->out_channels, side = (size_t)op->out_size;
    const size_t c = o % C, n = o / C / side / side;
    const int oh = (int)(o / C / side % side), ow = (int)(o / C % side);
    size_t best = SIZE_MAX;
    for (int kh = 0; kh < op->kernel; kh++)
        for (int kw = 0; kw < op->kernel; kw++) {
            const int ih = oh * op->stride - op->pad + kh, iw = ow * op->stride - op->pad + kw;
            if (ih < 0 || iw < 0 || ih >= op->in_size || iw >= op->in_size)
                continue;
            const size_t i =
                ((n * (size_t)op->in_size + (size_t)ih) * (size_t)op->in_size + (size_t)iw) * C + c;
            if (best == SIZE_MAX || x[i] > x[best])
                best = i;
        }
    return best;
}

static void max_pass(Oracle *oracle, Stage *s, bool is_backward)
{
    const double *x = value_of(oracle, s->op->input);
    for (size_t o = 0; o < out_count(oracle, s->op); o++) {
        const size_t i = largest(s->op, x, o);
        if (is_backward)
            gradient_of(oracle, s->op->input)[i] += s->d_out[o];
        else
            s->out[o] = x[i];
    }
}

/* Visits the taps inside of an output's window; padding does not count. */
static void average_output(Oracle *oracle, Stage *s, size_t o, bool is_backward)
{
    const Op *op = s->op;
    const size_t C = (size_t)op->out_channels, side = (size_t)op->out_size;
    const int oh = (int)(o / C / side % side), ow = (int)(o / C % side), k = op->kernel;
    const double *x = value_of(oracle, op->input);
    double *dx = gradient_of(oracle, op->input), sum = 0.0;
    size_t taps[K_MAX * K_MAX], n = 0;
    for (int tap = 0; tap < k * k; tap++) {
        const int ih = oh * op->stride - op->pad + tap / k;
        const int iw = ow * op->stride - op->pad + tap % k;
        const size_t image = o / C / side / side * (size_t)op->in_size;
        if (ih >= 0 && iw >= 0 && ih < op->in_size && iw < op->in_size)
            taps[n++] = ((image + (size_t)ih) * (size_t)op->in_size + (size_t)iw) * C + o % C;
    }
    for (size_t i = 0; i < n; i++) {
        sum += x[taps[i]];
        if (is_backward)
            dx[taps[i]] += s->d_out[o] / (double)n;
    }
    s->out[o] = sum / (double)n;
}

static void average_pass(Oracle *oracle, Stage *s, bool is_backward)
{
    for (size_t o = 0; o < out_count(oracle, s->op); o++)
        average_output(oracle, s, o, is_backward);
}

static void mean_pass(Oracle *oracle, Stage *s, bool is_backward)
{
    const size_t C = (size_t)s->op->in_channels,
                 P = (size_t)s->op->in_size * (size_t)s->op->in_size;
    const double *x = value_of(oracle, s->op->input);
    for (size_t i = 0; i < (size_t)oracle->n * P * C; i++) {
        const size_t o = i / (P * C) * C + i % C;
        if (is_backward)
            gradient_of(oracle, s->op->input)[i] += s->d_out[o] / (double)P;
        else
            s->out[o] += x[i] / (double)P;
    }
}

/* One layer of the head: y[n][N] = x w^T + b. With dy it goes back and adds to dx, dw and db. */
typedef struct HeadLayer {
    const double *x, *w, *dy;
    const double *b;
    double *y, *dx, *dw, *db;
    size_t K, N;
} HeadLayer;

static void head_layer(const HeadLayer *l, size_t n)
{
    for (size_t o = 0; o < n * l->N; o++) {
        const size_t row = o / l->N, j = o % l->N;
        if (l->dy == NULL)
            l->y[o] = l->b[j];
        else
            l->db[j] += l->dy[o];
        for (size_t k = 0; k < l->K; k++) {
            if (l->dy == NULL) {
                l->y[o] += l->w[j * l->K + k] * l->x[row * l->K + k];
                continue;
            }
            l->dw[j * l->K + k] += l->dy[o] * l->x[row * l->K + k];
            l->dx[row * l->K + k] += l->dy[o] * l->w[j * l->K + k];
        }
    }
}

/* The classifier behind a hidden layer. */
static void hidden_pass(Oracle *oracle, Stage *s, bool is_backward)
{
    double *const *w = &oracle->weights[s->tensor], *const *dw = &oracle->gradients[s->tensor];
    const size_t n = (size_t)oracle->n, C = (size_t)s->op->in_channels;
    const size_t H = (size_t)s->op->squeeze, N = (size_t)s->op->out_channels;
    HeadLayer first = {.x = value_of(oracle, s->op->input), .w = w[0], .b = w[1], .K = C, .N = H};
    HeadLayer last = {.w = w[2], .b = w[3], .K = H, .N = N};
    if (!is_backward) {
        first.y = s->hidden = numbers(n * H);
        s->active = numbers(n * H);
        head_layer(&first, n);
        for (size_t i = 0; i < n * H; i++)
            s->active[i] = activate(s->op->act, s->hidden[i], NULL);
        last.x = s->active;
        last.y = s->out;
        head_layer(&last, n);
        return;
    }
    double *d_hidden = numbers(n * H);
    last = (HeadLayer){.x = s->active,
                       .w = w[2],
                       .dy = s->d_out,
                       .dx = d_hidden,
                       .dw = dw[2],
                       .db = dw[3],
                       .K = H,
                       .N = N};
    head_layer(&last, n);
    for (size_t i = 0; i < n * H; i++) {
        double slope = 0.0;
        activate(s->op->act, s->hidden[i], &slope);
        d_hidden[i] *= slope;
    }
    first.dy = d_hidden;
    first.dx = gradient_of(oracle, s->op->input);
    first.dw = dw[0];
    first.db = dw[1];
    head_layer(&first, n);
    mem_free(d_hidden);
}

static void linear_pass(Oracle *oracle, Stage *s, bool is_backward)
{
    double *const *w = &oracle->weights[s->tensor], *const *dw = &oracle->gradients[s->tensor];
    if (s->op->squeeze) {
        hidden_pass(oracle, s, is_backward);
        return;
    }
    const HeadLayer layer = {.x = value_of(oracle, s->op->input),
                             .w = w[0],
                             .b = w[1],
                             .y = s->out,
                             .dy = is_backward ? s->d_out : NULL,
                             .dx = is_backward ? gradient_of(oracle, s->op->input) : NULL,
                             .dw = dw[0],
                             .db = dw[1],
                             .K = (size_t)s->op->in_channels,
                             .N = (size_t)s->op->out_channels};
    head_layer(&layer, (size_t)oracle->n);
}

/* --- whole passes --- */

static void pass_stage(Oracle *oracle, Stage *s, bool is_backward)
{
    switch (s->op->kind) {
    case OP_CONV:
    case OP_DEPTHWISE:
        (is_backward ? conv_backward : conv_forward)(oracle, s);
        break;
    case OP_SE:
        (is_backward ? se_backward : se_forward)(oracle, s);
        break;
    case OP_ADD:
        sum_pass(oracle, s, is_backward);
        break;
    case OP_MAX_POOL:
        max_pass(oracle, s, is_backward);
        break;
    case OP_AVERAGE_POOL:
        average_pass(oracle, s, is_backward);
        break;
    case OP_GLOBAL_POOL:
        mean_pass(oracle, s, is_backward);
        break;
    case OP_LINEAR:
        linear_pass(oracle, s, is_backward);
        break;
    case OP_NORMALISE:
        map_norm_pass(oracle, s, is_backward);
        break;
    case OP_CONCAT:
    case OP_SUM:
        part_pass(oracle, s, is_backward);
        break;
    }
}

static void forward(Oracle *oracle, const float *images, int n, bool trains)
{
    const size_t side = (size_t)oracle->network->resolution,
                 n_numbers = (size_t)n * side * side * 3;
    forget_stages(oracle);
    oracle->n = n;
    oracle->trains = trains;
    oracle->images = numbers(n_numbers);
    for (size_t i = 0; i < n_numbers; i++)
        oracle->images[i] = (double)images[i];
    for (int i = 0; i < oracle->network->n_ops; i++) {
        Stage *s = &oracle->stages[i];
        s->out = numbers(out_count(oracle, s->op));
        s->d_out = numbers(out_count(oracle, s->op));
        pass_stage(oracle, s, false);
    }
}

/* Loss of a row of logits, and the gradient of the mean loss. */
static double row_loss(const double *z, int32_t label, int n_classes, double smoothing, int n,
                       double *dz)
{
    double highest = z[0], sum = 0.0, loss = 0.0;
    for (int j = 1; j < n_classes; j++)
        highest = z[j] > highest ? z[j] : highest;
    for (int j = 0; j < n_classes; j++)
        sum += exp(z[j] - highest);
    for (int j = 0; j < n_classes; j++) {
        const double q = (j == label ? 1.0 - smoothing : 0.0) + smoothing / n_classes;
        const double log_p = z[j] - highest - log(sum);
        loss -= q * log_p;
        dz[j] = (exp(log_p) - q) / n;
    }
    return loss;
}

double oracle_loss(Oracle *oracle, const float *images, const int32_t *labels, int n,
                   double label_smoothing, bool wants_gradients)
{
    const int classes = oracle->network->classes, last = oracle->network->n_ops - 1;
    forward(oracle, images, n, true);
    double loss = 0.0;
    for (int i = 0; i < n; i++)
        loss += row_loss(oracle->stages[last].out + (long)i * classes, labels[i], classes,
                         label_smoothing, n, oracle->stages[last].d_out + (long)i * classes);
    if (!wants_gradients)
        return loss;
    for (int i = 0; i < net_n_tensors(oracle->net); i++)
        memset(oracle->gradients[i], 0, net_tensor(oracle->net, i)->n_elements * sizeof(double));
    for (int i = last; i >= 0; i--)
        pass_stage(oracle, &oracle->stages[i], true);
    return loss;
}

void oracle_logits(Oracle *oracle, const float *images, int n, double *logits)
{
    forward(oracle, images, n, false);
    memcpy(logits, oracle->stages[oracle->network->n_ops - 1].out,
           (size_t)n * (size_t)oracle->network->classes * sizeof *logits);
}

double oracle_tolerance(const Net *net)
{
    const double half_ulp = ldexp(1.0, -24);
    return 8.0 * 64.0 * sqrt(2.0 * net_network(net)->n_ops) * half_ulp;
}
