/* harness/study_search.c: what a search is given, and the default of what it is not. */
#include "harness/study_search.h"

#include "search/objective.h"
#include "search/strategies.h"
#include "search/virtual_clock.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { MAX_RUNS = 100, SCREEN_SHARE = 8, NAME_BYTES = 128 };

#define MAX_MACS 1e18
#define MAX_EPOCHS 100000.0

static const char *const auto_names[] = {"auto", NULL};

#define KEY(field) offsetof(StudySearchObjective, field)
static const YamlKey objective_keys[] = {
    {"form", YAML_ENUM, KEY(form), "band", 0, 0, objective_form_names, NULL,
     "as the study's objective; band: [T (1 - tolerance), T]"},
    {"w", YAML_DOUBLE, KEY(w), "auto", -STUDY_MAX_W, STUDY_MAX_W, auto_names, NULL,
     "as the study's objective"},
    {"target", YAML_DOUBLE, KEY(target), YAML_OPTIONAL, STUDY_MIN_TARGET, STUDY_MAX_TARGET, NULL,
     NULL, "T over the baseline's MACs; default 1"},
    {"target_macs", YAML_DOUBLE, KEY(target_macs), YAML_OPTIONAL, 1, MAX_MACS, NULL, NULL,
     "T itself, in its place"},
    {"tolerance", YAML_DOUBLE, KEY(tolerance), YAML_OPTIONAL, 0, 1, NULL, NULL,
     "of the band; default fairness.tolerance"},
};
#undef KEY
static const YamlTable objective_table = {"objective", objective_keys, ARRAY_LEN(objective_keys)};

#define KEY(field) offsetof(StudyBudget, field)
static const YamlKey budget_keys[] = {
    {"trainings", YAML_DOUBLE, KEY(trainings), YAML_OPTIONAL, 1, STRATEGY_MAX_BUDGET, NULL, NULL,
     "full trainings of a network of T multiply-adds, with all seeds"},
    {"train_macs", YAML_DOUBLE, KEY(train_macs), YAML_OPTIONAL, 1, MAX_MACS, NULL, NULL,
     "counted training MACs, evaluations included"},
};
#undef KEY
static const YamlTable budget_table = {"budget", budget_keys, ARRAY_LEN(budget_keys)};

static const YamlKey screen_keys[] = {
    {"epochs", YAML_INT64, 0, "0", 0, MAX_EPOCHS, NULL, NULL, "of a short training"},
};
static const YamlTable screen_table = {"screen", screen_keys, ARRAY_LEN(screen_keys)};

#define KEY(field) offsetof(StudyPart, field)
static const YamlKey keys[] = {
    {"id", YAML_STRING, KEY(own_id), YAML_OPTIONAL, 0, 0, NULL, NULL,
     "what other parts and --only call it; default: the part's name"},
    {"figure", YAML_STRING, KEY(figure), "search", 0, 0, NULL, NULL, "figure it is drawn in"},
    {"space", YAML_STRING, KEY(search.space), "proxy-space", 0, 0, NULL, NULL,
     "what is searched: a zoo name, see 'isoflop list spaces', or a path relative to the study"},
    {"strategy", YAML_STRING, KEY(search.strategy), YAML_OPTIONAL, 0, 0, NULL, NULL,
     "how (docs/search.md); default: local, in a band random with a screen and tpe without"},
    {"options", YAML_RAW, KEY(search.options), YAML_OPTIONAL, 0, 0, NULL, NULL,
     "of the strategy, e.g. {population: 20}"},
    {"screen", YAML_RAW, KEY(search.screen), YAML_OPTIONAL, 0, 0, NULL, NULL,
     "{epochs: N}, or none: half of the budget on short trainings, then the best in full; {}, and "
     "the default without a strategy: an eighth of the epochs"},
    {"rivals", YAML_STRINGS, KEY(search.rivals), "[random]", 0, 0, NULL, NULL,
     "strategies that get the same budget, without a screen; random is always one"},
    {"objective", YAML_SECTION, KEY(search.objective), "{}", 0, 0, NULL, &objective_table,
     "what is best"},
    {"budget", YAML_SECTION, KEY(search.budget), "{}", 0, 0, NULL, &budget_table,
     "of each strategy; must be given"},
    {"virtual_workers", YAML_INT, KEY(search.virtual_workers), "16", 1, VIRTUAL_CLOCK_MAX_WORKERS,
     NULL, NULL, "networks in training at once, by the order in which results count"},
    {"seeds", YAML_INTS, KEY(search.seeds), YAML_OPTIONAL, 0, STUDY_MAX_SEED, NULL, NULL,
     "of evaluations, whose mean is the result; default: the study's first"},
    {"runs", YAML_INT, KEY(search.runs), "1", 1, MAX_RUNS, NULL, NULL,
     "repeats of the whole search, each with seeds of its own that follow these"},
    {"epochs", YAML_INT64, KEY(epochs), "0", 0, MAX_EPOCHS, NULL, NULL,
     "passes of a full training, with a whole schedule of their own; 0: recipe.epochs"},
};
#undef KEY
const YamlTable study_search_table = {"search", keys, ARRAY_LEN(keys)};

