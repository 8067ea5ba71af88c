/*
 * tests/search/test_deciding.c: one decision log, whatever the workers, their timing, and kills.
 *
 * A small evolution searches an analytic function of eight genes; nothing is trained. Its real
 * workers are simulated: job j of shuffle s takes a pseudo-random time between 1 and 40 times
 * another's. Costs, refusals, divergence and failures are functions of the genes, as in a study.
 */
#include "base/rng.h"
#include "search/deciding.h"
#include "search/virtual_clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <math.h>

enum {
    N_GENES = 8,
    N_VALUES = 4,
    N_RANDOM = 6,      /* asked for before anything is bred */
    N_TRAININGS = 48,  /* the budget */
    MAX_SUM = 13,      /* of genes: above, a point is refused */
    MAX_ENTRIES = 512, /* of a log */
    MAX_JOBS = 256,
    MAX_WORKERS = 8,
    N_SHUFFLES = 5,
    SEED = 11
};

/* --- a decider: regularised evolution with tournaments of three, no duplicates wanted --- */

typedef struct Evolution {
    int n_asked, n_told, n_refused;
    char genes[MAX_JOBS][N_GENES + 1]; /* by ticket - 1 */
    double values[MAX_JOBS];           /* NaN: none */
    int order[MAX_JOBS];               /* tickets - 1 as they were told */
} Evolution;

static size_t state_bytes(const void *settings)
{
    (void)settings;
    return sizeof(Evolution);
}

static void fold(const void *settings, void *state, const DeciderEntry *entry)
{
    (void)settings;
    Evolution *e = state;
    if (entry->kind == DECIDER_ASK) {
        memcpy(e->genes[entry->ticket - 1], entry->point.genes, N_GENES + 1);
        e->n_asked++;
    } else if (entry->kind == DECIDER_TELL) {
        e->values[entry->ticket - 1] = entry->result.value;
        e->order[e->n_told++] = (int)entry->ticket - 1;
        e->n_refused += entry->result.outcome == DECIDER_REFUSED;
    }
}

/* The best of three drawn from the last ten that were told. */
static int pick_parent(const Evolution *e, Rng *rng)
{
    enum { N_ALIVE = 10, N_DRAWN = 3 };
    const int n = e->n_told < N_ALIVE ? e->n_told : N_ALIVE;
    int best = -1;
    for (int i = 0; i < N_DRAWN; i++) {
        const int drawn = e->order[e->n_told - 1 - (int)rng_below(rng, (uint32_t)n)];
        if (best < 0 || isnan(e->values[best]) || e->values[drawn] > e->values[best])
            best = drawn;
    }
    return best;
}

static DeciderAnswer decide(const void *settings, uint64_t seed, int64_t ticket, const void *state,
                            DeciderReply *reply)
{
    (void)settings;
    const Evolution *e = state;
    Rng rng = rng_start(seed, RNG_SEARCH, 0, (uint64_t)ticket);
    const int n_in_training = e->n_asked - e->n_told;
    if (e->n_asked - e->n_refused >= N_TRAININGS) {
        if (n_in_training)
            return DECIDER_WAITS;
        int best = 0;
        for (int i = 1; i < e->n_asked; i++)
            if (isnan(e->values[best]) || e->values[i] > e->values[best])
                best = i;
        reply->yield.ticket = best + 1;
        snprintf(reply->reason, sizeof reply->reason, "best of %d", e->n_asked);
        return DECIDER_ENDS;
    }
    if (e->n_asked < N_RANDOM) {
        for (int i = 0; i < N_GENES; i++)
            reply->point.genes[i] = (char)('0' + rng_below(&rng, N_VALUES));
        snprintf(reply->reason, sizeof reply->reason, "random");
        return DECIDER_ASKS;
    }
    if (e->n_told < N_RANDOM / 2)
        return DECIDER_WAITS;
    const int parent = pick_parent(e, &rng);
    memcpy(reply->point.genes, e->genes[parent], N_GENES);
    const uint32_t gene = rng_below(&rng, N_GENES), step = 1 + rng_below(&rng, N_VALUES - 1);
    reply->point.genes[gene] =
        (char)('0' + ((uint32_t)(reply->point.genes[gene] - '0') + step) % N_VALUES);
    reply->point.epochs = ticket % 3; /* some with an own number of epochs */
    snprintf(reply->reason, sizeof reply->reason, "child of %d", parent + 1);
    return DECIDER_ASKS;
}

static const Decider evolution = {"evolution", state_bytes, fold, decide};

/* --- the world: an analytic function --- */

static int sum_of(const char *genes)
{
    int sum = 0;
    for (int i = 0; i < N_GENES; i++)
        sum += genes[i] - '0';
    return sum;
}

