/* harness/plan_design.c: each design is planned as if it were the study, and its claims reckoned.
 */
#include "harness/plan_design.h"

#include "harness/plan_power.h"
#include "harness/plan_range.h"
#include "harness/study_seeds.h"

#include "base/sys.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { LEAST_SEEDS = 2, ENDS = 2 };

static const char seeds_key[] = "seeds=[";

/* --- changes of the study --- */

/* Takes the text as one more change, and leaves it empty. */
static ErrCode add_set(PlanDesign *design, Text *text, Arena *arena, Err *err)
{
    design->sets[design->n_sets++] = arena_text(arena, text_string(text));
    TRY(text_ok(text, err));
    TRY(arena_ok(arena, err));
fail:
    text_release(text);
    return err->code;
}

/* The least and the largest of a list of more than two, as a change of `key`. */
static ErrCode keep_ends(PlanDesign *design, size_t part, const char *key, const YamlDoubles *list,
                         Arena *arena, Err *err)
{
    Text text = {0};
    if (list->n <= ENDS)
        return ERR_NONE;
    double low = list->v[0], high = list->v[0];
    for (size_t i = 0; i < list->n; i++) {
        low = fmin(low, list->v[i]);
        high = fmax(high, list->v[i]);
    }
    text_printf(&text, "parts.%zu.%s=[", part, key);
    text_append_double(&text, low);
    text_append(&text, ", ");
    text_append_double(&text, high);
    text_append_char(&text, ']');
    return add_set(design, &text, arena, err);
}

/* The line with the least and that with the most depth and resolution, where there are both. */
static ErrCode keep_bases(PlanDesign *design, size_t index, const StudyPart *part, Arena *arena,
                          Err *err)
{
    Text text = {0};
    size_t ends[ENDS] = {0, 0};
    for (int end = 0; end < ENDS; end++) {
        const double sign = end == 0 ? -1 : 1;
        for (size_t i = 1; i < part->n_bases; i++)
            if (sign * part->bases[i][0] >= sign * part->bases[ends[end]][0] &&
                sign * part->bases[i][1] >= sign * part->bases[ends[end]][1])
                ends[end] = i;
    }
    if (part->n_bases <= ENDS || ends[0] == ends[1])
        return ERR_NONE;
    text_printf(&text, "parts.%zu.lines.bases=[", index);
    for (int end = 0; end < ENDS; end++) {
        text_printf(&text, "%s[", end ? ", " : "");
        text_append_double(&text, part->bases[ends[end]][0]);
        text_append(&text, ", ");
        text_append_double(&text, part->bases[ends[end]][1]);
        text_append_char(&text, ']');
    }
    text_append_char(&text, ']');
    return add_set(design, &text, arena, err);
}

/* Only what claims compare: both ends of each dimension, two lines. */
static ErrCode keep_compared(PlanDesign *design, const Study *study, Arena *arena, Err *err)
{
    for (size_t i = 0; i < study->n_parts; i++) {
        const StudyPart *part = &study->parts[i];
        if (part->kind == STUDY_CURVES) {
            TRY(keep_ends(design, i, "curves.width", &part->width, arena, err));
            TRY(keep_ends(design, i, "curves.depth", &part->depth, arena, err));
            TRY(keep_ends(design, i, "curves.resolution", &part->resolution, arena, err));
        } else if (part->kind == STUDY_LINES) {
            TRY(keep_bases(design, i, part, arena, err));
        }
    }
fail:
    return err->code;
}

/* Profiles of so many shapes, where they have another number. */
static ErrCode set_shapes(PlanDesign *design, const Study *study, int shapes, Arena *arena,
                          Err *err)
{
    for (size_t i = 0; i < study->n_parts; i++) {
        Text text = {0};
        if (study->parts[i].kind != STUDY_PROFILE || study->parts[i].shapes == shapes)
            continue;
        text_printf(&text, "parts.%zu.profile.shapes=%d", i, shapes);
        TRY(add_set(design, &text, arena, err));
    }
fail:
    return err->code;
}

static ErrCode set_epochs(PlanDesign *design, const Study *study, int64_t epochs, Arena *arena,
                          Err *err)
{
    Text text = {0};
    design->epochs = epochs;
    if (epochs == study->recipe.epochs)
        return ERR_NONE;
    text_printf(&text, "recipe.epochs=%" PRId64, epochs);
    return add_set(design, &text, arena, err);
}

static bool is_judged(const Study *study)
{
    for (size_t i = 0; i < study->n_parts; i++)
        if (study->parts[i].kind == STUDY_COMPARE && study->judge_seeds.n > 0)
            return true;
    return false;
}

