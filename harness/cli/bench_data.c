/* harness/cli/bench_data.c: opens the images, times batches and steps of them, prints both. */
#include "harness/cli/bench_data.h"

#include "base/json.h"
#include "data/imageset.h"
#include "harness/databench.h"
#include "harness/study_data.h"
#include "models/resolve.h"

/* What was measured of what. */
typedef struct Measured {
    const char *data, *augment;
    const Network *network;
    const StepbenchSettings *settings;
    unsigned augment_ops;
    StepbenchReport step;
    DatabenchReport batches;
    double ratio; /* images a second of batches over those of the step */
} Measured;

static void put_text(const Measured *m, Text *out)
{
    char made[TEXT_NUMBER_BYTES], trained[TEXT_NUMBER_BYTES], ratio[TEXT_NUMBER_BYTES];
    text_append_visible(out, m->data);
    text_printf(out, " at %d px, augment ", m->network->resolution);
    text_append_visible(out, m->augment);
    text_printf(out,
                ", batch %d: %s images/s, %.3f ms a batch (fastest %.3f, %lld batches); step of "
                "%s, %s: %s images/s, so batches are made %s times as fast\n",
                m->settings->batch, text_human(made, m->batches.images_per_second),
                m->batches.ms_per_batch, m->batches.ms_min, (long long)m->batches.batches,
                m->network->name, cpu_level_name(m->settings->level),
                text_human(trained, m->step.images_per_second), text_digits(ratio, m->ratio));
}

static void put_json(const Measured *m, Text *out)
{
    JsonWriter json = json_writer(out, false);
    json_open_map(&json, NULL);
    json_put_double(&json, "images_per_second", m->batches.images_per_second);
    json_put_double(&json, "ms_per_batch", m->batches.ms_per_batch);
    json_put_double(&json, "ms_min", m->batches.ms_min);
    json_put_int(&json, "batches", m->batches.batches);
    json_put_double(&json, "step_images_per_second", m->step.images_per_second);
    json_put_double(&json, "ratio", m->ratio);
    json_put_text(&json, "data", m->data);
    json_put_text(&json, "augment", m->augment);
    json_put_text(&json, "network", m->network->name);
    json_put_int(&json, "resolution", m->network->resolution);
    json_put_int(&json, "batch", m->settings->batch);
    json_put_text(&json, "cpu", cpu_level_name(m->settings->level));
    json_close_map(&json);
    text_append_char(out, '\n');
}

/* Batches of the data set's training subset, at the network's resolution. */
static ErrCode time_batches(const Call *call, const StudyImages *images, Measured *m, Err *err)
{
    const DatabenchSettings settings = {m->settings->batch, m->augment_ops};
    ImageSet *set = NULL;
    ImageSetReport report;
    const ImageSetSettings view = {.resolution = m->network->resolution,
                                   .keep_train_source = augment_needs_source(settings.augment),
                                   .threads = call->threads,
                                   .progress = call_preparing,
                                   .progress_user = (void *)(uintptr_t)call};
    TRY(imageset_open(&set, images->set, &images->split, &view, &report, err));
    call_progress(call, "");
    TRY(databench_run(set, &settings, &m->batches, err));
fail:
    imageset_close(&set);
    return err->code;
}

ErrCode bench_data(const Call *call, const BenchDataChoice *choice, StepbenchSettings step,
                   Err *err)
{
    char name[DATA_OPTION_NAME_MAX];
    Spec spec;
    Network network = {0};
    Study *study = NULL;
    StudyImages images = {0};
    Text out = {.columns = call->columns};
    Measured m = {.data = name, .augment = choice->augment, .network = &network, .settings = &step};
    step.threads = 1;
    step.is_cpu_time = true;
    TRY(augment_parse_list(choice->augment, "--augment", &m.augment_ops, err));
    TRY(data_option_study(&study, call, &choice->data, name, err));
    TRY(study_data_open(&images, &study->data, call->data_root, call->threads, err));
    TRY(network_choice_spec(&spec, &choice->network, NULL, dataset_n_classes(images.set), err));
    TRY(resolve_network(&network, &spec, err));
    TRY(time_batches(call, &images, &m, err));
    TRY(stepbench_run(&network, &step, &m.step, err));
    m.ratio = m.batches.images_per_second / m.step.images_per_second;
    if (call->json)
        put_json(&m, &out);
    else
        put_text(&m, &out);
    TRY(call_print_lines(call, &out, err));
fail:
    network_release(&network);
    study_data_close(&images);
    study_destroy(&study);
    text_release(&out);
    return err->code;
}
