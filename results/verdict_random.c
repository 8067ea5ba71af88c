/*
 * results/verdict_random.c: does a search beat random search at equal currency?
 *
 * A part `search` has a strategy and its rivals, each once for every run; random is always one.
 * Runs are pairs: the same number, the same seeds, the same budget. What each found is the network
 * of its fact "PART/SERIES/ledger"; both of a pair are scored by the mean test accuracy of the
 * fresh seeds of `retrain` if every pair has them, else by the trials they were chosen on, which
 * flatter both alike. The first series of a part is its own strategy.
 */
#include "results/verdict_common.h"
#include "results/verdict_rules.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

static const char claim[] = "At the same counted training cost, the search finds better networks "
                            "than random search.";
static const char rule[] =
    "Runs are paired by their number; a pair is won by whose network has the higher test top-1, on "
    "fresh seeds where all pairs have them, and a tie counts half. BEATS (CONFIRMED) if at least "
    "60 % of the pairs are won and the 90 % interval of that share lies above one half, LOSES "
    "(REFUTED) if at most 40 % and it lies below, else TIE (INCONCLUSIVE); INCONCLUSIVE with fewer "
    "than 5 runs.";

static const char rival[] = "random";

/* What one run of one searcher found; NaN: not known. */
typedef struct Finding {
    const char *name; /* of the searcher, without the number of the run; borrowed, not ended */
    size_t n_name;
    int run;            /* from 1 */
    double fresh, seen; /* mean test accuracy, percent: of the first retrain that trained it, of the
                           search's own */
    VerdictOrigin fresh_origin, seen_origin; /* of the trials that these are of */
} Finding;

/* "tpe #2" is run 2 of tpe. */
static Finding read_series(const char *series)
{
    const char *mark = strstr(series, " #");
    int64_t run = 1;
    const bool has_run = mark != NULL && text_to_int64(mark + 2, &run);
    return (Finding){.name = series,
                     .n_name = has_run ? (size_t)(mark - series) : strlen(series),
                     .run = has_run ? (int)run : 1,
                     .fresh = (double)NAN,
                     .seen = (double)NAN};
}

static bool is_named(const Finding *f, const char *name, size_t n_name)
{
    return f->n_name == n_name && strncmp(f->name, name, n_name) == 0;
}

static double mean_test(const StorePointResult *p, VerdictOrigin *origin)
{
    double sum = 0.0;
    int n = 0;
    *origin = (VerdictOrigin){0};
    for (size_t s = 0; s < p->n_seeds; s++)
        if (p->seeds[s].status == STORE_TRIAL_DONE && !isnan(p->seeds[s].test_top1)) {
            sum += p->seeds[s].test_top1;
            n++;
            verdict_count_origin(origin, &p->seeds[s]);
        }
    return n > 0 ? sum / n : (double)NAN;
}

/* The fact "PART/SERIES/ledger", which names what a run found; NULL: it has not ended. */
static const StoreFact *find_ledger(const StoreResults *results, const StorePoint *point)
{
    const size_t n_part = strlen(point->part), n_series = strlen(point->series);
    for (size_t i = 0; i < results->n_facts; i++) {
        const char *name = results->facts[i].name;
        if (strncmp(name, point->part, n_part) == 0 && name[n_part] == '/' &&
            strncmp(name + n_part + 1, point->series, n_series) == 0 &&
            strcmp(name + n_part + 1 + n_series, "/ledger") == 0)
            return &results->facts[i];
    }
    return NULL;
}

/* Scores of the network that a searcher found: its own last point, and that of a retrain. */
static void score(const StoreResults *results, const StorePoint *point, Finding *finding)
{
    const StoreFact *ledger = find_ledger(results, point);
    const char *found = ledger != NULL ? ledger->network : NULL;
    for (size_t i = 0; found != NULL && i < results->n_points; i++) {
        const StorePointResult *p = &results->points[i];
        if (p->point.network == NULL || strcmp(p->point.network, found) != 0)
            continue;
        if (strcmp(p->point.part, point->part) == 0 && strcmp(p->point.series, point->series) == 0)
            finding->seen = mean_test(p, &finding->seen_origin);
        else if (isnan(finding->fresh) && store_is_part(&p->point, "retrain"))
            finding->fresh = mean_test(p, &finding->fresh_origin);
    }
}

