/* harness/cli/export_store.c: rows to standard output, or files of other programs. */
#include "harness/cli/export_store.h"

#include "harness/cli/study_folder.h"

#include "base/proc.h"
#include "results/export.h"
#include "results/optuna.h"
#include "results/tensorboard.h"

#include <inttypes.h>

/* --- rows --- */

/* CSV holds its texts as they are, but a terminal must not obey them. */
static ErrCode show_to_terminal(Text *text, Err *err)
{
    enum { STDOUT = 1 };
    Text visible = {0};
    TRY(text_ok(text, err));
    if (proc_is_terminal(STDOUT) && text_append_visible_lines(&visible, text_string(text))) {
        text_clear(text);
        text_append(text, text_string(&visible));
        text->failed |= visible.failed;
    }
    text_release(&visible);
    return text_ok(text, err);
fail:
    return err->code;
}

/* Takes a piece of a long export; *user is the Spool, which is made for the first one. */
static ErrCode take_piece(void *user, Text *text, Err *err)
{
    Spool **spool = user;
    TRY(show_to_terminal(text, err));
    if (*spool == NULL)
        TRY(spool_create(spool, err));
    TRY(spool_put(*spool, text->data, text->n_bytes, err));
    text_clear(text);
fail:
    return err->code;
}

static ErrCode print_rows(const Call *call, ExportStoreFormat format, Err *err)
{
    StudyFolder study = {0};
    Text out = {0};
    Spool *spool = NULL;
    TRY(export_check_name(call->args[1], err));
    TRY(study_folder_open(&study, call->args[0], STORE_GROUND_STUDY, err));
    TRY(store_trust_rows(study.store, call->args[1], err));
    if (format == EXPORT_STORE_CSV)
        TRY(export_csv(study.store, call->args[1], &out, take_piece, &spool, err));
    else
        TRY(export_json(study.store, call->args[1], &out, take_piece, &spool, err));
    if (spool != NULL)
        TRY(call_print_spool(spool, err));
    TRY(show_to_terminal(&out, err));
    TRY(call_print_data(&out, err));
fail:
    study_folder_close(&study);
    spool_destroy(&spool);
    text_release(&out);
    return err->code;
}

/* --- files --- */

static ErrCode write_files(const Call *call, ExportStoreFormat format, const char *output, Err *err)
{
    StudyFolder study = {0};
    int64_t n_runs = 0;
    TRY(call_need("output", output, err));
    TRY(study_folder_open(&study, call->args[0], STORE_GROUND_REPORT, err));
    TRY(store_trust_rows(study.store, "epoch", err));
    if (format == EXPORT_STORE_OPTUNA) {
        TRY(optuna_write(study.store, output, err));
    } else {
        TRY(tensorboard_write(study.store, output, &n_runs, err));
        call_say("%" PRId64 " run%s: tensorboard --logdir '%s'", n_runs,
                 text_plural((uint64_t)n_runs), output);
    }
fail:
    study_folder_close(&study);
    return err->code;
}

ErrCode export_store(const Call *call, ExportStoreFormat format, const char *name,
                     const char *output, Err *err)
{
    const bool is_rows = format == EXPORT_STORE_CSV || format == EXPORT_STORE_JSON;
    if (is_rows && call->n_args != 2)
        return err_set(err, ERR_USAGE,
                       "--format %s needs a study's DIR and WHAT, for example result", name);
    if (!is_rows && call->n_args != 1)
        return err_set(err, ERR_USAGE, "--format %s needs a study's DIR and nothing else", name);
    return is_rows ? print_rows(call, format, err) : write_files(call, format, output, err);
}
