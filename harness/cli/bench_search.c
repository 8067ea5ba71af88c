/* harness/cli/bench_search.c: reads the table, replays the strategy on it, prints what came out. */
#include "harness/cli/bench_search.h"

#include "base/json.h"
#include "harness/nastable.h"
#include "harness/searchbench.h"
#include "harness/study_types.h"
#include "results/verdict.h"
#include "search/strategies.h"

#include <string.h>

#define FIELD(field) offsetof(BenchSearchChoice, field)
static const Option options[] = {
    {.name = "table",
     .kind = OPTION_TEXT,
     .offset = FIELD(table),
     .metavar = "F.csv[.gz]|DIR",
     .doc =
         "networks with columns genes, values by seed (..._s0, ..._s1), perhaps macs; or a study "
         "with a part table"},
    {.name = "space",
     .kind = OPTION_TEXT,
     .offset = FIELD(space),
     .metavar = "NAME|FILE",
     .doc =
         "what the genes are: nb201, or a space (docs/spaces.md); without: the characters found"},
    {.name = "strategy",
     .kind = OPTION_TEXT,
     .offset = FIELD(strategy),
     .metavar = "S",
     .doc = "evolution, local, nsga2, policy, ppo, random or tpe"},
    {.name = "set",
     .kind = OPTION_LIST,
     .offset = FIELD(sets),
     .metavar = "K=V",
     .doc = "an option of the strategy, repeatable (docs/search.md)"},
    {.name = "budget",
     .kind = OPTION_INT,
     .offset = FIELD(budget),
     .metavar = "N",
     .fallback = "100",
     .min = 1,
     .max = STRATEGY_MAX_BUDGET,
     .doc = "full trainings of a run"},
    {.name = "runs",
     .kind = OPTION_INT,
     .offset = FIELD(runs),
     .metavar = "R",
     .fallback = "200",
     .min = 1,
     .max = SEARCHBENCH_MAX_RUNS,
     .doc = "runs, each with a seed of its own"},
    {.name = "seed",
     .kind = OPTION_INT,
     .offset = FIELD(seed),
     .metavar = "S",
     .fallback = "1",
     .min = 0,
     .max = STUDY_MAX_SEED,
     .doc = "what the runs' seeds are made of"},
    {.name = "screen",
     .kind = OPTION_TEXT,
     .offset = FIELD(screen),
     .metavar = "COLUMN=COST",
     .doc = "search on this column, at that share of a full training, with half of the budget; "
            "then the best in full"},
    {.name = "band",
     .kind = OPTION_TEXT,
     .offset = FIELD(band),
     .metavar = "T[,TAU]",
     .doc = "only networks with multiply-adds in [(1-TAU)*T, T]; TAU is 0.05 unless given"},
    {.name = "time",
     .kind = OPTION_FLAG,
     .offset = FIELD(time),
     .doc = "also how long the strategy takes to ask, and to be told (where it trains)"},
};
#undef FIELD

const OptionTable bench_search_options = {options, ARRAY_LEN(options)};

enum { NAME_BYTES = 64 };
#define DEFAULT_TAU 0.05

/* "T" or "T,TAU". */
static ErrCode parse_band(const char *text, NasTableSettings *table, Err *err)
{
    char number[NAME_BYTES] = "";
    const size_t n = strcspn(text, ",");
    table->tau = DEFAULT_TAU;
    if (n < sizeof number)
        memcpy(number, text, n);
    if (!text_to_double(number, &table->target_macs) || table->target_macs < 1 ||
        table->target_macs > 1e18 || (text[n] == ',' && !text_to_double(text + n + 1, &table->tau)))
        return err_set(err, ERR_USAGE, "option '--band' must be T or T,TAU, not '%s'", text);
    if (!(table->tau >= 0 && table->tau <= 1))
        return err_set(err, ERR_USAGE, "option '--band' has a tau of %g, not between 0 and 1",
                       table->tau);
    return ERR_NONE;
}

/* "COLUMN=COST"; `name` keeps the column's. */
static ErrCode parse_screen(const char *text, char name[NAME_BYTES], double *cost, Err *err)
{
    const char *sign = strrchr(text, '=');
    if (sign == NULL || sign == text || sign - text >= NAME_BYTES ||
        !text_to_double(sign + 1, cost))
        return err_set(err, ERR_USAGE,
                       "option '--screen' must be COLUMN=COST, for example val_top1_e12=0.06, not "
                       "'%s'",
                       text);
    if (!(*cost > 0 && *cost < 1))
        return err_set(err, ERR_USAGE, "option '--screen' has a cost of %g, not between 0 and 1",
                       *cost);
    memcpy(name, text, (size_t)(sign - text));
    name[sign - text] = '\0';
    return ERR_NONE;
}

/* N-random over the replays; *share has the interval of the probability. */
static VerdictOutcome judge(const SearchBenchSettings *s, const SearchBenchReport *report,
                            StatsInterval *share)
{
    return verdict_share(report->p_beats_random * (double)s->n_runs, (int)s->n_runs,
                         VERDICT_MIN_REPLAYS, share);
}

