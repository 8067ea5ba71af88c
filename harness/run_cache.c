/* harness/run_cache.c: the images of every resolution that is needed, decoded once. */
#include "harness/run_cache.h"

#include "harness/plan_networks.h"
#include "harness/study_data.h"

#include "base/proc.h"
#include "base/sys.h"
#include "data/augment.h"
#include "data/imageset.h"

#include <inttypes.h>
#include <string.h>

#define MAX_SKIPPED_TOLD 5 /* images left out that are named */

/* Images of one set at one resolution. */
typedef struct Wanted {
    int target; /* of the plan, or PLAN_NONE */
    int resolution;
} Wanted;

static Wanted wanted_by(const RunState *run, int network)
{
    const PlanNetwork *n = &run->plan->networks[network];
    return (Wanted){n->target, n->network.resolution};
}

static bool is_same(Wanted a, Wanted b)
{
    return a.target == b.target && a.resolution == b.resolution;
}

/* The next pending trial on such images, from *at on, or NULL; moves *at behind it. */
static const RunTrial *next_trial(const RunState *run, Wanted wanted, size_t *at)
{
    while (*at < run->n_trials) {
        const RunTrial *trial = &run->trials[(*at)++];
        if (trial->is_wanted && trial->status == STORE_PENDING &&
            is_same(wanted_by(run, trial->network), wanted))
            return trial;
    }
    return NULL;
}

static bool say_preparing(void *user, uint32_t done, uint32_t total)
{
    const RunState *run = user;
    if (run->callbacks->preparing != NULL)
        run->callbacks->preparing(run->callbacks->user, done, total);
    return proc_stop_requested() == 0;
}

/* What there is to know of the set, and what bad_image: skip has left out, told once a run. */
static void note_data(const RunState *run, const Dataset *set)
{
    for (uint32_t i = 0; i < dataset_n_notes(set); i++)
        run_state_note(run, "data: %s", dataset_note(set, i));
    const uint32_t n = dataset_n_skipped(set);
    for (uint32_t i = 0; i < n && i < MAX_SKIPPED_TOLD; i++)
        run_state_note(run, "left out: %s", dataset_skipped(set, i));
    if (n > MAX_SKIPPED_TOLD)
        run_state_note(run,
                       "left out %" PRIu32 " images; all of them: isoflop data NAME "
                       "--bad-image skip",
                       n);
}

/* The images of one resolution, of the subsets as they are chosen now. */
static ErrCode prepare(RunState *run, const StudyImages *images, Wanted wanted,
                       const char *fallback, Err *err)
{
    const Study *study = plan_networks_study(run->plan, wanted.target);
    const ImageSetSettings settings = {.resolution = wanted.resolution,
                                       .keep_train_source =
                                           augment_needs_source(study->recipe.augment),
                                       .center_crop = study->data.center_crop,
                                       .threads = run->cores,
                                       .fallback_dir = fallback,
                                       .progress = say_preparing,
                                       .progress_user = run};
    ImageSet *set = NULL;
    ImageSetReport report = {0};
    while (imageset_open(&set, images->set, &images->split, &settings, &report, err) != ERR_NONE)
        if (!run_state_waits_for_space(run, err))
            return err->code;
    imageset_close(&set);
    if (report.was_built)
        run_state_note(run, "prepared %" PRIu32 " images at %d px in %.1f s: %.0f images/s",
                       report.n_images, wanted.resolution, report.seconds,
                       report.n_images / report.seconds);
    return ERR_NONE;
}

/* Where seeds vary the subsets: the images of each pending trial at a resolution, each seed once.
 */
static ErrCode prepare_varied(RunState *run, StudyImages *images, Wanted wanted,
                              const char *fallback, Err *err)
{
    const RunTrial *trial;
    for (size_t at = 0; (trial = next_trial(run, wanted, &at)) != NULL;) {
        const RunTrial *first = NULL;
        size_t before = 0;
        while (first == NULL || first->seed != trial->seed)
            first = next_trial(run, wanted, &before);
        if (first != trial || proc_stop_requested())
            continue;
        TRY(split_vary(&images->split, images->set, (uint64_t)trial->seed, err));
        TRY(prepare(run, images, wanted, fallback, err));
    }
fail:
    return err->code;
}

/* Of one set, at every resolution that pending trials need. */
static ErrCode fill_target(RunState *run, int target, const char *fallback, Err *err)
{
    const Study *study = plan_networks_study(run->plan, target);
    const bool is_varied = study->recipe.vary & RECIPE_VARY_SPLIT;
    StudyImages images = {0};
    for (size_t i = 0; i < run->plan->n_networks && !proc_stop_requested(); i++) {
        const Wanted wanted = wanted_by(run, (int)i);
        bool is_seen = false;
        size_t at = 0;
        for (size_t k = 0; k < i; k++)
            is_seen |= is_same(wanted_by(run, (int)k), wanted);
        if (wanted.target != target || is_seen || next_trial(run, wanted, &at) == NULL)
            continue;
        if (images.set == NULL) {
            TRY(study_data_open(&images, &study->data, run->settings->data_root, run->cores, err));
            note_data(run, images.set);
        }
        TRY(is_varied ? prepare_varied(run, &images, wanted, fallback, err)
                      : prepare(run, &images, wanted, fallback, err));
    }
fail:
    study_data_close(&images);
    return err->code;
}

/* Decodes and resizes the images that pending trials need, once, on all cores. */
ErrCode run_cache_fill(RunState *run, Err *err)
{
    char *fallback = file_join(run->settings->out, "cache");
    if (fallback == NULL)
        return err_memory(err, strlen(run->settings->out));
    TRY(fill_target(run, PLAN_NONE, fallback, err));
    for (size_t i = 0; i < run->plan->n_targets; i++)
        TRY(fill_target(run, (int)i, fallback, err));
fail:
    mem_free(fallback);
    return err->code;
}