void study_search_begin(StudySearch *search)
{
    search->objective.target = search->objective.target_macs = (double)NAN;
    search->objective.tolerance = (double)NAN;
    search->budget = (StudyBudget){(double)NAN, (double)NAN};
}

/* --- numbers --- */

static const YamlNode *place(const YamlNode *body, const char *key)
{
    const YamlNode *value = yaml_find(body, key);
    return value != NULL ? value : body;
}

const YamlNode *study_search_node(const Study *study, int part, const char *key)
{
    return place(study->parts_node->items[part]->items[0], key);
}

Objective study_search_objective(const StudySearch *search, int64_t baseline_macs)
{
    const StudySearchObjective *o = &search->objective;
    return (Objective){.form = (ObjectiveForm)o->form,
                       .w = o->w,
                       .target_macs = isnan(o->target_macs) ? o->target * (double)baseline_macs
                                                            : o->target_macs,
                       .tolerance = o->tolerance,
                       .is_capped = true};
}

static ErrCode read_numbers(const Study *study, const YamlNode *body, StudySearch *s, Err *err)
{
    StudySearchObjective *o = &s->objective;
    if (!isnan(o->target) && !isnan(o->target_macs))
        return yaml_error(err, place(body, "objective"),
                          "'target' and 'target_macs' name the same thing, leave one of them out");
    if (isnan(s->budget.trainings) == isnan(s->budget.train_macs))
        return yaml_error(err, place(body, "budget"),
                          "a search needs a budget: {trainings: B} or {train_macs: M}");
    if (isnan(o->target) && isnan(o->target_macs))
        o->target = 1;
    if (isnan(o->w))
        o->w = objective_default_w((ObjectiveForm)o->form);
    if (isnan(o->tolerance))
        o->tolerance = study->fairness.tolerance;
    if (s->seeds.n == 0)
        s->seeds = (YamlInts){study->seeds.v, 1};
    const int64_t *repeated = yaml_repeated_int(&s->seeds);
    if (repeated != NULL)
        return yaml_error(err, place(body, "seeds"), "seed %" PRId64 " stands twice in 'seeds'",
                          *repeated);
    return ERR_NONE;
}

bool study_search_trains_with(const StudyPart *part, int64_t seed)
{
    const YamlInts *seeds = &part->search.seeds;
    int64_t low = INT64_MAX, high = INT64_MIN;
    bool found = false;
    for (size_t i = 0; i < seeds->n; i++) {
        low = seeds->v[i] < low ? seeds->v[i] : low;
        high = seeds->v[i] > high ? seeds->v[i] : high;
    }
    for (int run = 0; run < part->search.runs && !found && seeds->n > 0; run++)
        found = yaml_has_int(seeds, seed - run * (high - low + 1));
    return found;
}

/* --- the screen --- */

/* The recipe over so many epochs; an error where its warm-up does not fit. */
static ErrCode check_epochs(const Study *study, const YamlNode *node, int64_t epochs, Err *err)
{
    Recipe recipe = study->recipe;
    Err why = {0};
    recipe.epochs = epochs;
    if (recipe_check(&recipe, &why) != ERR_NONE)
        return yaml_error(err, node, "%s", why.msg);
    return ERR_NONE;
}