static DeciderResult measure(const char *genes, int64_t ticket)
{
    Rng rng = rng_start(SEED, RNG_BOOTSTRAP, 0, (uint64_t)ticket);
    double value = 0;
    for (int i = 0; i < N_GENES; i++)
        value += genes[i] - '0' == (i * 5 + 2) % N_VALUES;
    if (ticket % 11 == 0)
        return (DeciderResult){DECIDER_FAILED, (double)NAN, 0, 1};
    if (genes[N_GENES - 1] == '0')
        return (DeciderResult){DECIDER_DIVERGED, (double)NAN, 0, 1};
    return (DeciderResult){DECIDER_DONE, value + 0.1 * rng_double(&rng), 1, 1};
}

/* What outlives a kill, and the simulated machine, which does not. */
typedef struct World {
    DeciderEntry log[MAX_ENTRIES];
    int n_log;
    DeciderResult results[MAX_JOBS];
    bool has_result[MAX_JOBS];
    /* --- */
    char genes[MAX_JOBS][N_GENES + 1];
    int64_t begun[MAX_JOBS]; /* real workers: tickets that wait to be trained, in order */
    int n_queued, n_taken;
    int n_entries;  /* handed over in this life */
    int kill_after; /* entries committed in this life; 0: never */
    uint32_t shuffle;
} World;