static void put_json(const SearchBenchSettings *s, const SearchBenchReport *report, Text *out)
{
    JsonWriter json = json_writer(out, false);
    json_open_map(&json, NULL);
    json_put_text(&json, "strategy", s->search.strategy->name);
    json_put_int(&json, "budget", s->search.budget);
    json_put_int(&json, "runs", s->n_runs);
    json_put_double(&json, "regret_iqm", report->regret_iqm);
    json_put_double(&json, "regret_mean", report->regret_mean);
    json_put_double(&json, "p_beats_random", report->p_beats_random);
    json_put_double(&json, "asks_per_second", report->asks_per_second);
    if (s->is_timed) {
        json_put_double(&json, "ask_us", report->ask_us);
        json_put_double(&json, "tell_us", report->tell_us);
    }
    json_open_list(&json, "curve");
    for (size_t i = 0; i < report->n_curve; i++) {
        json_open_list(&json, NULL);
        json_put_int(&json, NULL, report->curve[i].evaluations);
        json_put_double(&json, NULL, report->curve[i].regret_iqm);
        json_close_list(&json);
    }
    json_close_list(&json);
    json_put_doubles(&json, "regrets", report->finals, (size_t)s->n_runs);
    StatsInterval share;
    const VerdictOutcome outcome = judge(s, report, &share);
    json_put_doubles(&json, "p_interval", (const double[]){share.low, share.high}, 2);
    json_put_text(&json, "n_random", verdict_outcome_name(outcome));
    json_close_map(&json);
    text_append_char(out, '\n');
}

static void put_verdict(const SearchBenchSettings *s, const SearchBenchReport *report, Text *out)
{
    StatsInterval share;
    const VerdictOutcome outcome = judge(s, report, &share);
    text_printf(out, "N-random: %s", verdict_outcome_name(outcome));
    if (s->n_runs < VERDICT_MIN_REPLAYS)
        text_printf(out, ", %d replays decide", VERDICT_MIN_REPLAYS);
    else
        text_printf(out, ", %s", verdict_share_name(outcome));
    text_printf(out, " (%.0f %% interval of the probability %.3f to %.3f)\n",
                100 * share.confidence, share.low, share.high);
}

static void put_text(const NasTable *table, const SearchBenchSettings *s,
                     const SearchBenchReport *report, Text *out)
{
    char iqm[TEXT_NUMBER_BYTES], mean[TEXT_NUMBER_BYTES], asks[TEXT_NUMBER_BYTES];
    char ask[TEXT_NUMBER_BYTES], tell[TEXT_NUMBER_BYTES];
    text_printf(out, "%s on %d networks, %s, budget %lld", s->search.strategy->name,
                (int)table->n_inside, table->value_name, (long long)s->search.budget);
    text_printf(out, "%s, %lld run%s: regret %s points (interquartile mean; mean %s), ",
                s->screen_cost > 0 ? " with screen" : "", (long long)s->n_runs,
                text_plural((uint64_t)s->n_runs), text_digits(iqm, report->regret_iqm),
                text_digits(mean, report->regret_mean));
    text_printf(out, "beats random search with probability %.3f; %s asks/s\n",
                report->p_beats_random, text_human(asks, report->asks_per_second));
    put_verdict(s, report, out);
    if (s->is_timed)
        text_printf(out, "the strategy: %s us to ask, %s us to be told\n",
                    text_digits(ask, report->ask_us), text_digits(tell, report->tell_us));
    text_append(out, "evaluations: regret");
    for (size_t i = 0; i < report->n_curve; i++)
        text_printf(out, "%s %lld: %s", i == 0 ? "" : ",", (long long)report->curve[i].evaluations,
                    text_digits(iqm, report->curve[i].regret_iqm));
    text_append_char(out, '\n');
}

static ErrCode choose(const BenchSearchChoice *choice, const NasTable *table,
                      SearchBenchSettings *settings, Err *err)
{
    const SearchStrategy *strategy = settings->search.strategy;
    settings->search = strategy_settings(strategy, &table->space, choice->budget);
    for (size_t i = 0; i < choice->sets.n; i++)
        TRY(strategy_set(&settings->search, choice->sets.v[i], err));
    TRY(strategy_check(&settings->search, err));
    if (settings->screen_cost > 0 && choice->budget < 2)
        return err_set(err, ERR_USAGE, "option '--screen' needs a budget of at least 2");
fail:
    return err->code;
}

ErrCode bench_search(const Call *call, const BenchSearchChoice *choice, Err *err)
{
    char screen[NAME_BYTES];
    NasTable *table = NULL;
    NasTableSettings view = {.path = choice->table, .space = choice->space};
    SearchBenchSettings settings = {
        .n_runs = choice->runs, .seed = (uint64_t)choice->seed, .is_timed = choice->time};
    SearchBenchReport report = {0};
    Text out = {.columns = call->columns};
    TRY(call_need("table", choice->table, err));
    TRY(call_need("strategy", choice->strategy, err));
    TRY(strategies_find(choice->strategy, &settings.search.strategy, err));
    if (choice->band != NULL)
        TRY(parse_band(choice->band, &view, err));
    if (choice->screen != NULL) {
        TRY(parse_screen(choice->screen, screen, &settings.screen_cost, err));
        view.screen = screen;
    }
    TRY(nastable_load(&table, &view, err));
    TRY(choose(choice, table, &settings, err));
    TRY(searchbench_run(table, &settings, &report, err));
    if (call->json)
        put_json(&settings, &report, &out);
    else
        put_text(table, &settings, &report, &out);
    TRY(call_print_lines(call, &out, err));
fail:
    searchbench_release(&report);
    nastable_destroy(&table);
    text_release(&out);
    return err->code;
}