/* An eighth of the epochs, and more where the warm-up needs them; 0: no short schedule does. */
static int64_t default_screen(const Study *study, int64_t full)
{
    const int64_t share = (full + SCREEN_SHARE - 1) / SCREEN_SHARE;
    const int64_t warm = (int64_t)floor(study->recipe.warmup_epochs) + 1;
    const int64_t epochs = share > warm ? share : warm;
    return epochs < full ? epochs : 0;
}

static ErrCode read_screen(const Study *study, const YamlNode *body, StudyPart *part, Err *err)
{
    StudySearch *s = &part->search;
    const int64_t full = part->epochs ? part->epochs : study->recipe.epochs;
    const YamlNode *node = s->screen;
    if (node == NULL) {
        s->screen_epochs = s->strategy == NULL ? default_screen(study, full) : 0;
        return ERR_NONE;
    }
    if (node->kind == YAML_SCALAR && strcmp(node->text, "none") == 0)
        return ERR_NONE;
    if (node->kind != YAML_MAP)
        return yaml_error(err, node, "'screen' must be {epochs: N} or none");
    TRY(yaml_read(study->doc, &screen_table, node, &s->screen_epochs, err));
    if (s->screen_epochs == 0)
        s->screen_epochs = default_screen(study, full);
    if (s->screen_epochs == 0 || s->screen_epochs >= full)
        return yaml_error(err, place(body, "screen"),
                          "a short training must have fewer epochs than a full one, which has "
                          "%" PRId64,
                          full);
    TRY(check_epochs(study, place(body, "screen"), s->screen_epochs, err));
fail:
    return err->code;
}

/* What is in force of the screen, as a file writes it. */
static ErrCode show_screen(const Study *study, StudySearch *s, Err *err)
{
    Text text = {0};
    YamlNode *node = NULL;
    text_printf(&text, s->screen_epochs ? "{epochs: %" PRId64 "}" : "none", s->screen_epochs);
    TRY(text_ok(&text, err));
    TRY(yaml_value(study->doc, "screen", text_string(&text), &node, err));
    s->screen = node;
fail:
    text_release(&text);
    return err->code;
}

/* --- strategies --- */

static ErrCode find(const YamlNode *node, const char *name, const SearchStrategy **found, Err *err)
{
    Err why = {0};
    if (strategies_find(name, found, &why) != ERR_NONE)
        return yaml_error(err, node, "%s", why.msg);
    return ERR_NONE;
}

ErrCode study_search_options(const StudySearch *search, StrategySettings *settings, Err *err)
{
    const YamlNode *options = search->options;
    if (options == NULL)
        return ERR_NONE;
    if (options->kind != YAML_MAP)
        return yaml_error(err, options, "'options' must be a map, such as {population: 20}");
    for (size_t i = 0; i < options->n_items; i++) {
        const YamlNode *item = options->items[i];
        Text assignment = {0};
        Err why = {0};
        text_printf(&assignment, "%.*s=%.*s", NAME_BYTES, item->key, NAME_BYTES, item->text);
        const ErrCode code = text_ok(&assignment, err) == ERR_NONE
                                 ? strategy_set(settings, text_string(&assignment), &why)
                                 : err->code;
        text_release(&assignment);
        if (err->code == ERR_NONE && code != ERR_NONE)
            return yaml_error(err, item, "%s", why.msg);
        if (err->code != ERR_NONE)
            return err->code;
    }
    return ERR_NONE;
}

ErrCode study_search_read(const Study *study, const YamlNode *body, StudyPart *part, Err *err)
{
    StudySearch *s = &part->search;
    const SearchStrategy *strategy = NULL;
    TRY(read_numbers(study, body, s, err));
    if (part->epochs != 0)
        TRY(check_epochs(study, place(body, "epochs"), part->epochs, err));
    TRY(read_screen(study, body, part, err));
    if (s->strategy != NULL)
        TRY(find(place(body, "strategy"), s->strategy, &strategy, err));
    else
        strategy = strategies_default(s->objective.form == OBJECTIVE_BAND, s->screen_epochs != 0);
    s->strategy = strategy->name;
    TRY(show_screen(study, s, err));
    StrategySettings settings = strategy_settings(strategy, NULL, 1);
    TRY(study_search_options(s, &settings, err));
    for (size_t i = 0; i < s->rivals.n; i++)
        TRY(find(place(body, "rivals"), s->rivals.v[i], &strategy, err));
fail:
    return err->code;
}