/* A part `search` is called what its study calls it: its figure tells it, or a ledger. */
static bool is_search(const StoreResults *results, const StorePoint *point)
{
    return point->genes != NULL &&
           (strcmp(point->figure, "search") == 0 || find_ledger(results, point) != NULL);
}

/* All runs of all searchers of all parts `search`, in the study's order. */
typedef struct Findings {
    Finding *items;
    const char **parts; /* [n] */
    int n;
} Findings;

static bool is_known(const Findings *all, const StorePoint *point, const Finding *f)
{
    for (int i = 0; i < all->n; i++)
        if (strcmp(all->parts[i], point->part) == 0 && all->items[i].run == f->run &&
            is_named(&all->items[i], f->name, f->n_name))
            return true;
    return false;
}

static Findings collect(const StoreResults *results, Arena *arena)
{
    Findings all = {0};
    all.items = arena_zalloc(arena, results->n_points + 1, sizeof(*all.items));
    all.parts = arena_zalloc(arena, results->n_points + 1, sizeof(*all.parts));
    for (size_t i = 0; !arena->failed && i < results->n_points; i++) {
        const StorePoint *p = &results->points[i].point;
        Finding f = read_series(p->series);
        if (!is_search(results, p) || is_known(&all, p, &f))
            continue;
        score(results, p, &f);
        all.parts[all.n] = p->part;
        all.items[all.n++] = f;
    }
    return all;
}

/* Runs of a searcher that have a partner in random search, scored alike. */
typedef struct Contest {
    const Finding *searcher; /* its first run */
    const char *part;
    double *leads; /* [n] points */
    int n;         /* pairs with both scores */
    bool is_fresh;
    VerdictOrigin origin; /* of the trials of both */
} Contest;

static const Finding *partner(const Findings *all, int of)
{
    for (int i = 0; i < all->n; i++)
        if (strcmp(all->parts[i], all->parts[of]) == 0 &&
            is_named(&all->items[i], rival, strlen(rival)) &&
            all->items[i].run == all->items[of].run)
            return &all->items[i];
    return NULL;
}

static void add_origin(VerdictOrigin *origin, const Finding *finding, bool is_fresh)
{
    const VerdictOrigin *more = is_fresh ? &finding->fresh_origin : &finding->seen_origin;
    origin->n_trials += more->n_trials;
    origin->n_imported += more->n_imported;
}

/* Fills leads by one of the two scores. */
static void fill_leads(const Findings *all, int first, bool is_fresh, Contest *contest)
{
    const Finding *searcher = &all->items[first];
    contest->n = 0;
    contest->is_fresh = is_fresh;
    contest->origin = (VerdictOrigin){0};
    for (int i = first; i < all->n; i++) {
        const Finding *own = &all->items[i], *other = partner(all, i);
        if (strcmp(all->parts[i], contest->part) != 0 ||
            !is_named(own, searcher->name, searcher->n_name))
            continue;
        const double lead = other == NULL ? (double)NAN
                            : is_fresh    ? own->fresh - other->fresh
                                          : own->seen - other->seen;
        if (isnan(lead))
            continue;
        contest->leads[contest->n++] = lead;
        add_origin(&contest->origin, own, is_fresh);
        add_origin(&contest->origin, other, is_fresh);
    }
}

static Contest hold(const Findings *all, int first, Arena *arena)
{
    Contest contest = {.searcher = &all->items[first], .part = all->parts[first]};
    contest.leads = arena_zalloc(arena, (size_t)all->n, sizeof(*contest.leads));
    if (contest.leads == NULL)
        return contest;
    fill_leads(all, first, true, &contest);
    const int n_fresh = contest.n;
    fill_leads(all, first, false, &contest);
    if (n_fresh > 0 && n_fresh == contest.n)
        fill_leads(all, first, true, &contest);
    return contest;
}