/* As many that judge as choose. */
static ErrCode set_seeds(PlanDesign *design, const Study *study, int n, Arena *arena, Err *err)
{
    Text text = {0};
    design->n_seeds = n;
    text_append(&text, seeds_key);
    study_seeds_count(study, n, &text);
    text_append_char(&text, ']');
    TRY(add_set(design, &text, arena, err));
    if (is_judged(study)) {
        text_printf(&text, "judge_seeds=%d", n);
        TRY(add_set(design, &text, arena, err));
    }
fail:
    return err->code;
}

/* --- what a design comes to --- */

static ErrCode load(Study **out, const PlanWish *wish, const PlanDesign *design, Err *err)
{
    const size_t n = wish->n_sets + design->n_sets;
    const char **sets = mem_calloc(n + 1, sizeof(*sets));
    if (sets == NULL)
        return err_memory(err, n);
    for (size_t i = 0; i < n; i++)
        sets[i] = i < wish->n_sets ? wish->sets[i] : design->sets[i - wish->n_sets];
    const ErrCode code = study_load(out, wish->study, sets, n, err);
    mem_free(sets);
    return code;
}

/* Time and power of the design, by the law and the noise of the study's own plan. */
static ErrCode evaluate(PlanDesign *design, const Plan *own, const PlanWish *wish, Err *err)
{
    Study *study = NULL;
    Plan *plan = NULL;
    PlanPower power;
    TRY(load(&study, wish, design, err));
    TRY(plan_create(&plan, study, wish->data_root, own->n_threads, err));
    plan->times = own->times;
    plan->noise.sd = own->noise.sd;
    TRY(plan_predict(plan, CPU_GENERIC, err)); /* has times: it measures nothing */
    design->seconds = plan_total_seconds(plan, own->n_jobs);
    design->predicted_s = plan_range_middle(design->seconds);
    design->fits = design->predicted_s <= wish->seconds;
    design->n_networks = plan->n_networks;
    TRY(plan_power_find(&power, plan, err));
    if (power.weakest == NULL) {
        (void)err_set(err, ERR_USAGE,
                      "no part of the study makes a claim whose power is known: add curves, lines, "
                      "compare with a compound, or a counted grid");
        goto fail;
    }
    design->detectable = power.weakest->detectable;
    design->claim = power.weakest->id;
fail:
    plan_destroy(&plan);
    study_destroy(&study);
    return err->code;
}

/* The design with as many seeds as fit, at least two; `design` has all other changes. */
static ErrCode fill_seeds(PlanDesign *design, const Plan *own, const PlanWish *wish, Arena *arena,
                          Err *err)
{
    const PlanDesign without = *design;
    TRY(set_seeds(design, own->study, LEAST_SEEDS, arena, err));
    TRY(evaluate(design, own, wish, err));
    if (!design->fits)
        return ERR_NONE;
    const double times = wish->seconds / design->predicted_s;
    int n =
        times * LEAST_SEEDS < PLAN_DESIGN_SEEDS ? (int)(times * LEAST_SEEDS) : PLAN_DESIGN_SEEDS;
    for (; n > LEAST_SEEDS; n--) {
        PlanDesign more = without;
        TRY(set_seeds(&more, own->study, n, arena, err));
        TRY(evaluate(&more, own, wish, err));
        if (more.fits) {
            *design = more;
            break;
        }
    }
fail:
    return err->code;
}

/* The fewest epochs that may be ripe, and hold the warm-up. */
static int64_t least_epochs(const Plan *own)
{
    const Recipe *recipe = &own->study->recipe;
    const int64_t ripe = recipe_ripe_epochs(recipe, own->n_train);
    const int64_t warm = (int64_t)ceil(recipe->warmup_epochs);
    return ripe > warm ? ripe : warm;
}

static ErrCode find_one(PlanDesign *out, const PlanDesign *networks, const Plan *own,
                        const PlanWish *wish, Arena *arena, Err *err)
{
    const int64_t least = least_epochs(own), asked = own->study->recipe.epochs;
    *out = *networks;
    TRY(set_epochs(out, own->study, asked > least ? asked : least, arena, err));
    TRY(fill_seeds(out, own, wish, arena, err));
    if (out->fits || asked <= least)
        return ERR_NONE;
    *out = *networks;
    TRY(set_epochs(out, own->study, least, arena, err));
    TRY(fill_seeds(out, own, wish, arena, err));
fail:
    return err->code;
}

static bool is_better(const PlanDesign *a, const PlanDesign *b)
{
    if (a->fits != b->fits)
        return a->fits;
    if (a->fits && a->detectable != b->detectable)
        return a->detectable < b->detectable;
    return a->predicted_s < b->predicted_s;
}

/* The design with these networks, at its place among those found so far. */
static ErrCode add_design(PlanDesigns *out, const PlanDesign *networks, const Plan *plan,
                          const PlanWish *wish, Err *err)
{
    PlanDesign found;
    if (find_one(&found, networks, plan, wish, &out->texts, err) != ERR_NONE)
        return err->code;
    size_t at = out->n++;
    for (; at > 0 && is_better(&found, &out->items[at - 1]); at--)
        out->items[at] = out->items[at - 1];
    out->items[at] = found;
    return ERR_NONE;
}

