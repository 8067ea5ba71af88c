/* tests/search/analytic.c: functions, and a machine whose workers take pseudo-random times. */
#include "tests/search/analytic.h"

#include "base/rng.h"
#include "base/sys.h"
#include "search/deciding.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <math.h>

/* --- functions --- */

enum { TRAP_BLOCK = 4, N_ACTIVE = 4, N_BANDED = 8, MILLION = 1000000 };

#define GENES_2(kind, n)                                                                           \
    {kind, n},                                                                                     \
    {                                                                                              \
        kind, n                                                                                    \
    }
#define GENES_4(kind, n) GENES_2(kind, n), GENES_2(kind, n)
#define GENES_20(kind, n)                                                                          \
    GENES_4(kind, n), GENES_4(kind, n), GENES_4(kind, n), GENES_4(kind, n), GENES_4(kind, n)

static const Gene bits[] = {GENES_20(GENE_CATEGORY, 2), GENES_20(GENE_CATEGORY, 2),
                            GENES_20(GENE_CATEGORY, 2), GENES_20(GENE_CATEGORY, 2),
                            GENES_20(GENE_CATEGORY, 2)};
static const Gene threes[] = {GENES_20(GENE_ORDERED, 3), GENES_4(GENE_CATEGORY, 3),
                              GENES_4(GENE_CATEGORY, 3)};

static double mean_of_ones(const GeneSpace *space, const uint8_t *genes)
{
    int n = 0;
    for (int g = 0; g < space->n_genes; g++)
        n += genes[g];
    return (double)n / space->n_genes;
}

static double nearness(const GeneSpace *space, const uint8_t *genes)
{
    double distance = 0;
    for (int g = 0; g < space->n_genes; g++)
        distance += abs(genes[g] - (g * 5 + 1) % 3) / 2.0;
    return 1 - distance / space->n_genes;
}

static double trap(const GeneSpace *space, const uint8_t *genes)
{
    double sum = 0;
    for (int g = 0; g < space->n_genes; g += TRAP_BLOCK) {
        int n = 0;
        for (int i = 0; i < TRAP_BLOCK; i++)
            n += genes[g + i];
        sum += n == TRAP_BLOCK ? 1 : 0.6 - 0.2 * n;
    }
    return sum * TRAP_BLOCK / space->n_genes;
}

static bool is_active(const uint8_t *genes, int g)
{
    return g == 0 || (g - 1) / N_ACTIVE == genes[0];
}

static void clear_inactive(const void *user, uint8_t *genes)
{
    (void)user;
    for (int g = 1; g <= 3 * N_ACTIVE; g++)
        if (!is_active(genes, g))
            genes[g] = 0;
}

/* The third branch is the best one. */
static double conditional(const GeneSpace *space, const uint8_t *genes)
{
    double sum = genes[0];
    for (int g = 1; g < space->n_genes; g++)
        sum += is_active(genes, g) && genes[g] == 1 + g % 2;
    return sum / (2 + N_ACTIVE);
}

/* user: how many genes there are; NULL: N_BANDED. */
static int64_t macs_of(const void *user, const uint8_t *genes)
{
    const int n = user == NULL ? N_BANDED : *(const int *)user;
    int64_t macs = 20 * MILLION;
    for (int g = 0; g < n; g++)
        macs += genes[g] * (2 + g) * (int64_t)MILLION;
    return macs;
}

const Analytic analytic_onemax = {{.genes = bits, .n_genes = 100}, mean_of_ones, 0.01, false};
const Analytic analytic_separable = {{.genes = threes, .n_genes = 28}, nearness, 0.02, false};
const Analytic analytic_trap = {{.genes = bits, .n_genes = 40}, trap, 0.01, false};
const Analytic analytic_conditional = {
    {.genes = threes, .n_genes = 1 + 3 * N_ACTIVE, .canonical = clear_inactive},
    conditional,
    0.01,
    true};
const Analytic analytic_banded = {{.genes = threes,
                                   .n_genes = N_BANDED,
                                   .macs = macs_of,
                                   .min_macs = 40 * MILLION,
                                   .max_macs = 60 * MILLION},
                                  nearness,
                                  0.01,
                                  true};

/* --- a measurement: a function of seed and genes alone --- */

static Rng noise_of(const GeneSpace *space, uint64_t seed, const uint8_t *genes)
{
    uint64_t index = 1469598103934665603U;
    for (int g = 0; g < space->n_genes; g++)
        index = (index ^ genes[g]) * 1099511628211U;
    return rng_start(seed, RNG_BOOTSTRAP, 0, index >> 8);
}

