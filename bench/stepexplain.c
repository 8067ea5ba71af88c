/* bench/stepexplain.c: times of rows and kernels, step by step. */
#include "bench/stepexplain.h"

#include "bench/explainlines.h"

#include "base/sys.h"

#include <stdlib.h>
#include <string.h>

/* --- create --- */

ErrCode stepexplain_create(StepExplain **out, const MachineReport *machine, int64_t n_steps,
                           Err *err)
{
    *out = NULL;
    if (n_steps > STEPEXPLAIN_MOST_STEPS)
        return err_set(err, ERR_USAGE, "cannot explain %lld steps: at most %d", (long long)n_steps,
                       STEPEXPLAIN_MOST_STEPS);
    StepExplain *explain = mem_calloc(1, sizeof *explain);
    if (explain == NULL)
        return err_memory(err, sizeof *explain);
    explain->machine = machine;
    explain->n_steps = n_steps;
    explain->n_kernels = net_profile_n_kernels();
    *out = explain;
    return ERR_NONE;
}

void stepexplain_destroy(StepExplain **explain)
{
    StepExplain *it = *explain;
    if (it == NULL)
        return;
    for (int i = 0; i < N_LISTS; i++)
        mem_free(it->lists[i].v);
    mem_free(it->kernels);
    mem_free(it->members);
    mem_free(it->sorted);
    mem_free(it->timed_seconds);
    mem_free(it->kernel_seconds);
    mem_free(it->wait_seconds);
    mem_free(it->row_seconds);
    mem_free(it->rows);
    mem_free(it);
    *explain = NULL;
}

/* --- which phase a row belongs to --- */

static const char *const phase_names[EXPLAIN_N_PHASES] = {
    "F1",       "F2",   "F3",   "B4",     "B3",      "B2",        "forward",
    "backward", "stem", "head", "finish", "prepare", "optimiser", "wait"};

/* Operations of an inverted bottleneck by the ends of their names. */
static const struct {
    const char *suffix;
    ExplainPhase forward, backward;
} bottleneck[] = {{".expand", EXPLAIN_F1, EXPLAIN_B2},
                  {".depthwise", EXPLAIN_F2, EXPLAIN_B3},
                  {".project", EXPLAIN_F3, EXPLAIN_B4}};

static ExplainPhase phase_of_op(const Op *op, bool is_backward)
{
    if (op->stage < 0)
        return text_starts_with(op->name, "stem") ? EXPLAIN_STEM : EXPLAIN_HEAD;
    for (size_t i = 0; i < ARRAY_LEN(bottleneck); i++)
        if (text_ends_with(op->name, bottleneck[i].suffix))
            return is_backward ? bottleneck[i].backward : bottleneck[i].forward;
    return is_backward ? EXPLAIN_BACKWARD : EXPLAIN_FORWARD;
}

static Row describe(const NetProfileRow *plan, const Network *network)
{
    Row row = {.plan = *plan, .stage = -1};
    if (plan->op >= 0) {
        const Op *op = &network->ops[plan->op];
        row.stage = op->stage;
        memcpy(row.name, op->name, sizeof row.name);
        row.phase = phase_of_op(op, plan->pass == NET_BACKWARD);
    }
    switch (plan->pass) {
    case NET_FORWARD_END:
    case NET_BACKWARD_END:
        row.phase = EXPLAIN_FINISH;
        break;
    case NET_PREPARE:
        row.phase = EXPLAIN_PREPARE;
        break;
    case NET_OPTIMISE:
        row.phase = EXPLAIN_OPTIMISER;
        break;
    case NET_WAIT:
        row.phase = EXPLAIN_WAIT;
        break;
    default:
        break;
    }
    return row;
}

/* --- collect --- */

ErrCode stepexplain_begin(StepExplain *explain, Net *net, Err *err)
{
    int n = 0;
    TRY(net_profile_start(net, err));
    const NetProfileRow *rows = net_profile_rows(net, &n);
    const size_t n_rows = (size_t)n, n_steps = (size_t)explain->n_steps;
    const size_t n_kernels = (size_t)explain->n_kernels;
    explain->n_rows = n;
    explain->rows = mem_calloc(n_rows, sizeof *explain->rows);
    explain->members = mem_calloc(n_rows, sizeof *explain->members);
    explain->row_seconds = mem_calloc(n_steps * n_rows, sizeof(double));
    explain->wait_seconds = mem_calloc(n_steps * n_rows, sizeof(double));
    explain->kernel_seconds = mem_calloc(n_steps * n_kernels * EXPLAIN_N_PHASES, sizeof(double));
    explain->timed_seconds = mem_calloc(n_steps, sizeof *explain->timed_seconds);
    explain->kernels = mem_calloc(n_kernels, sizeof *explain->kernels);
    explain->sorted = mem_calloc(n_steps, sizeof *explain->sorted);
    bool is_complete = explain->rows != NULL && explain->members != NULL &&
                       explain->row_seconds != NULL && explain->wait_seconds != NULL &&
                       explain->kernel_seconds != NULL && explain->timed_seconds != NULL &&
                       explain->kernels != NULL && explain->sorted != NULL;
    for (int i = 0; i < N_LISTS; i++) {
        explain->lists[i].v = mem_calloc(n_rows, sizeof *explain->lists[i].v);
        is_complete = is_complete && explain->lists[i].v != NULL;
    }
    if (!is_complete)
        return err_memory(err, n_steps * n_rows * sizeof(double));
    for (int i = 0; i < n; i++)
        explain->rows[i] = describe(&rows[i], net_network(net));
    for (int k = 0; k < explain->n_kernels; k++)
        explain->kernels[k].name = net_profile_kernel_name(k);
fail:
    return err->code;
}