ErrCode plan_design_find(PlanDesigns *out, const Plan *plan, const PlanWish *wish, Err *err)
{
    static const int shapes[] = {7, 10, 15};
    PlanDesign networks = {.n_sets = 0};
    *out = (PlanDesigns){.n = 0};
    TRY(add_design(out, &networks, plan, wish, err));
    TRY(keep_compared(&networks, plan->study, &out->texts, err));
    if (networks.n_sets > 0)
        TRY(add_design(out, &networks, plan, wish, err));
    for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
        PlanDesign other = networks;
        TRY(set_shapes(&other, plan->study, shapes[i], &out->texts, err));
        if (other.n_sets > networks.n_sets)
            TRY(add_design(out, &other, plan, wish, err));
    }
fail:
    return err->code;
}

void plan_design_release(PlanDesigns *designs)
{
    arena_release(&designs->texts);
}

/* --- JSON and text --- */

void plan_design_json(const PlanDesigns *designs, JsonWriter *json)
{
    json_open_list(json, "designs");
    for (size_t i = 0; i < designs->n; i++) {
        const PlanDesign *d = &designs->items[i];
        const double range[] = {d->seconds.low, d->seconds.high};
        json_open_map(json, NULL);
        json_put_bool(json, "fits", d->fits);
        json_put_int(json, "n_networks", (int64_t)d->n_networks);
        json_put_int(json, "n", d->n_seeds);
        json_put_int(json, "n_epochs", d->epochs);
        json_put_double(json, "seconds", d->predicted_s);
        json_put_doubles(json, "seconds_range", range, ARRAY_LEN(range));
        json_put_text(json, "claim", d->claim);
        json_put_double(json, "detectable", d->detectable);
        json_open_list(json, "set");
        for (size_t k = 0; k < d->n_sets; k++)
            json_put_text(json, NULL, d->sets[k]);
        json_close_list(json);
        json_close_map(json);
    }
    json_close_list(json);
}

static void designs_table(const PlanDesigns *designs, Text *out)
{
    static const TextColumn columns[] = {
        {"networks", TEXT_RIGHT, 0},   {"epochs", TEXT_RIGHT, 0}, {"seeds", TEXT_RIGHT, 0},
        {"predicted", TEXT_RIGHT, 0},  {"90 %", TEXT_LEFT, 1},    {"fits", TEXT_LEFT, 0},
        {"detectable", TEXT_RIGHT, 0}, {"claim", TEXT_LEFT, 0}};
    TextTable *table = text_table_create(columns, ARRAY_LEN(columns));
    if (table == NULL) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < designs->n; i++) {
        const PlanDesign *d = &designs->items[i];
        char a[TEXT_NUMBER_BYTES], b[TEXT_NUMBER_BYTES];
        text_table_cellf(table, "%zu", d->n_networks);
        text_table_cellf(table, "%" PRId64, d->epochs);
        text_table_cellf(table, "%d", d->n_seeds);
        text_table_cell(table, text_duration(a, d->predicted_s));
        text_table_cellf(table, "%s to %s", text_duration(a, d->seconds.low),
                         text_duration(b, d->seconds.high));
        text_table_cell(table, d->fits ? "yes" : "no");
        text_table_cellf(table, "%.2f", d->detectable);
        text_table_cell(table, d->claim);
    }
    text_table_render(table, out);
    text_table_destroy(&table);
}

void plan_design_text(const PlanDesigns *designs, const Plan *plan, const PlanWish *wish, Text *out)
{
    const PlanDesign *best = &designs->items[0];
    char hours[TEXT_NUMBER_BYTES];
    text_printf(out, "\ndesigns within %s, %d side by side (%d network%s timed on this machine)\n",
                text_duration(hours, wish->seconds), plan->n_jobs, plan->times.n,
                text_plural(plan->times.n));
    designs_table(designs, out);
    if (!best->fits) {
        text_append(out, "none fits with two seeds: give more hours, or train fewer networks, on "
                         "fewer images, of a smaller baseline; the cheapest is\n");
    } else if (best->epochs < plan->study->recipe.epochs) {
        text_append(out, "with the study's own epochs not even two seeds fit; the smallest effect "
                         "is seen with\n");
    } else {
        text_append(out, "the smallest effect is seen with\n");
    }
    for (size_t i = 0; i < best->n_sets; i++)
        if (!text_starts_with(best->sets[i], seeds_key)) /* the shorter option, which is one word */
            text_printf(out, "  --set '%s'\n", best->sets[i]);
    text_printf(out, "  --seeds %d\n", best->n_seeds);
}
