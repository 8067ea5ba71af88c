/*
 * nn/netprobe.c: one function a kernel, all of one form: the flat table that netprobe.h lists.
 */
#include "nn/netprobe.h"

#include "base/clock.h"

static _Thread_local Probe *here;

static void count(int kernel, uint64_t begin)
{
    here->ticks[kernel] += clock_ticks() - begin;
    here->calls[kernel]++;
}

static void affine_forward(const AffineForwardArgs *args)
{
    const uint64_t begin = clock_ticks();
    here->kernels->affine.forward(args);
    count(NETPROBE_affine_forward, begin);
}

static void affine_stats(const AffineStatsArgs *args)
{
    const uint64_t begin = clock_ticks();
    here->kernels->affine.stats(args);
    count(NETPROBE_affine_stats, begin);
}

static void affine_fold(const AffineFoldArgs *args)
{
    const uint64_t begin = clock_ticks();
    here->kernels->affine.fold(args);
    count(NETPROBE_affine_fold, begin);
}

static void affine_backward(const AffineBackwardArgs *args)
{
    const uint64_t begin = clock_ticks();
    here->kernels->affine.backward(args);
    count(NETPROBE_affine_backward, begin);
}

static void affine_dz(const AffineDzArgs *args)
{
    const uint64_t begin = clock_ticks();
    here->kernels->affine.dz(args);
    count(NETPROBE_affine_dz, begin);
}

static void dw_forward(const DwForwardArgs *args)
{
    const uint64_t begin = clock_ticks();
    here->kernels->dw.forward(args);
    count(NETPROBE_dw_forward, begin);
}

static void dw_backward_data(const DwDataArgs *args)
{
    const uint64_t begin = clock_ticks();
    here->kernels->dw.backward_data(args);
    count(NETPROBE_dw_backward_data, begin);
}

static void dw_backward_weights(const DwWeightsArgs *args)
{
    const uint64_t begin = clock_ticks();
    here->kernels->dw.backward_weights(args);
    count(NETPROBE_dw_backward_weights, begin);
}

static void head_bias(const HeadBiasArgs *args)
{
    const uint64_t begin = clock_ticks();
    here->kernels->head.bias(args);
    count(NETPROBE_head_bias, begin);
}

static void head_bias_grad(const HeadBiasGradArgs *args)
{
    const uint64_t begin = clock_ticks();
    here->kernels->head.bias_grad(args);
    count(NETPROBE_head_bias_grad, begin);
}

static void head_dropout(const HeadDropoutArgs *args)
{
    const uint64_t begin = clock_ticks();
    here->kernels->head.dropout(args);
    count(NETPROBE_head_dropout, begin);
}

static void head_softmax(const HeadSoftmaxArgs *args)
{
    const uint64_t begin = clock_ticks();
    here->kernels->head.softmax(args);
    count(NETPROBE_head_softmax, begin);
}

static void head_argmax(const HeadArgmaxArgs *args)
{
    const uint64_t begin = clock_ticks();
    here->kernels->head.argmax(args);
    count(NETPROBE_head_argmax, begin);
}

static void mb_forward(const MbForwardArgs *args)
{
    const uint64_t begin = clock_ticks();
    here->kernels->mb.forward(args);
    count(NETPROBE_mb_forward, begin);
}

static void mb_backward(const MbBackwardArgs *args)
{
    const uint64_t begin = clock_ticks();
    here->kernels->mb.backward(args);
    count(NETPROBE_mb_backward, begin);
}

static void opt_sum(const OptSumArgs *args)
{
    const uint64_t begin = clock_ticks();
    here->kernels->opt.sum(args);
    count(NETPROBE_opt_sum, begin);
}

static void opt_sgd_nesterov(const OptUpdateArgs *args)
{
    const uint64_t begin = clock_ticks();
    here->kernels->opt.sgd_nesterov(args);
    count(NETPROBE_opt_sgd_nesterov, begin);
}

static void opt_rmsprop_tf(const OptUpdateArgs *args)
{
    const uint64_t begin = clock_ticks();
    here->kernels->opt.rmsprop_tf(args);
    count(NETPROBE_opt_rmsprop_tf, begin);
}

static void opt_rmsprop_torch(const OptUpdateArgs *args)
{
    const uint64_t begin = clock_ticks();
    here->kernels->opt.rmsprop_torch(args);
    count(NETPROBE_opt_rmsprop_torch, begin);
}