static bool is_same_double(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

/* Field by field: the bytes between them mean nothing. */
static bool is_same(const DeciderEntry *a, const DeciderEntry *b)
{
    return a->number == b->number && a->kind == b->kind && a->time == b->time &&
           a->ticket == b->ticket && strcmp(a->point.genes, b->point.genes) == 0 &&
           a->point.epochs == b->point.epochs && a->result.outcome == b->result.outcome &&
           is_same_double(a->result.value, b->result.value) && a->result.n == b->result.n &&
           a->yield.ticket == b->yield.ticket && strcmp(a->reason, b->reason) == 0;
}

static ErrCode price(void *user, int64_t ticket, const DeciderPoint *point, int64_t *macs,
                     bool *is_refused, char reason[DECIDER_REASON_MAX], Err *err)
{
    (void)err;
    World *world = user;
    const int sum = sum_of(point->genes);
    *is_refused = sum > MAX_SUM;
    if (*is_refused)
        snprintf(reason, DECIDER_REASON_MAX, "sum %d above %d", sum, MAX_SUM);
    *macs = (100 + 17 * sum) * (point->epochs ? point->epochs : 3);
    memcpy(world->genes[ticket - 1], point->genes, N_GENES + 1);
    if (!*is_refused)
        world->begun[world->n_queued++] = ticket;
    return ERR_NONE;
}

static ErrCode record(void *user, const DeciderEntry *entry, Err *err)
{
    World *world = user;
    assert_int_equal(entry->number, world->n_entries + 1);
    if (world->n_entries < world->n_log)
        assert_true(is_same(entry, &world->log[world->n_entries]));
    else
        world->log[world->n_log++] = *entry;
    world->n_entries++;
    if (world->n_entries == world->kill_after)
        return err_set(err, ERR_INTERRUPTED, "killed");
    return ERR_NONE;
}

/* Time that a job takes on a real worker. */
static int64_t real_time(const World *world, int64_t ticket)
{
    Rng rng = rng_start(world->shuffle, RNG_SHUFFLE, 0, (uint64_t)ticket);
    return 1 + rng_below(&rng, 40);
}

/* Reports what is stored, again and again, until that leads no further. */
static ErrCode advance(Deciding *deciding, World *world, Err *err)
{
    const DecidingHost host = {world, price, record};
    int64_t n_before = -1;
    while (n_before != deciding_n_tickets(deciding)) {
        n_before = deciding_n_tickets(deciding);
        TRY(deciding_advance(deciding, &host, err));
        for (int64_t t = 1; t <= deciding_n_tickets(deciding); t++)
            if (world->has_result[t - 1])
                TRY(deciding_report(deciding, t, &world->results[t - 1], err));
        TRY(deciding_advance(deciding, &host, err));
    }
fail:
    return err->code;
}

/* The next ticket that still has to be trained, or 0. */
static int64_t take(World *world)
{
    while (world->n_taken < world->n_queued) {
        const int64_t ticket = world->begun[world->n_taken++];
        if (!world->has_result[ticket - 1])
            return ticket;
    }
    return 0;
}

/* One life of a coordinator with n real workers; ERR_INTERRUPTED when it was killed. */
static ErrCode live_once(World *world, int n_real, int n_virtual, Err *err)
{
    Deciding *deciding = NULL;
    int64_t tickets[MAX_WORKERS] = {0}, ends[MAX_WORKERS] = {0}, now = 0;
    world->n_queued = world->n_taken = world->n_entries = 0;
    TRY(deciding_create(&deciding, &evolution, NULL, SEED, n_virtual, err));
    for (;;) {
        TRY(advance(deciding, world, err));
        int first = -1;
        for (int w = 0; w < n_real; w++) {
            if (tickets[w] == 0 && (tickets[w] = take(world)) != 0)
                ends[w] = now + real_time(world, tickets[w]);
            if (tickets[w] != 0 && (first < 0 || ends[w] < ends[first]))
                first = w;
        }
        if (first < 0)
            break;
        now = ends[first];
        world->results[tickets[first] - 1] =
            measure(world->genes[tickets[first] - 1], tickets[first]);
        world->has_result[tickets[first] - 1] = true;
        tickets[first] = 0;
    }
    assert_non_null(deciding_yield(deciding));
    for (int i = 0; i < world->n_log; i++)
        if (world->log[i].kind == DECIDER_TELL)
            assert_int_equal(world->log[i].time, deciding_finish(deciding, world->log[i].ticket));
fail:
    deciding_destroy(&deciding);
    return err->code;
}

static ErrCode live(World *world, int n_real, int n_virtual)
{
    Err err = {0};
    return live_once(world, n_real, n_virtual, &err);
}

static void assert_same_log(const World *a, const World *b)
{
    assert_int_equal(a->n_log, b->n_log);
    for (int i = 0; i < a->n_log; i++)
        assert_true(is_same(&a->log[i], &b->log[i]));
}

static World reference, other; /* large: not on the stack */

static void reset(World *world, uint32_t shuffle)
{
    memset(world, 0, sizeof *world);
    world->shuffle = shuffle;
}

static void make_reference(void)
{
    reset(&reference, 0);
    assert_int_equal(live(&reference, 1, VIRTUAL_CLOCK_WORKERS), ERR_NONE);
}

/* 1, 2, 3 and 8 real workers, five timings each: one log. */
static void workers_and_timing_change_nothing(void **state)
{
    (void)state;
    static const int workers[] = {1, 2, 3, 8};
    make_reference();
    for (size_t w = 0; w < ARRAY_LEN(workers); w++)
        for (uint32_t shuffle = 0; shuffle < N_SHUFFLES; shuffle++) {
            reset(&other, shuffle);
            assert_int_equal(live(&other, workers[w], VIRTUAL_CLOCK_WORKERS), ERR_NONE);
            assert_same_log(&reference, &other);
        }
}

/* One of two deciders side by side. */
typedef struct Side {
    World *world;
    int which, *order; /* of entries, both deciders': 2 * number + which */
    int *n_order;
} Side;

static ErrCode price_side(void *user, int64_t ticket, const DeciderPoint *point, int64_t *macs,
                          bool *is_refused, char reason[DECIDER_REASON_MAX], Err *err)
{
    const Side *side = user;
    return price(side->world, ticket, point, macs, is_refused, reason, err);
}

static ErrCode record_side(void *user, const DeciderEntry *entry, Err *err)
{
    const Side *side = user;
    side->order[(*side->n_order)++] = 2 * (int)entry->number + side->which;
    return record(side->world, entry, err);
}

/* Two deciders of other seeds, whose results come one by one, shuffled; order[] of all entries. */
static int live_together(uint32_t shuffle, int order[2 * MAX_ENTRIES])
{
    static World worlds[2];
    Deciding *all[2] = {NULL};
    DecidingHost hosts[2];
    Side sides[2];
    Err err = {0};
    int n_order = 0;
    for (int i = 0; i < 2; i++) {
        reset(&worlds[i], 0);
        sides[i] = (Side){&worlds[i], i, order, &n_order};
        hosts[i] = (DecidingHost){&sides[i], price_side, record_side};
        assert_int_equal(deciding_create(&all[i], &evolution, NULL, (uint64_t)(SEED + i), 4, &err),
                         ERR_NONE);
    }
    for (uint64_t step = 0;; step++) {
        Rng rng = rng_start(shuffle, RNG_SHUFFLE, 1, step);
        assert_int_equal(deciding_advance_together(all, hosts, 2, &err), ERR_NONE);
        const int n_waiting[2] = {worlds[0].n_queued - worlds[0].n_taken,
                                  worlds[1].n_queued - worlds[1].n_taken};
        if (n_waiting[0] + n_waiting[1] == 0)
            break;
        const int i =
            rng_below(&rng, (uint32_t)(n_waiting[0] + n_waiting[1])) < (uint32_t)n_waiting[0] ? 0
                                                                                              : 1;
        World *world = &worlds[i];
        const int drawn = world->n_taken + (int)rng_below(&rng, (uint32_t)n_waiting[i]);
        const int64_t ticket = world->begun[drawn];
        const DeciderResult result = measure(world->genes[ticket - 1], ticket);
        world->begun[drawn] = world->begun[world->n_taken++];
        assert_int_equal(deciding_report(all[i], ticket, &result, &err), ERR_NONE);
    }
    for (int i = 0; i < 2; i++) {
        assert_non_null(deciding_yield(all[i]));
        deciding_destroy(&all[i]);
    }
    return n_order;
}

/* Entries of two deciders come in one order, in whatever order results do; and mixed. */
static void two_have_one_order(void **state)
{
    (void)state;
    static int first[2 * MAX_ENTRIES], again[2 * MAX_ENTRIES];
    const int n = live_together(0, first);
    int n_changes = 0;
    for (int i = 1; i < n; i++)
        n_changes += first[i] % 2 != first[i - 1] % 2;
    assert_true(n_changes > 10);
    for (uint32_t shuffle = 1; shuffle <= 2 * N_SHUFFLES; shuffle++) {
        assert_int_equal(live_together(shuffle, again), n);
        assert_memory_equal(first, again, (size_t)n * sizeof first[0]);
    }
}

/* Killed after every single commit of the log, then gone on with by another number of workers in
 * another timing: one log. */
static void kills_change_nothing(void **state)
{
    (void)state;
    static const int workers[] = {1, 2, 8};
    make_reference();
    for (int kill = 1; kill <= reference.n_log; kill++) {
        reset(&other, (uint32_t)kill);
        other.kill_after = kill;
        assert_int_equal(live(&other, workers[kill % 3], VIRTUAL_CLOCK_WORKERS), ERR_INTERRUPTED);
        assert_int_equal(other.n_log, kill);
        other.kill_after = 0;
        other.shuffle++;
        assert_int_equal(live(&other, workers[(kill + 1) % 3], VIRTUAL_CLOCK_WORKERS), ERR_NONE);
        assert_same_log(&reference, &other);
    }
}

/* Killed again and again, each life two commits longer than the log: it still ends, in one log. */
static void many_kills_change_nothing(void **state)
{
    (void)state;
    make_reference();
    reset(&other, 3);
    int n_lives = 0;
    do {
        other.kill_after = other.n_log + 2;
        other.shuffle++;
        n_lives++;
    } while (live(&other, 2, VIRTUAL_CLOCK_WORKERS) == ERR_INTERRUPTED);
    assert_true(n_lives > N_TRAININGS / 2);
    assert_same_log(&reference, &other);
}

/* The log does depend on the virtual workers and the order of results: the tests above compare
 * something. All outcomes were met, and the search found more than chance would. */
static void the_log_says_something(void **state)
{
    (void)state;
    int n_by_outcome[DECIDER_REFUSED + 1] = {0};
    make_reference();
    reset(&other, 0);
    assert_int_equal(live(&other, 1, 2), ERR_NONE);
    bool differs = reference.n_log != other.n_log;
    for (int i = 0; !differs && i < reference.n_log; i++)
        differs = !is_same(&reference.log[i], &other.log[i]);
    assert_true(differs);
    for (int i = 0; i < reference.n_log; i++)
        if (reference.log[i].kind == DECIDER_TELL)
            n_by_outcome[reference.log[i].result.outcome]++;
    for (int outcome = DECIDER_DONE; outcome <= DECIDER_REFUSED; outcome++)
        assert_true(n_by_outcome[outcome] > 0);
    const DeciderEntry *last = &reference.log[reference.n_log - 1];
    assert_int_equal(last->kind, DECIDER_END);
    assert_true(reference.results[last->yield.ticket - 1].value > 0.5 * N_GENES);
}

/* A tampered log is noticed at the entry that differs. */
static ErrCode refuse_changes(void *user, const DeciderEntry *entry, Err *err)
{
    const World *world = user;
    if (entry->number <= world->n_log && !is_same(entry, &world->log[entry->number - 1]))
        return err_set(err, ERR_DATA, "entry %d differs", (int)entry->number);
    return ERR_NONE;
}

static void a_changed_log_is_noticed(void **state)
{
    (void)state;
    enum { PLACE = 2 };
    make_reference();
    reference.log[PLACE].point.genes[0] ^= 1;
    reference.n_queued = 0;
    const DecidingHost host = {&reference, price, refuse_changes};
    Deciding *deciding = NULL;
    Err err = {0};
    assert_int_equal(
        deciding_create(&deciding, &evolution, NULL, SEED, VIRTUAL_CLOCK_WORKERS, &err), ERR_NONE);
    assert_int_equal(deciding_advance(deciding, &host, &err), ERR_DATA);
    assert_string_equal(err.msg, "entry 3 differs");
    deciding_destroy(&deciding);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(workers_and_timing_change_nothing),
        cmocka_unit_test(two_have_one_order),
        cmocka_unit_test(kills_change_nothing),
        cmocka_unit_test(many_kills_change_nothing),
        cmocka_unit_test(the_log_says_something),
        cmocka_unit_test(a_changed_log_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
