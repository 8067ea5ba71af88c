/* harness/cli/cmd_status.c: `isoflop status`: where a study stands. */
#include "harness/cli/command.h"
#include "harness/cli/study_folder.h"

#include "base/file.h"
#include "base/json.h"
#include "base/sys.h"

#include <string.h>

static const char *const usage[] = {"DIR [--json]", NULL};

/* Who works at the study. */
typedef struct Holder {
    bool is_there; /* a run has the lock now */
    char *name;    /* owned */
} Holder;

static ErrCode find_holder(const StudyFolder *study, Holder *holder, Err *err)
{
    char *lock = study_folder_file(study, "study.lock");
    if (lock == NULL) {
        (void)err_memory(err, strlen(study->path));
        goto fail;
    }
    TRY(file_lock_holder(lock, &holder->is_there, &holder->name, err));
fail:
    mem_free(lock);
    return err->code;
}

static void print_json(const StudyFolder *study, const StoreStanding *standing,
                       const Holder *holder, Text *out)
{
    JsonWriter json = json_writer(out, true);
    json_open_map(&json, NULL);
    json_put_text(&json, "study", study->results.study.name);
    json_put_text(&json, "question", study->results.study.question);
    json_put_text(&json, "data", study->results.study.data_name);
    json_put_text(&json, "baseline", study->results.study.baseline);
    json_put_bool(&json, "is_running", holder->is_there);
    json_put_text(&json, "holder", holder->is_there ? holder->name : NULL);
    json_put_int(&json, "points", standing->n_points);
    json_put_int(&json, "unfair", standing->n_unfair);
    json_put_int(&json, "trials", standing->n_trials);
    for (int s = 0; s < STORE_N_STATUSES; s++)
        json_put_int(&json, store_status_name((StoreStatus)s), standing->n_by_status[s]);
    json_open_list(&json, "facts");
    for (size_t i = 0; i < study->results.n_facts; i++) {
        const StoreFact *fact = &study->results.facts[i];
        json_open_map(&json, NULL);
        json_put_text(&json, "name", fact->name);
        json_put_doubles(&json, "value", fact->value, ARRAY_LEN(fact->value));
        json_put_text(&json, "text", fact->text);
        json_close_map(&json);
    }
    json_close_list(&json);
    json_close_map(&json);
    text_append_char(out, '\n');
}

static void print_plain(const StudyFolder *study, const StoreStanding *standing,
                        const Holder *holder, Text *out)
{
    const StoreStudy *about = &study->results.study;
    text_printf(out, "study     %s\n", about->name);
    if (about->question[0])
        text_printf(out, "question  %s\n", about->question);
    text_printf(out, "data      %s: %lld train, %lld validation, %lld test%s\n", about->data_name,
                (long long)about->n_train, (long long)about->n_val, (long long)about->n_test,
                about->is_demo ? "  [DEMO]" : "");
    text_printf(out, "baseline  %s\n", about->baseline);
    text_printf(out, "points    %lld, of which %lld unfair\n", (long long)standing->n_points,
                (long long)standing->n_unfair);
    text_printf(out, "trials    %lld:", (long long)standing->n_trials);
    const char *separator = " ";
    for (int s = STORE_N_STATUSES - 1; s >= 0; s--) {
        if (!standing->n_by_status[s])
            continue;
        text_printf(out, "%s%lld %s", separator, (long long)standing->n_by_status[s],
                    store_status_name((StoreStatus)s));
        separator = ", ";
    }
    text_append_char(out, '\n');
    for (size_t i = 0; i < study->results.n_facts; i++)
        if (study->results.facts[i].text != NULL)
            text_printf(out, "fact      %s: %s\n", study->results.facts[i].name,
                        study->results.facts[i].text);
    text_printf(out, "running   %s\n", holder->is_there ? holder->name : "no");
}

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    StudyFolder study;
    StoreStanding standing = {0};
    Holder holder = {0};
    Text out = {.columns = call->columns};
    TRY(study_folder_open(&study, call->args[0], err));
    TRY(store_standing(study.store, &standing, err));
    TRY(find_holder(&study, &holder, err));
    if (call->json)
        print_json(&study, &standing, &holder, &out);
    else
        print_plain(&study, &standing, &holder, &out);
    TRY(call_print_lines(call, &out, err));
fail:
    mem_free(holder.name);
    study_folder_close(&study);
    text_release(&out);
    return err->code;
}

const Command cmd_status = {
    .name = "status",
    .summary = "where a study stands",
    .usage = usage,
    .min_args = 1,
    .max_args = 1,
    .shared = SHARED_JSON,
    .run = run,
};
