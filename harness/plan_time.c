/*
 * harness/plan_time.c: networks are timed as long as that is quick, all others follow by the law of
 * results/timelaw.h.
 */
#include "harness/plan.h"
#include "harness/plan_networks.h"
#include "harness/stepbench.h"

#include "base/clock.h"
#include "models/resolve.h"

#include <math.h>
#include <string.h>

enum { MOST_BATCH = 32, LEAST_BATCH = 8, MANY_STEPS = 5, FEW_STEPS = 3, N_EXTREMES = 4 };

/* Seconds that the steps of one network may take, as far as batches can be made smaller. */
#define SAMPLE_SECONDS 0.5

/* More networks than the law needs are timed for so long at most (of processor time), and for this
 * share of what the study is predicted to take. */
#define MORE_SECONDS 1.0
#define MORE_SHARE 0.01

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
                                  .steps = MANY_STEPS,
                                  .is_cpu_time = true};
    const double per_mac = plan->times.seconds_per_mac;
    const double image =
        TIMELAW_STEP_OVER_FORWARD * macs * (per_mac > 0 ? per_mac : GUESSED_S_PER_MAC);
    if (image * settings.batch * (STEPBENCH_WARMUP + MANY_STEPS) > SAMPLE_SECONDS)
        settings.steps = FEW_STEPS;
    while (settings.batch > LEAST_BATCH &&
           image * settings.batch * (STEPBENCH_WARMUP + settings.steps) > SAMPLE_SECONDS)
        settings.batch /= 2;
    return settings;
}

static bool is_timed(const PlanTimes *times, const Network *network, double *image_s)
{
    for (int i = 0; i < times->n; i++)
        if (strcmp(times->networks[i].digest, network->digest) == 0) {
            *image_s = times->networks[i].image_s;
            return true;
        }
    return false;
}

/* The networks timed so far, as the law's samples. */
typedef struct Calibration {
    CpuLevel level;
    TimeSample samples[PLAN_MOST_TIMED];
} Calibration;

/*
 * Times a network, unless it has been: the median step, for a trial is a sum of steps, in the
 * thread's own time: what else the machine does now is not what it will do. (Rejected: the fastest
 * step, which is 6 % below the mean. A thread for each worker, so that they share memory as workers
 * do: on a busy machine threads wait for one another, and a step takes ten times as long.)
 */
static ErrCode measure(Plan *plan, Calibration *c, const Network *network, bool is_brief, Err *err)
{
    PlanTimes *times = &plan->times;
    StepbenchSettings settings = settings_for(plan, c->level, (double)network->macs);
    StepbenchReport report;
    double image_s;
    if (times->n == PLAN_MOST_TIMED || is_timed(times, network, &image_s))
        return ERR_NONE;
    if (is_brief)
        settings.steps = FEW_STEPS;
    if (stepbench_run(network, &settings, &report, err) != ERR_NONE)
        return err->code;
    image_s = report.ms_per_step * 1e-3 / (settings.batch * TIMELAW_STEP_OVER_FORWARD);
    c->samples[times->n] = (TimeSample){(double)network->macs, (double)network->acts, image_s};
    memcpy(times->networks[times->n].digest, network->digest, HASH_HEX_BYTES);
    times->networks[times->n++].image_s = image_s;
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

static ErrCode measure_extremes(Plan *plan, Calibration *c, Err *err)
{
    for (int k = 0; k < N_EXTREMES; k++) {
        const Network *network = extreme(plan, k >= N_EXTREMES / 2, k % 2 ? 1 : -1);
        if (network != NULL && measure(plan, c, network, false, err) != ERR_NONE)
            return err->code;
    }
    return ERR_NONE;
}

/* As many of the others as are quick, in the plan's order. */
static ErrCode measure_more(Plan *plan, Calibration *c, double seconds, Err *err)
{
    const int64_t begin_ns = clock_thread_ns();
    for (size_t i = 0; i < plan->n_networks; i++) {
        if (clock_seconds(begin_ns, clock_thread_ns()) > seconds)
            break;
        if (measure(plan, c, &plan->networks[i].network, true, err) != ERR_NONE)
            return err->code;
    }
    return ERR_NONE;
}

static void predict(PlanNetwork *n, const Plan *plan)
{
    const TimeWork work = plan_networks_work(plan, n->target, n->epochs);
    const TimeLaw *law = &plan->times.law;
    double image_s;
    n->spread = TIMELAW_UNSEEN;
    if (!is_timed(&plan->times, &n->network, &image_s)) {
        n->spread = law->spread;
        image_s = timelaw_image(law, (double)n->network.macs, (double)n->network.acts);
    }
    n->seconds = timelaw_trial(image_s, &work);
}

static void predict_all(Plan *plan)
{
    for (size_t i = 0; i < plan->n_networks; i++)
        predict(&plan->networks[i], plan);
}

static ErrCode calibrate(Plan *plan, CpuLevel level, Err *err)
{
    PlanTimes *times = &plan->times;
    Calibration c = {.level = level};
    Network baseline = {0};
    TRY(resolve_network(&baseline, &plan->baseline, err));
    TRY(measure(plan, &c, &baseline, false, err));
    times->seconds_per_mac = times->networks[0].image_s / (double)baseline.macs;
    TRY(measure_extremes(plan, &c, err));
    TRY(timelaw_fit(&times->law, c.samples, times->n, err));
    predict_all(plan);
    const double worth = MORE_SHARE * plan_total_seconds(plan, 1).high;
    TRY(measure_more(plan, &c, fmin(worth, MORE_SECONDS), err));
    TRY(timelaw_fit(&times->law, c.samples, times->n, err));
fail:
    network_release(&baseline);
    return err->code;
}

/* --- predictions --- */

ErrCode plan_predict(Plan *plan, CpuLevel level, Err *err)
{
    if (plan->times.n == 0 && calibrate(plan, level, err) != ERR_NONE) {
        plan->times.n = 0; /* half a calibration is none */
        return err->code;
    }
    predict_all(plan);
    return ERR_NONE;
}

double plan_seconds_per_mac(const Plan *plan)
{
    return plan->times.seconds_per_mac;
}

PlanRange plan_total_seconds(const Plan *plan, int n_jobs)
{
    if (plan->times.n == 0)
        return (PlanRange){(double)NAN, (double)NAN};
    const double per_mac = plan->times.seconds_per_mac, spread = plan->times.law.spread;
    const PlanRange waiting = plan_waiting_macs(plan);
    const int n_side = n_jobs > 0 ? n_jobs : 1;
    PlanRange all = {timelaw_low(spread) * waiting.low * per_mac,
                     timelaw_high(spread) * waiting.high * per_mac};
    for (size_t i = 0; i < plan->n_trials; i++) {
        const PlanNetwork *n = &plan->networks[plan->trials[i].network];
        all.low += timelaw_low(n->spread) * n->seconds;
        all.high += timelaw_high(n->spread) * n->seconds;
    }
    return (PlanRange){all.low / n_side, all.high / n_side};
}
