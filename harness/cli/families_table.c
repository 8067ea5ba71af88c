/* harness/cli/families_table.c: members of families, grouped by accuracy as the paper groups them.
 */
#include "harness/cli/families_table.h"

#include "harness/cli/study_folder.h"

#include "base/json.h"
#include "paper/published.h"
#include "results/stats.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TABLE = 2, B7 = 7, NAME_BYTES = 24 };

static const char efficientnet[] = "EfficientNet-";

/* A network of a family that has a result. */
typedef struct Member {
    const StorePointResult *result;
    int64_t params;
    double top1, sd; /* of test; sd NaN of one seed */
    int n;
    const struct Member *first; /* of its group; NULL: no member of the first family is as good */
} Member;

typedef struct Families {
    const StoreResults *results;
    const char *reference; /* series of the first family */
    Member *members;       /* [n]: the first family by cost, then the others in the plan's order */
    size_t n, n_first;     /* all; those of the first family */
    size_t n_without;      /* without a result */
} Families;

/* --- members --- */

static bool is_member(const StorePoint *point)
{
    return store_is_part(point, "family") && point->network != NULL &&
           !text_starts_with(point->series, "earlier ");
}

static ErrCode measure(StudyFolder *study, const StorePointResult *result, Member *out, Err *err)
{
    StoreNetwork network;
    double *test = arena_zalloc(&study->arena, result->n_seeds + 1, sizeof *test);
    *out = (Member){.result = result};
    TRY(arena_ok(&study->arena, err));
    for (size_t i = 0; i < result->n_seeds; i++)
        if (result->seeds[i].status == STORE_TRIAL_DONE)
            test[out->n++] = result->seeds[i].test_top1;
    out->top1 = stats_mean(test, out->n);
    out->sd = out->n > 1 ? stats_sd(test, out->n) : (double)NAN;
    TRY(store_network(study->store, result->point.network, &study->arena, &network, err));
    out->params = network.params;
fail:
    return err->code;
}

static bool is_of_first(const Families *f, const StorePoint *point)
{
    return strcmp(point->series, f->reference) == 0;
}

/* Adds the members of the first family, or those of the others. */
static ErrCode add_members(StudyFolder *study, bool is_first, Families *f, Err *err)
{
    for (size_t i = 0; i < study->results.n_points; i++) {
        const StorePointResult *result = &study->results.points[i];
        if (!is_member(&result->point) || is_of_first(f, &result->point) != is_first)
            continue;
        TRY(measure(study, result, &f->members[f->n], err));
        if (f->members[f->n].n > 0)
            f->n++;
        else
            f->n_without++;
    }
fail:
    return err->code;
}

static int by_cost(const void *left, const void *right)
{
    const StorePoint *a = &((const Member *)left)->result->point;
    const StorePoint *b = &((const Member *)right)->result->point;
    return a->macs != b->macs ? (a->macs > b->macs) - (a->macs < b->macs) : (a > b) - (a < b);
}

/* As the paper's groups: the first member, by cost, that is at least as accurate. */
static void group_members(Families *f)
{
    for (size_t i = 0; i < f->n; i++) {
        Member *m = &f->members[i];
        if (i < f->n_first)
            m->first = m;
        for (size_t k = 0; k < f->n_first && m->first == NULL; k++)
            if (f->members[k].top1 >= m->top1)
                m->first = &f->members[k];
    }
}

static ErrCode find_families(StudyFolder *study, Families *f, Err *err)
{
    *f = (Families){.results = &study->results};
    f->members = arena_zalloc(&study->arena, study->results.n_points + 1, sizeof *f->members);
    TRY(arena_ok(&study->arena, err));
    for (size_t i = 0; i < study->results.n_points && f->reference == NULL; i++)
        if (is_member(&study->results.points[i].point))
            f->reference = study->results.points[i].point.series;
    if (f->reference == NULL)
        return err_set(err, ERR_DATA,
                       "the study in '%s' has no part 'family' that has begun: table 2 is one of "
                       "families",
                       study->path);
    TRY(add_members(study, true, f, err));
    f->n_first = f->n;
    TRY(add_members(study, false, f, err));
    if (f->n_first == 0)
        return err_set(err, ERR_DATA, "no member of family '%s' has a result yet", f->reference);
    qsort(f->members, f->n_first, sizeof *f->members, by_cost);
    group_members(f);
fail:
    return err->code;
}

/* The printed EfficientNet of a member of the first family: B0 at phi 0 up to B7 at 7; or NULL. */
static const PublishedRow *find_printed(const Member *m)
{
    const PublishedTable *table = published_table(TABLE);
    const double phi = m->result->point.x;
    char name[NAME_BYTES];
    if (m->first != m || phi != floor(phi) || phi < 0 || phi > B7)
        return NULL;
    snprintf(name, sizeof name, "%sB%d", efficientnet, (int)phi);
    for (size_t i = 0; i < table->n_rows; i++)
        if (strcmp(table->rows[i].model, name) == 0)
            return &table->rows[i];
    return NULL;
}

static double params_ratio(const Member *m)
{
    return m->first != NULL ? (double)m->params / (double)m->first->params : (double)NAN;
}

static double macs_ratio(const Member *m)
{
    return m->first != NULL ? (double)m->result->point.macs / (double)m->first->result->point.macs
                            : (double)NAN;
}

/* Calls back for each member, group by group, what no member of the first family reaches last. */
static void for_each(const Families *f, void (*put)(const Member *m, void *to), void *to)
{
    for (size_t g = 0; g <= f->n_first; g++) {
        const Member *first = g < f->n_first ? &f->members[g] : NULL;
        if (first != NULL)
            put(first, to);
        for (size_t i = f->n_first; i < f->n; i++)
            if (f->members[i].first == first)
                put(&f->members[i], to);
    }
}

