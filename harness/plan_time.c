/* harness/plan_time.c: a few networks are timed, all others follow by the law of results/timelaw.h.
 */
#include "harness/plan.h"
#include "harness/plan_networks.h"
#include "harness/stepbench.h"

#include "models/resolve.h"

#include <math.h>

enum { MOST_BATCH = 32, LEAST_BATCH = 8, FEW_STEPS = 3, MOST_SAMPLES = 5 };

/* Seconds that the steps of one network may take, as far as batches can be made smaller. */
#define SAMPLE_SECONDS 0.5

/* Of a multiply-add, before one was timed: about what one core of today takes. */
#define GUESSED_S_PER_MAC 5e-11

/* --- calibration --- */

/* Images and steps so that a network of so many MACs takes about SAMPLE_SECONDS. */
static StepbenchSettings settings_for(const Plan *plan, CpuLevel level, double macs)
{
    const int64_t batch = recipe_batch_size(&plan->study->recipe, plan->n_train);
    StepbenchSettings settings = {.batch = batch < MOST_BATCH ? (int)batch : MOST_BATCH,
                                  .threads = 1,
                                  .level = level,
                                  .steps = STEPBENCH_MIN_STEPS,
                                  .is_cpu_time = true};
    const double image = TIMELAW_STEP_OVER_FORWARD * macs *
                         (plan->seconds_per_mac > 0 ? plan->seconds_per_mac : GUESSED_S_PER_MAC);
    if (image * settings.batch * (STEPBENCH_WARMUP + STEPBENCH_MIN_STEPS) > SAMPLE_SECONDS)
        settings.steps = FEW_STEPS;
    while (settings.batch > LEAST_BATCH &&
           image * settings.batch * (STEPBENCH_WARMUP + settings.steps) > SAMPLE_SECONDS)
        settings.batch /= 2;
    return settings;
}

/*
 * The fastest step in the thread's own time: what else the machine does now is not what it will do.
 * (Rejected: a thread for each worker, so that they share memory as workers do. On a busy machine
 * threads wait for one another, and a step takes ten times as long.)
 */
static ErrCode measure(TimeSample *sample, const Plan *plan, CpuLevel level, const Network *network,
                       Err *err)
{
    const StepbenchSettings settings = settings_for(plan, level, (double)network->macs);
    StepbenchReport report;
    if (stepbench_run(network, &settings, &report, err) != ERR_NONE)
        return err->code;
    *sample = (TimeSample){(double)network->macs, (double)network->acts,
                           report.ms_min * 1e-3 / (settings.batch * TIMELAW_STEP_OVER_FORWARD)};
    return ERR_NONE;
}

/* By what networks are far apart: cost, and activations a multiply-add. */
static double measure_of(const Network *network, bool is_ratio)
{
    return is_ratio ? (double)network->acts / (double)network->macs : (double)network->macs;
}

/* The network with the least (sign -1) or the most of it. */
static const Network *extreme(const Plan *plan, bool is_ratio, int sign)
{
    const Network *best = NULL;
    for (size_t i = 0; i < plan->n_networks; i++) {
        const Network *network = &plan->networks[i].network;
        if (best == NULL ||
            sign * measure_of(network, is_ratio) > sign * measure_of(best, is_ratio))
            best = network;
    }
    return best;
}

static bool is_measured(const TimeSample *samples, int n, const Network *network)
{
    for (int i = 0; i < n; i++)
        if (samples[i].macs == (double)network->macs && samples[i].acts == (double)network->acts)
            return true;
    return false;
}

static ErrCode measure_extremes(Plan *plan, CpuLevel level, TimeSample *samples, int *n, Err *err)
{
    for (int k = 0; k < MOST_SAMPLES - 1; k++) {
        const Network *network = extreme(plan, k >= 2, k % 2 ? 1 : -1);
        if (network == NULL || is_measured(samples, *n, network))
            continue;
        TRY(measure(&samples[*n], plan, level, network, err));
        ++*n;
    }
fail:
    return err->code;
}

static ErrCode calibrate(Plan *plan, CpuLevel level, Err *err)
{
    TimeSample samples[MOST_SAMPLES] = {0};
    Network baseline = {0};
    int n = 1;
    TRY(resolve_network(&baseline, &plan->baseline, err));
    TRY(measure(&samples[0], plan, level, &baseline, err));
    plan->seconds_per_mac = samples[0].seconds / samples[0].macs;
    TRY(measure_extremes(plan, level, samples, &n, err));
    TRY(timelaw_fit(&plan->law, samples, n, err));
    plan->seconds_per_mac =
        timelaw_seconds(&plan->law, samples[0].macs, samples[0].acts, 1) / samples[0].macs;
    plan->n_calibrated = n;
fail:
    network_release(&baseline);
    return err->code;
}

/* --- predictions --- */

ErrCode plan_predict(Plan *plan, CpuLevel level, Err *err)
{
    if (plan->n_calibrated == 0 && calibrate(plan, level, err) != ERR_NONE)
        return err->code;
    for (size_t i = 0; i < plan->n_networks; i++) {
        PlanNetwork *n = &plan->networks[i];
        n->seconds = timelaw_seconds(&plan->law, (double)n->network.macs, (double)n->network.acts,
                                     plan_networks_passes(plan, n->epochs));
    }
    return ERR_NONE;
}

double plan_seconds_per_mac(const Plan *plan)
{
    return plan->seconds_per_mac;
}

PlanRange plan_total_seconds(const Plan *plan, int n_jobs)
{
    if (plan->n_calibrated == 0)
        return (PlanRange){(double)NAN, (double)NAN};
    const PlanRange waiting = plan_waiting_macs(plan);
    const int n_side = n_jobs > 0 ? n_jobs : 1;
    double known = 0;
    for (size_t i = 0; i < plan->n_trials; i++)
        known += plan->networks[plan->trials[i].network].seconds;
    return (PlanRange){
        timelaw_low(&plan->law) * (known + waiting.low * plan->seconds_per_mac) / n_side,
        timelaw_high(&plan->law) * (known + waiting.high * plan->seconds_per_mac) / n_side};
}