static VerdictContrast judge_share(const Contest *contest, Arena *arena)
{
    double n_won = 0.0;
    for (int i = 0; i < contest->n; i++)
        n_won += contest->leads[i] > 0.0 ? 1.0 : contest->leads[i] == 0.0 ? 0.5 : 0.0;
    VerdictContrast c = {.unit = "of the runs", .origin = contest->origin};
    c.name = arena_printf(arena, "%s: %.*s wins against random search", contest->part,
                          (int)contest->searcher->n_name, contest->searcher->name);
    c.outcome = verdict_share(n_won, contest->n, VERDICT_MIN_RUNS, &c.interval);
    c.decides = contest->n > 0;
    return c;
}

static VerdictContrast judge_lead(const Contest *contest, Arena *arena)
{
    VerdictContrast c = {
        .unit = "points", .note = "the share of the runs decides", .origin = contest->origin};
    c.name = arena_printf(arena, "%s: %.*s minus random search", contest->part,
                          (int)contest->searcher->n_name, contest->searcher->name);
    c.interval = stats_interval(contest->leads, contest->n, VERDICT_CONFIDENCE);
    return c;
}

/* --- words --- */

static const char *summarise(const StoreResults *results, const Contest *contest,
                             const VerdictContrast *share, Arena *arena)
{
    const StatsInterval *s = &share->interval;
    Text text = {0};
    if (contest->n == 0)
        text_append(&text, "No run has ended with its rival.");
    else
        text_printf(&text,
                    "%.*s won %g of %d run%s against random search (%.0f %% interval %.2f "
                    "to %.2f), scored on %s.",
                    (int)contest->searcher->n_name, contest->searcher->name, s->mean * s->n, s->n,
                    text_plural(s->n), 100.0 * s->confidence, s->low, s->high,
                    contest->is_fresh ? "fresh seeds" : "the trials they were chosen on");
    if (contest->n >= VERDICT_MIN_RUNS)
        text_printf(&text, " %s.", verdict_share_name(share->outcome));
    else
        text_printf(&text, " %d more run%s missing: %d decide.", VERDICT_MIN_RUNS - contest->n,
                    VERDICT_MIN_RUNS - contest->n == 1 ? " is" : "s are", VERDICT_MIN_RUNS);
    return verdict_summary(&text, results, arena);
}

/* Takes the first contest as the verdict; the others have lines. */
static void take(const StoreResults *results, const Contest *contest, VerdictContrast *rows,
                 Arena *arena, Verdict *out)
{
    const VerdictContrast lead = judge_lead(contest, arena);
    rows[out->n_contrasts] = judge_share(contest, arena);
    if (out->n_contrasts == 0) {
        const VerdictContrast *share = &rows[0];
        out->outcome = share->outcome;
        out->n = contest->n;
        out->effect = lead.interval;
        out->has_effect = contest->n > 0;
        out->effect_name = arena_printf(arena, "%.*s minus random search",
                                        (int)contest->searcher->n_name, contest->searcher->name);
        out->summary = summarise(results, contest, share, arena);
    } else {
        rows[out->n_contrasts].note = "a line of its own";
    }
    out->n_contrasts++;
    rows[out->n_contrasts++] = lead;
}

ErrCode verdict_random(const StoreResults *results, Arena *arena, Verdict *out, bool *is_there,
                       Err *err)
{
    const Findings all = collect(results, arena);
    VerdictContrast *rows = arena_zalloc(arena, 2 * (size_t)all.n + 1, sizeof(*rows));
    *is_there = false;
    if (arena->failed)
        return arena_ok(arena, err);
    *out = (Verdict){.id = "N-random",
                     .claim = claim,
                     .rule = rule,
                     .is_demo = results->study.is_demo,
                     .contrasts = rows};
    for (int i = 0; i < all.n; i++) {
        const Finding *f = &all.items[i];
        if (f->run != 1 || is_named(f, rival, strlen(rival)))
            continue;
        const Contest contest = hold(&all, i, arena);
        if (arena->failed)
            return arena_ok(arena, err);
        take(results, &contest, rows, arena, out);
        *is_there = true;
    }
    return arena_ok(arena, err);
}