/* --- text --- */

static void put_row(const Member *m, void *to)
{
    TextTable *table = to;
    const StorePoint *p = &m->result->point;
    const PublishedRow *printed = find_printed(m);
    char number[TEXT_NUMBER_BYTES];
    text_table_cellf(table, "%s φ %g", p->series, p->x);
    text_table_cellf(table, "%.2f", m->top1);
    text_table_cellf(table, m->n > 1 ? "%.2f" : "-", m->sd);
    text_table_cellf(table, "%d", m->n);
    text_table_cell(table, text_human(number, (double)m->params));
    text_table_cellf(table, m->first != NULL ? "%.2gx" : "-", params_ratio(m));
    text_table_cell(table, text_human(number, (double)p->macs));
    text_table_cellf(table, m->first != NULL ? "%.2gx" : "-", macs_ratio(m));
    text_table_cell(table, printed != NULL ? printed->model + strlen(efficientnet) : NULL);
    text_table_cell(table, printed != NULL ? printed->top1 : NULL);
    text_table_cell(table, printed != NULL ? printed->params : NULL);
    text_table_cell(table, printed != NULL ? printed->flops : NULL);
}

static void put_text(const Families *f, Text *out)
{
    static const TextColumn columns[] = {
        {"model", TEXT_LEFT, 0},      {"test top-1", TEXT_RIGHT, 0}, {"sd", TEXT_RIGHT, 1},
        {"n", TEXT_RIGHT, 0},         {"params", TEXT_RIGHT, 0},     {"ratio", TEXT_RIGHT, 0},
        {"MACs", TEXT_RIGHT, 0},      {"ratio", TEXT_RIGHT, 0},      {"paper's", TEXT_LEFT, 5},
        {"its top-1", TEXT_RIGHT, 4}, {"its params", TEXT_RIGHT, 3}, {"its FLOPS", TEXT_RIGHT, 2}};
    const StoreStudy *study = &f->results->study;
    TextTable *table = text_table_create(columns, ARRAY_LEN(columns));
    if (table == NULL) {
        out->failed = true;
        return;
    }
    text_printf(out, "Table %d for the families of study %s, on %s%s.\n\n", TABLE, study->name,
                study->data_name, study->is_demo ? " (DEMO: constructed)" : "");
    for_each(f, put_row, table);
    text_table_render(table, out);
    text_table_destroy(&table);
    text_append_char(out, '\n');
    if (f->n > f->n_first)
        text_printf(out,
                    "Below a member of %s: networks of other families whose accuracy it is the "
                    "first to reach; ratios are to it. Those without a ratio are more accurate "
                    "than all of its members.\n",
                    f->reference);
    if (f->n_without > 0)
        text_printf(out, "%zu member%s without a result: not shown.\n", f->n_without,
                    text_plural(f->n_without));
    text_append(
        out, "The paper's EfficientNets stand by their number at that φ. Their coefficients are no "
             "powers of one φ (isoflop explain efficientnet-b3), and their accuracy is "
             "ImageNet's.\n");
}

/* --- JSON --- */

static void put_printed_json(const PublishedRow *printed, JsonWriter *json)
{
    if (printed == NULL) {
        json_put_null(json, "paper");
        return;
    }
    json_open_map(json, "paper");
    json_put_text(json, "model", printed->model);
    json_put_text(json, "top1", printed->top1);
    json_put_text(json, "params", printed->params);
    json_put_text(json, "flops", printed->flops);
    json_close_map(json);
}

static void put_row_json(const Member *m, void *to)
{
    JsonWriter *json = to;
    const StorePoint *p = &m->result->point;
    json_open_map(json, NULL);
    json_put_text(json, "family", p->series);
    json_put_double(json, "phi", p->x);
    json_put_double(json, "group_phi", m->first != NULL ? m->first->result->point.x : (double)NAN);
    json_put_double(json, "test_top1", m->top1);
    json_put_double(json, "sd", m->sd);
    json_put_int(json, "n", m->n);
    json_put_int(json, "resolution", p->resolution);
    json_put_int(json, "params", m->params);
    json_put_double(json, "params_ratio", params_ratio(m));
    json_put_int(json, "macs", p->macs);
    json_put_double(json, "macs_ratio", macs_ratio(m));
    put_printed_json(find_printed(m), json);
    json_close_map(json);
}

static void put_json(const Families *f, Text *out)
{
    JsonWriter json = json_writer(out, true);
    json_open_map(&json, NULL);
    json_put_int(&json, "table", TABLE);
    json_put_text(&json, "study", f->results->study.name);
    json_put_text(&json, "data", f->results->study.data_name);
    json_put_text(&json, "reference", f->reference);
    json_open_list(&json, "rows");
    for_each(f, put_row_json, &json);
    json_close_list(&json);
    json_put_int(&json, "without_result", (int64_t)f->n_without);
    json_close_map(&json);
    text_append_char(out, '\n');
}

ErrCode families_table(const Call *call, const char *folder, Err *err)
{
    StudyFolder study = {0};
    Families families;
    Text out = {.columns = call->columns};
    TRY(study_folder_open(&study, folder, STORE_GROUND_RESULTS, err));
    TRY(study_folder_read_results(&study, err));
    TRY(find_families(&study, &families, err));
    if (call->json)
        put_json(&families, &out);
    else
        put_text(&families, &out);
    TRY(call_print_lines(call, &out, err));
fail:
    study_folder_close(&study);
    text_release(&out);
    return err->code;
}
