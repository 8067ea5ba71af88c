/* harness/cli/status_list.c: one folder is opened, read and closed after the other. */
#include "harness/cli/status_list.h"

#include "harness/cli/study_folder.h"

#include "base/file.h"
#include "base/json.h"
#include "base/sys.h"
#include "results/ranking.h"
#include "results/verdict.h"

/* What is said of one folder; texts live in its arena. */
typedef struct Line {
    const char *path;
    StudyFolder study;
    StoreStanding counts;
    bool is_running;
    bool has_best;
    RankingRow best;
    Verdict verdicts[VERDICT_MAX];
    size_t n_verdicts;
    Err trouble; /* why the rest is empty */
} Line;

typedef struct List {
    TextTable *table; /* NULL: JSON */
    JsonWriter json;
    size_t n_studies, n_damaged;
} List;

static ErrCode find_holder(Line *line, Err *err)
{
    char *lock = study_folder_file(&line->study, "study.lock"), *holder = NULL;
    if (lock == NULL)
        return err_memory(err, 0);
    const ErrCode code = file_lock_holder(lock, &line->is_running, &holder, err);
    mem_free(holder);
    mem_free(lock);
    return code;
}

static ErrCode read_line(Line *line, Err *err)
{
    StudyFolder *study = &line->study;
    TRY(study_folder_open(study, line->path, STORE_GROUND_RESULTS, err));
    TRY(store_standing(study->store, &line->counts, err));
    TRY(find_holder(line, err));
    TRY(study_folder_read_results(study, err));
    TRY(ranking_best(&study->results, study_folder_score, &study->objective, &study->arena,
                     &line->best, &line->has_best, err));
    TRY(store_curves(study->store, &study->arena, &study->results, err));
    TRY(verdict_all(&study->results, &study->arena, line->verdicts, &line->n_verdicts, err));
fail:
    return err->code;
}

static void put_row(const Line *line, TextTable *table)
{
    char digits[TEXT_NUMBER_BYTES];
    Text note = {0};
    const int64_t *n = line->counts.n_by_status;
    text_table_cell(table, line->path);
    text_table_cellf(table, "%lld", (long long)line->counts.n_trials);
    text_table_cellf(table, "%lld", (long long)n[STORE_TRIAL_DONE]);
    text_table_cellf(table, "%lld",
                     (long long)n[STORE_FAILED] + (long long)n[STORE_TRIAL_DIVERGED]);
    text_table_cell(table, line->is_running ? "yes" : "no");
    text_table_cell(table, line->has_best ? text_digits(digits, line->best.mean_test) : "-");
    text_table_cell(
        table, line->has_best ? text_human(digits, (double)line->best.result->point.macs) : "-");
    for (size_t i = 0; i < line->n_verdicts; i++)
        text_printf(&note, "%s%s %s", i == 0 ? "" : ", ", line->verdicts[i].id,
                    verdict_outcome_name(line->verdicts[i].outcome));
    text_table_text(table, &note);
    text_release(&note);
}

static void put_trouble_row(const Line *line, TextTable *table)
{
    enum { N_BETWEEN = 6 };
    text_table_cell(table, line->path);
    for (int i = 0; i < N_BETWEEN; i++)
        text_table_cell(table, "-");
    text_table_cell(table, line->trouble.msg);
}

static void put_best(const RankingRow *best, JsonWriter *json)
{
    json_open_map(json, "best");
    json_put_text(json, "part", best->result->point.part);
    json_put_text(json, "series", best->result->point.series);
    json_put_int(json, "macs", best->result->point.macs);
    json_put_double(json, "val_top1", best->mean_val);
    json_put_double(json, "test_top1", best->mean_test);
    json_put_double(json, "score", best->score);
    json_put_int(json, "n", best->n);
    json_close_map(json);
}

static void put_map(const Line *line, JsonWriter *json)
{
    json_open_map(json, NULL);
    json_put_text(json, "path", line->path);
    if (line->trouble.code != ERR_NONE) {
        json_put_text(json, "error", line->trouble.msg);
        json_close_map(json);
        return;
    }
    json_put_text(json, "study", line->study.results.study.name);
    json_put_bool(json, "is_running", line->is_running);
    json_put_int(json, "trials", line->counts.n_trials);
    for (int s = 0; s < STORE_N_STATUSES; s++)
        json_put_int(json, store_status_name((StoreStatus)s), line->counts.n_by_status[s]);
    if (line->has_best)
        put_best(&line->best, json);
    else
        json_put_null(json, "best");
    json_open_list(json, "verdicts");
    for (size_t i = 0; i < line->n_verdicts; i++) {
        json_open_map(json, NULL);
        json_put_text(json, "id", line->verdicts[i].id);
        json_put_text(json, "outcome", verdict_outcome_name(line->verdicts[i].outcome));
        json_close_map(json);
    }
    json_close_list(json);
    json_close_map(json);
}

/* Reads and puts one folder. Errors: ERR_MEMORY; all others are its line's. */
static ErrCode put_folder(List *list, const char *path, Err *err)
{
    Line line = {.path = path};
    const ErrCode code = read_line(&line, &line.trouble);
    if (code == ERR_MEMORY)
        *err = line.trouble;
    list->n_studies += code == ERR_NONE;
    list->n_damaged += code != ERR_NONE && code != ERR_MISSING;
    if (list->table == NULL)
        put_map(&line, &list->json);
    else if (code == ERR_NONE)
        put_row(&line, list->table);
    else
        put_trouble_row(&line, list->table);
    study_folder_close(&line.study);
    return err->code;
}

static ErrCode put_folders(const Call *call, List *list, Text *out, Err *err)
{
    static const TextColumn columns[] = {{"folder", TEXT_LEFT, 0},  {"trials", TEXT_RIGHT, 0},
                                         {"done", TEXT_RIGHT, 0},   {"bad", TEXT_RIGHT, 2},
                                         {"running", TEXT_LEFT, 3}, {"test top-1", TEXT_RIGHT, 0},
                                         {"MACs", TEXT_RIGHT, 1},   {"verdicts", TEXT_NOTE, 0}};
    list->json = json_writer(out, true);
    if (call->json) {
        json_open_map(&list->json, NULL);
        json_open_list(&list->json, "studies");
    } else if ((list->table = text_table_create(columns, ARRAY_LEN(columns))) == NULL) {
        return err_memory(err, sizeof columns);
    }
    for (size_t i = 0; i < call->n_args; i++)
        TRY(put_folder(list, call->args[i], err));
    if (call->json) {
        json_close_list(&list->json);
        json_close_map(&list->json);
        text_append_char(out, '\n');
    } else {
        text_table_render(list->table, out);
    }
fail:
    text_table_destroy(&list->table);
    return err->code;
}

ErrCode status_list(const Call *call, Err *err)
{
    List list = {0};
    Text out = {.columns = call->columns};
    TRY(put_folders(call, &list, &out, err));
    TRY(call_print_lines(call, &out, err));
    if (list.n_damaged > 0)
        err_set(err, ERR_DATA, "%zu of %zu folders cannot be read", list.n_damaged, call->n_args);
    else if (list.n_studies == 0)
        err_set(err, ERR_MISSING, "none of these %zu folders holds a study", call->n_args);
fail:
    text_release(&out);
    return err->code;
}