static DeciderResult measure(const Analytic *f, uint64_t seed, const uint8_t *genes)
{
    enum { ONE_IN = 16 };
    Rng rng = noise_of(&f->space, seed, genes);
    const double value = f->truth(&f->space, genes) + f->noise * rng_normal(&rng);
    const uint32_t trouble = rng_below(&rng, ONE_IN);
    if (f->has_trouble && trouble < 2)
        return (DeciderResult){trouble == 0 ? DECIDER_DIVERGED : DECIDER_FAILED, (double)NAN, 0, 1};
    return (DeciderResult){DECIDER_DONE, 100 * value, 1, 1};
}

/* --- a machine --- */

typedef struct Machine {
    AnalyticRun *run;
    uint64_t seed;
    uint32_t shuffle;
    int64_t queue[ANALYTIC_MAX_TICKETS];
    int n_queued, n_taken;
} Machine;

static ErrCode price(void *user, int64_t ticket, const DeciderPoint *point, int64_t *macs,
                     bool *is_refused, char reason[DECIDER_REASON_MAX], Err *err)
{
    (void)err;
    (void)reason;
    enum { REFUSED_IN = 24, SPREAD = 300 };
    Machine *m = user;
    AnalyticRun *run = m->run;
    assert_true(ticket <= ANALYTIC_MAX_TICKETS);
    uint8_t *genes = run->genes[ticket - 1];
    assert_true(genespace_from_text(&run->function->space, point->genes, genes));
    run->n_tickets = (int)ticket;
    run->values[ticket - 1] = run->function->truth(&run->function->space, genes);
    Rng rng = noise_of(&run->function->space, 1, genes);
    *macs = (100 + rng_below(&rng, SPREAD)) * (point->epochs ? point->epochs : 10);
    *is_refused = run->function->has_trouble && rng_below(&rng, REFUSED_IN) == 0;
    if (!*is_refused)
        m->queue[m->n_queued++] = ticket;
    return ERR_NONE;
}

static ErrCode record(void *user, const DeciderEntry *entry, Err *err)
{
    AnalyticRun *run = ((Machine *)user)->run;
    if (entry->kind == DECIDER_END)
        run->yielded = entry->yield.ticket;
    if (run->keeps_log) {
        assert_true(run->n_log < 2 * ANALYTIC_MAX_TICKETS);
        run->log[run->n_log] = *entry;
    }
    run->n_log++;
    return err->code;
}

static int64_t real_time(const Machine *m, int64_t ticket)
{
    enum { SLOWEST = 40 };
    Rng rng = rng_start(m->shuffle, RNG_SHUFFLE, 0, (uint64_t)ticket);
    return 1 + rng_below(&rng, SLOWEST);
}

static ErrCode work(Machine *m, Deciding *deciding, int n_real, Err *err)
{
    const DecidingHost host = {m, price, record};
    int64_t tickets[ANALYTIC_MAX_WORKERS] = {0}, ends[ANALYTIC_MAX_WORKERS] = {0}, now = 0;
    for (;;) {
        TRY(deciding_advance(deciding, &host, err));
        int first = -1;
        for (int w = 0; w < n_real; w++) {
            if (tickets[w] == 0 && m->n_taken < m->n_queued) {
                tickets[w] = m->queue[m->n_taken++];
                ends[w] = now + real_time(m, tickets[w]);
            }
            if (tickets[w] != 0 && (first < 0 || ends[w] < ends[first]))
                first = w;
        }
        if (first < 0)
            break;
        now = ends[first];
        const DeciderResult result =
            measure(m->run->function, m->seed, m->run->genes[tickets[first] - 1]);
        TRY(deciding_report(deciding, tickets[first], &result, err));
        tickets[first] = 0;
    }
fail:
    return err->code;
}

void analytic_search(AnalyticRun *run, const Analytic *function, const Decider *decider,
                     const void *settings, uint64_t seed, int n_virtual, int n_real,
                     uint32_t shuffle)
{
    static Machine machine; /* large: not on the stack */
    Deciding *deciding = NULL;
    Err err = {0};
    machine = (Machine){.run = run, .seed = seed, .shuffle = shuffle};
    run->function = function;
    run->n_log = run->n_tickets = 0;
    run->yielded = 0;
    if (run->keeps_log && run->log == NULL)
        run->log = mem_calloc(2 * ANALYTIC_MAX_TICKETS, sizeof *run->log);
    assert_true(!run->keeps_log || run->log != NULL);
    assert_int_equal(deciding_create(&deciding, decider, settings, seed, n_virtual, &err),
                     ERR_NONE);
    if (work(&machine, deciding, n_real, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    assert_non_null(deciding_yield(deciding));
    deciding_destroy(&deciding);
}

void analytic_release(AnalyticRun *run)
{
    mem_free(run->log);
    run->log = NULL;
}

double analytic_best(const AnalyticRun *run)
{
    double best = 0;
    for (int i = 0; i < run->n_tickets; i++)
        best = run->values[i] > best ? run->values[i] : best;
    return best;
}
