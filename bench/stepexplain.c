/* bench/stepexplain.c: times of rows and steps, and lines as sums of rows. */
#include "bench/stepexplain.h"

#include "base/sys.h"

#include <stdlib.h>
#include <string.h>

/* A row of the profile, and what it is of. */
typedef struct Row {
    NetProfileRow plan;
    ExplainPhase phase;
    int stage;
    char name[OP_NAME_MAX]; /* of its operation */
    double calls;
} Row;

/* What rows of a list have in common. */
typedef enum ListKind { BY_PHASE, BY_STAGE, BY_ROW, N_LISTS } ListKind;

struct StepExplain {
    const MachineReport *machine;
    int64_t n_steps;
    int n_rows, n_kernels;
    Row *rows;
    double *row_seconds;    /* [n_steps][n_rows] */
    double *wait_seconds;   /* the same: behind the row */
    double *kernel_seconds; /* [n_steps][n_kernels][EXPLAIN_N_PHASES] */
    double *sorted;         /* [n_steps] */
    int *members;           /* [n_rows] */
    ExplainLines lists[N_LISTS];
    ExplainKernel *kernels; /* [n_kernels] */
    int n_called;
};

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
    explain->kernels = mem_calloc(n_kernels, sizeof *explain->kernels);
    explain->sorted = mem_calloc(n_steps, sizeof *explain->sorted);
    bool is_complete = explain->rows != NULL && explain->members != NULL &&
                       explain->row_seconds != NULL && explain->wait_seconds != NULL &&
                       explain->kernel_seconds != NULL && explain->kernels != NULL &&
                       explain->sorted != NULL;
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

void stepexplain_step(StepExplain *explain, const Net *net, int64_t index)
{
    const double ticks_per_s =
        explain->machine->ticks_ghz * 1e9 * (double)net_settings(net)->threads;
    double *seconds = explain->row_seconds + index * explain->n_rows;
    double *kernels = explain->kernel_seconds + index * explain->n_kernels * EXPLAIN_N_PHASES;
    for (int k = 0; k < explain->n_kernels; k++)
        memset(explain->kernels[k].phase_calls, 0, sizeof explain->kernels[k].phase_calls);
    for (int i = 0; i < explain->n_rows; i++) {
        const NetProfileTime time = net_profile_time(net, i);
        const ExplainPhase phase = explain->rows[i].phase;
        seconds[i] = (double)time.ticks / ticks_per_s;
        explain->wait_seconds[index * explain->n_rows + i] = (double)time.wait_ticks / ticks_per_s;
        explain->rows[i].calls = (double)time.calls;
        for (int k = 0; time.calls > 0 && k < explain->n_kernels; k++) {
            const NetProfileTime kernel = net_profile_kernel(net, i, k);
            kernels[k * EXPLAIN_N_PHASES + (int)phase] += (double)kernel.ticks / ticks_per_s;
            explain->kernels[k].phase_calls[phase] += (double)kernel.calls;
        }
    }
}

/* --- lines --- */

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Of explain->sorted. */
static double take_median(StepExplain *explain)
{
    const int64_t n = explain->n_steps;
    qsort(explain->sorted, (size_t)n, sizeof *explain->sorted, compare_doubles);
    return 0.5 * (explain->sorted[(n - 1) / 2] + explain->sorted[n / 2]);
}

static bool belongs(const Row *row, const ExplainLine *line, ListKind kind)
{
    return row->phase == line->phase && (kind < BY_STAGE || row->stage == line->stage) &&
           (kind < BY_ROW || (row->plan.op == line->op && row->plan.pass == line->pass));
}

/* A line for each row that belongs to none yet. */
static void add_lines(const StepExplain *explain, ExplainLines *list, ListKind kind)
{
    for (int i = 0; i < explain->n_rows; i++) {
        const Row *row = &explain->rows[i];
        int at = 0;
        while (at < list->n && !belongs(row, &list->v[at], kind))
            at++;
        if (at < list->n)
            continue;
        list->v[list->n++] = (ExplainLine){.phase = row->phase,
                                           .stage = kind < BY_STAGE ? -1 : row->stage,
                                           .op = kind < BY_ROW ? -1 : row->plan.op,
                                           .pass = row->plan.pass,
                                           .op_name = kind < BY_ROW ? NULL : row->name};
    }
}