static double ticks_per_s(const StepExplain *explain, const Net *net)
{
    return explain->machine->ticks_ghz * 1e9 * (double)net_settings(net)->threads;
}

void stepexplain_take_phases(StepExplain *explain, Net *net, int64_t index)
{
    const double rate = ticks_per_s(explain, net);
    double *seconds = explain->row_seconds + index * explain->n_rows;
    double *wait_seconds = explain->wait_seconds + index * explain->n_rows;
    for (int i = 0; i < explain->n_rows; i++) {
        const NetProfileTime time = net_profile_time(net, i);
        seconds[i] = (double)time.ticks / rate;
        wait_seconds[i] = (double)time.wait_ticks / rate;
    }
    net_profile_time_kernels(net, true);
}

void stepexplain_take_kernels(StepExplain *explain, Net *net, int64_t index)
{
    const double rate = ticks_per_s(explain, net);
    double *kernels = explain->kernel_seconds + index * explain->n_kernels * EXPLAIN_N_PHASES;
    for (int k = 0; k < explain->n_kernels; k++)
        memset(explain->kernels[k].phase_calls, 0, sizeof explain->kernels[k].phase_calls);
    for (int i = 0; i < explain->n_rows; i++) {
        const NetProfileTime time = net_profile_time(net, i);
        const ExplainPhase phase = explain->rows[i].phase;
        explain->rows[i].calls = (double)time.calls;
        explain->timed_seconds[index] += (double)time.ticks / rate;
        for (int k = 0; time.calls > 0 && k < explain->n_kernels; k++) {
            const NetProfileTime kernel = net_profile_kernel(net, i, k);
            kernels[k * EXPLAIN_N_PHASES + (int)phase] += (double)kernel.ticks / rate;
            explain->kernels[k].phase_calls[phase] += (double)kernel.calls;
        }
    }
    net_profile_time_kernels(net, false);
}

/* --- kernels --- */

static int compare_kernels(const void *a, const void *b)
{
    const ExplainKernel *x = a, *y = b;
    return (x->seconds < y->seconds) - (x->seconds > y->seconds);
}

static void fill_kernel(StepExplain *explain, int index, double total)
{
    ExplainKernel *kernel = &explain->kernels[index];
    for (int phase = 0; phase < EXPLAIN_N_PHASES; phase++) {
        for (int64_t step = 0; step < explain->n_steps; step++)
            explain->sorted[step] =
                explain->kernel_seconds[(step * explain->n_kernels + index) * EXPLAIN_N_PHASES +
                                        phase];
        kernel->phase_seconds[phase] = explainlines_median(explain);
        kernel->seconds += kernel->phase_seconds[phase];
        kernel->calls += kernel->phase_calls[phase];
    }
    kernel->share = kernel->seconds / total;
    explain->n_called += kernel->calls > 0.0;
}

void stepexplain_finish(StepExplain *explain)
{
    for (int kind = 0; kind < N_LISTS; kind++)
        explainlines_make(explain, (ListKind)kind);
    memcpy(explain->sorted, explain->timed_seconds,
           (size_t)explain->n_steps * sizeof *explain->sorted);
    const double total = explainlines_median(explain);
    for (int k = 0; k < explain->n_kernels; k++)
        fill_kernel(explain, k, total);
    qsort(explain->kernels, (size_t)explain->n_kernels, sizeof *explain->kernels, compare_kernels);
}

/* --- read --- */

ExplainLines stepexplain_phases(const StepExplain *explain)
{
    return explain->lists[BY_PHASE];
}

ExplainLines stepexplain_stages(const StepExplain *explain)
{
    return explain->lists[BY_STAGE];
}

ExplainLines stepexplain_operations(const StepExplain *explain)
{
    return explain->lists[BY_ROW];
}

const ExplainKernel *stepexplain_kernels(const StepExplain *explain, int *n)
{
    *n = explain->n_called;
    return explain->kernels;
}

const MachineReport *stepexplain_machine(const StepExplain *explain)
{
    return explain->machine;
}

const char *stepexplain_phase_name(ExplainPhase phase)
{
    return phase_names[phase];
}
