/* harness/cli/cmd_init.c: `isoflop init`: a commented study to start from. */
#include "harness/cli/command.h"

#include "base/file.h"
#include "harness/study.h"

#include <string.h>

static const char *const usage[] = {"NAME [--force]", NULL};
static const char *const notes[] = {"Writes NAME.yaml, a small study with every part and its keys "
                                    "explained. Nothing is overwritten "
                                    "without --force.",
                                    NULL};

typedef struct InitSettings {
    bool force;
} InitSettings;

static const Option options[] = {
    {.name = "force",
     .kind = OPTION_FLAG,
     .offset = offsetof(InitSettings, force),
     .doc = "overwrite an existing file"},
};

static ErrCode check_name(const char *name, Err *err)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    if (!name[0] || name[0] == '.' || name[0] == '-' || strspn(name, allowed) != strlen(name))
        return err_set(err, ERR_USAGE,
                       "'%s' cannot name a study: letters, digits, '.', '_' and '-' only", name);
    return ERR_NONE;
}

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    const InitSettings *settings = call->settings;
    const char *name = call->args[0];
    Text path = {0}, study = {0};
    TRY(check_name(name, err));
    text_printf(&path, "%s.yaml", name);
    TRY(text_ok(&path, err));
    if (file_exists(path.data) && !settings->force) {
        (void)err_set(err, ERR_USAGE, "'%s' is there already; --force overwrites it", path.data);
        goto fail;
    }
    study_template(name, &study);
    TRY(text_ok(&study, err));
    TRY(file_write(path.data, study.data, study.n_bytes, err));
    call_say("wrote %s; next: isoflop plan %s, then isoflop run %s", path.data, path.data,
             path.data);
fail:
    text_release(&path);
    text_release(&study);
    return err->code;
}

const Command cmd_init = {
    .name = "init",
    .summary = "write a commented study to start from",
    .usage = usage,
    .notes = notes,
    .options = {options, ARRAY_LEN(options)},
    .settings_bytes = sizeof(InitSettings),
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