/* By stage, then by phase; those of no stage last. */
static int compare_lines(const void *a, const void *b)
{
    const ExplainLine *x = a, *y = b;
    if (x->stage != y->stage)
        return (unsigned)x->stage < (unsigned)y->stage ? -1 : 1;
    return (x->phase > y->phase) - (x->phase < y->phase);
}

/* What the binding roof allows for a row's work. */
static double roof_seconds(const StepExplain *explain, const NetProfileWork *work, bool *is_compute)
{
    const double n_bytes = work->read_bytes + work->written_bytes;
    const double compute = work->flops / machine_compute(explain->machine, MACHINE_ALL);
    const double moving = n_bytes / machine_bandwidth(explain->machine, MACHINE_ALL, n_bytes);
    *is_compute = compute > moving;
    return compute > moving ? compute : moving;
}

static void add_work(NetProfileWork *sum, const NetProfileWork *work)
{
    sum->flops += work->flops;
    sum->read_bytes += work->read_bytes;
    sum->written_bytes += work->written_bytes;
    sum->vectors += work->vectors;
}

/* The median over steps of the sum of the n members' seconds [n_steps][n_rows]. */
static double median_of_members(StepExplain *explain, const double *seconds, int n)
{
    for (int64_t step = 0; step < explain->n_steps; step++) {
        explain->sorted[step] = 0.0;
        for (int i = 0; i < n; i++)
            explain->sorted[step] += seconds[step * explain->n_rows + explain->members[i]];
    }
    return take_median(explain);
}

static void fill_line(StepExplain *explain, ExplainLine *line, ListKind kind)
{
    int n = 0;
    double computing = 0.0;
    for (int i = 0; i < explain->n_rows; i++) {
        const Row *row = &explain->rows[i];
        if (!belongs(row, line, kind))
            continue;
        bool is_compute = false;
        const double roof = roof_seconds(explain, &row->plan.work, &is_compute);
        computing += is_compute ? roof : 0.0;
        line->roof_seconds += roof;
        line->calls += row->calls;
        add_work(&line->work, &row->plan.work);
        explain->members[n++] = i;
    }
    line->seconds = median_of_members(explain, explain->row_seconds, n);
    line->wait_seconds = median_of_members(explain, explain->wait_seconds, n);
    line->is_compute = computing > 0.5 * line->roof_seconds;
    const double cycles =
        line->seconds * explain->machine->threads * explain->machine->clock_ghz * 1e9;
    line->cycles = line->work.vectors > 0.0 ? cycles / line->work.vectors : 0.0;
}

static void make_list(StepExplain *explain, ListKind kind)
{
    ExplainLines *list = &explain->lists[kind];
    double sum = 0.0;
    add_lines(explain, list, kind);
    if (kind < BY_ROW)
        qsort(list->v, (size_t)list->n, sizeof *list->v, compare_lines);
    for (int i = 0; i < list->n; i++) {
        fill_line(explain, &list->v[i], kind);
        sum += list->v[i].seconds;
    }
    for (int i = 0; i < list->n; i++)
        list->v[i].share = list->v[i].seconds / sum;
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
        kernel->phase_seconds[phase] = take_median(explain);
        kernel->seconds += kernel->phase_seconds[phase];
        kernel->calls += kernel->phase_calls[phase];
    }
    kernel->share = kernel->seconds / total;
    explain->n_called += kernel->calls > 0.0;
}

void stepexplain_finish(StepExplain *explain)
{
    double total = 0.0;
    for (int kind = 0; kind < N_LISTS; kind++)
        make_list(explain, (ListKind)kind);
    for (int i = 0; i < explain->lists[BY_PHASE].n; i++)
        total += explain->lists[BY_PHASE].v[i].seconds;
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
