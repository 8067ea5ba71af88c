/* harness/cli/cmd_fit.c: `isoflop fit`: fits for a study, or a plain table of trials. */
#include "harness/cli/fit_profile.h"
#include "harness/cli/fit_shape.h"
#include "harness/cli/fit_size.h"

#include "base/file.h"
#include "base/sys.h"

#include <string.h>

enum { MAX_TABLE_BYTES = 64 << 20 };

static const char *const usage[] = {"shape F.csv|DIR [--json]", "size F.csv|DIR [--json]", NULL};
static const char *const notes[] = {
    "shape: trials of several shapes at one cost. Columns a, b, c (shares of the added cost that "
    "depth, width and resolution get; sum 1) or d, w, r (multipliers as built); seed; loss (nats) "
    "or top1 (percent). At least seven shapes, each on the same two or more seeds. Says whether a "
    "blend of dimensions is best (PEAK, BLEND, CORNER, OPEN, FLAT, or REFUSED where no surface "
    "fits), which, and how far named rules are below it.",
    "shape DIR: the same of a study, for each budget of its parts 'profile' and of grids matched "
    "by "
    "counted cost that built seven networks: of test top-1 (as logits, told in points) and of test "
    "loss, shares as built.",
    "size: trainings of several sizes at several totals of compute. Columns macs (multiply-adds "
    "an image), images (seen in training, epochs counted), loss (nats), and perhaps budget; rows "
    "are of one budget if macs x images, or budget, agree within 1e-6. At least three sizes at "
    "each of two budgets. Fits a parabola of each budget and one surface E + A macs^-p + B "
    "images^-q, and warns where they disagree.",
    "size DIR: the same of a study's parts 'sizes', on test loss.", NULL};

static const struct {
    const char *name;
    ErrCode (*run)(const Call *call, const char *path, char *text, Err *err);
} fits[] = {{"shape", fit_shape}, {"size", fit_size}};

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    char *text = NULL;
    size_t n_bytes;
    for (size_t i = 0; i < ARRAY_LEN(fits); i++) {
        if (strcmp(call->args[0], fits[i].name) != 0)
            continue;
        if (fits[i].run == fit_shape && file_is_folder(call->args[1]))
            return fit_profile(call, call->args[1], err);
        if (fits[i].run == fit_size && file_is_folder(call->args[1]))
            return fit_size_study(call, call->args[1], err);
        TRY(file_read(call->args[1], MAX_TABLE_BYTES, &text, &n_bytes, err));
        TRY(fits[i].run(call, call->args[1], text, err));
        goto fail;
    }
    err_set(err, ERR_USAGE, "unknown fit '%s': shape or size", call->args[0]);
fail:
    mem_free(text);
    return err->code;
}

const Command cmd_fit = {
    .name = "fit",
    .summary = "which shape is best, or how size grows, from a study or a plain table",
    .usage = usage,
    .notes = notes,
    .min_args = 2,
    .max_args = 2,
    .shared = SHARED_JSON,
    .run = run,
};