static void opt_adamw(const OptUpdateArgs *args)
{
    const uint64_t begin = clock_ticks();
    here->kernels->opt.adamw(args);
    count(NETPROBE_opt_adamw, begin);
}

static void opt_ema(const OptEmaArgs *args)
{
    const uint64_t begin = clock_ticks();
    here->kernels->opt.ema(args);
    count(NETPROBE_opt_ema, begin);
}

static void panel_load(const PanelLoadArgs *args)
{
    const uint64_t begin = clock_ticks();
    here->kernels->panel.load(args);
    count(NETPROBE_panel_load, begin);
}

static void panel_fold(const PanelFoldArgs *args)
{
    const uint64_t begin = clock_ticks();
    here->kernels->panel.fold(args);
    count(NETPROBE_panel_fold, begin);
}

static void panel_backward(const PanelBackwardArgs *args)
{
    const uint64_t begin = clock_ticks();
    here->kernels->panel.backward(args);
    count(NETPROBE_panel_backward, begin);
}

static void pool_mean(const PoolMeanArgs *args)
{
    const uint64_t begin = clock_ticks();
    here->kernels->pool.mean(args);
    count(NETPROBE_pool_mean, begin);
}

static void pool_dot(const PoolDotArgs *args)
{
    const uint64_t begin = clock_ticks();
    here->kernels->pool.dot(args);
    count(NETPROBE_pool_dot, begin);
}

static void pool_broadcast(const PoolBroadcastArgs *args)
{
    const uint64_t begin = clock_ticks();
    here->kernels->pool.broadcast(args);
    count(NETPROBE_pool_broadcast, begin);
}

static void pool_max_forward(const PoolWindowArgs *args)
{
    const uint64_t begin = clock_ticks();
    here->kernels->pool.max_forward(args);
    count(NETPROBE_pool_max_forward, begin);
}

static void pool_max_backward(const PoolWindowArgs *args)
{
    const uint64_t begin = clock_ticks();
    here->kernels->pool.max_backward(args);
    count(NETPROBE_pool_max_backward, begin);
}

static void pool_average_forward(const PoolWindowArgs *args)
{
    const uint64_t begin = clock_ticks();
    here->kernels->pool.average_forward(args);
    count(NETPROBE_pool_average_forward, begin);
}

static void pool_average_backward(const PoolWindowArgs *args)
{
    const uint64_t begin = clock_ticks();
    here->kernels->pool.average_backward(args);
    count(NETPROBE_pool_average_backward, begin);
}

static void pw_forward(const PwForwardArgs *args)
{
    const uint64_t begin = clock_ticks();
    here->kernels->pw.forward(args);
    count(NETPROBE_pw_forward, begin);
}

static void pw_backward_weights(const PwWeightsArgs *args)
{
    const uint64_t begin = clock_ticks();
    here->kernels->pw.backward_weights(args);
    count(NETPROBE_pw_backward_weights, begin);
}

static void pw_transpose(const PwTransposeArgs *args)
{
    const uint64_t begin = clock_ticks();
    here->kernels->pw.transpose(args);
    count(NETPROBE_pw_transpose, begin);
}

static void se_forward(const SeForwardArgs *args)
{
    const uint64_t begin = clock_ticks();
    here->kernels->se.forward(args);
    count(NETPROBE_se_forward, begin);
}

static void se_backward(const SeBackwardArgs *args)
{
    const uint64_t begin = clock_ticks();
    here->kernels->se.backward(args);
    count(NETPROBE_se_backward, begin);
}

static void se_scale(const SeScaleArgs *args)
{
    const uint64_t begin = clock_ticks();
    here->kernels->se.scale(args);
    count(NETPROBE_se_scale, begin);
}

const char *netprobe_name(int kernel)
{
    static const char *const names[NETPROBE_N] = {
#define NETPROBE_TEXT(family, kernel) #family "." #kernel,
        NETPROBE_KERNELS(NETPROBE_TEXT)
#undef NETPROBE_TEXT
    };
    return names[kernel];
}

void netprobe_wrap(Kernels *kernels)
{
#define NETPROBE_SET(family, kernel) kernels->family.kernel = family##_##kernel;
    NETPROBE_KERNELS(NETPROBE_SET)
#undef NETPROBE_SET
}

void netprobe_enter(Probe *probe)
{
    here = probe;
}
