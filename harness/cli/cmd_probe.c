/* harness/cli/cmd_probe.c: `isoflop probe`: a linear classifier on what a trained network sees. */
#include "harness/cli/command.h"
#include "harness/cli/data_option.h"
#include "harness/cli/probe_facts.h"
#include "harness/cli/weights_options.h"

#include "base/file.h"
#include "harness/probe.h"
#include "weights/naming.h"

#include <string.h>

static const char *const usage[] = {
    "--network N --weights W --data NAME[=PATH] [--names WHOSE] [--l2 X|auto] [--save F] [--json]",
    NULL};
static const char *const notes[] = {
    "Nothing of the network is trained: its features of all images, what the last layer reads, are "
    "computed once and kept in the cache folder; on those of the training images multinomial "
    "logistic regression is fitted to its optimum. Features are standardised, and the penalty is "
    "X/2 times the square of all coefficients beside the mean cross-entropy. auto: of 1, 0.1, ... "
    "1e-05 the strength with most hits on validation, of equal ones the strongest.",
    "The weights may be of any data and classes; another resolution than theirs needs "
    "--resolution, "
    "for nothing of the network adapts to it. Images are normalised by the training subset. F gets "
    "the weights with the new classifier: eval with the same options says the same of it. "
    "Intervals are Clopper and Pearson's at 90 %.",
    NULL};

typedef struct ProbeOptions {
    WeightsOptions trained;
    DataOption data;
    const char *l2, *save;
    int64_t batch;
} ProbeOptions;

#define FIELD(field) offsetof(ProbeOptions, field)
static const Option options[] = {
    {.kind = OPTION_TABLE, .offset = FIELD(trained), .table = &weights_options},
    {.kind = OPTION_TABLE, .offset = FIELD(data), .table = &data_option},
    {.name = "l2",
     .kind = OPTION_TEXT,
     .offset = FIELD(l2),
     .metavar = "X|auto",
     .fallback = "auto",
     .doc = "strength of the penalty, 1e-09 to 1e+06; auto: chosen on validation"},
    {.name = "save",
     .kind = OPTION_TEXT,
     .offset = FIELD(save),
     .metavar = "F",
     .doc = "file for the weights with the new classifier"},
    {.name = "batch",
     .kind = OPTION_INT,
     .offset = FIELD(batch),
     .metavar = "B",
     .fallback = "64",
     .min = 1,
     .max = 65536,
     .doc = "images at a time; changes memory, not results"},
};
#undef FIELD

static ErrCode read_strength(double *l2, const char *text, Err *err)
{
    *l2 = PROBE_AUTO;
    if (strcmp(text, "auto") == 0)
        return ERR_NONE;
    if (!text_to_double(text, l2) || !(*l2 >= PROBE_LEAST_L2 && *l2 <= PROBE_MOST_L2))
        return err_set(err, ERR_USAGE, "option '--l2' is '%s': neither auto nor %g to %g", text,
                       PROBE_LEAST_L2, PROBE_MOST_L2);
    return ERR_NONE;
}

static bool show_progress(void *user, uint32_t done, uint32_t total)
{
    Text line = {0};
    text_printf(&line, "features: %u of %u images", done, total);
    call_progress(user, text_string(&line));
    text_release(&line);
    return true;
}

static void say_features(const Call *call, const Features *features)
{
    const ProbeOptions *settings = call->settings;
    const uint32_t n = features_count(features);
    if (features->prepared.was_built)
        call_prepared(call, features->prepared.n_images, features->prepared.seconds);
    if (features->trained_at == 0)
        call_say("'%s' " ORIGIN_UNKNOWN, settings->trained.weights);
    else if (features->trained_at != features->resolution)
        call_say("weights '%s' were trained at %d px, this network is at %d px",
                 settings->trained.weights, features->trained_at, features->resolution);
    if (features->was_damaged)
        call_say("cached features were damaged");
    if (features->was_cached)
        call_say("features of %u images are from the cache", n);
    else
        call_say("features of %u images in %.1f s: %.0f images/s on %d thread%s", n,
                 features->seconds, n / features->seconds, call->threads,
                 text_plural(call->threads));
}

/* One that is not chosen had a part in the choice. */
static void warn_of_fits(const Probe *probe)
{
    for (int i = 0; i < probe->n_tries; i++)
        if (!probe->tries[i].fit.is_converged)
            call_say("warning: the fit of l2 %g ended before its optimum, gradient %.1e",
                     probe->tries[i].l2, probe->tries[i].fit.gradient);
}

static ErrCode probe(const Call *call, const FeatureSource *source, double l2, Err *err)
{
    const ProbeOptions *settings = call->settings;
    Features features = {0};
    Probe result = {0};
    Text out = {.columns = call->columns};
    TRY(features_open(&features, source, err));
    say_features(call, &features);
    call_progress(call, "fitting the classifier");
    TRY(probe_run(&result, &features, source->spec->classes, l2, call->threads, call->cpu, err));
    call_progress(call, "");
    warn_of_fits(&result);
    if (settings->save != NULL) {
        TRY(probe_save(&result, source, &features, settings->save, err));
        call_say("weights with the new classifier are in '%s'", settings->save);
    }
    if (call->json)
        probe_facts_json(&features, &result, &out);
    else
        probe_facts_plain(&features, &result, l2 == PROBE_AUTO, &out);
    TRY(call_print_lines(call, &out, err));
fail:
    features_release(&features);
    probe_release(&result);
    text_release(&out);
    return err->code;
}

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    const ProbeOptions *settings = call->settings;
    char name[DATA_OPTION_NAME_MAX];
    Study *study = NULL;
    StudyImages images = {0};
    Spec spec;
    double l2;
    const WeightSource weights = {.path = settings->trained.weights,
                                  .naming = naming_at(settings->trained.names),
                                  .accept = weights_options_accept(&settings->trained)};
    TRY(weights_options_check(&settings->trained, err));
    TRY(read_strength(&l2, settings->l2, err));
    if (settings->save != NULL)
        TRY(file_check_target(settings->save, err));
    TRY(data_option_study(&study, call, &settings->data, name, err));
    TRY(study_data_open(&images, &study->data, call->data_root, call->threads, err));
    TRY(network_choice_spec(&spec, &settings->trained.network, study, dataset_n_classes(images.set),
                            err));
    TRY(probe_check_classes(spec.classes, images.set, err));
    const FeatureSource source = {.spec = &spec,
                                  .weights = &weights,
                                  .images = &images,
                                  .data = &study->data,
                                  .batch = (int)settings->batch,
                                  .threads = call->threads,
                                  .level = call->cpu,
                                  .preparing = call_preparing,
                                  .progress = show_progress,
                                  .progress_user = (void *)(uintptr_t)call};
    TRY(probe(call, &source, l2, err));
fail:
    study_data_close(&images);
    study_destroy(&study);
    return err->code;
}

const Command cmd_probe = {
    .name = "probe",
    .summary = "fit a linear classifier on what a trained network sees",
    .usage = usage,
    .notes = notes,
    .options = {options, ARRAY_LEN(options)},
    .settings_bytes = sizeof(ProbeOptions),
    .shared = SHARED_JSON | SHARED_SET | SHARED_DATA_ROOT,
    .run = run,
};
