/* harness/cli/cmd_fidelity.c: `isoflop fidelity`: whether maps show what a network goes by. */
#include "harness/cli/fidelity_facts.h"

#include "base/sys.h"
#include "harness/activationmap.h"

static const char *const usage[] = {
    "--network N --weights W --data NAME[=PATH] [--layer L] [--most N] [--json]",
    "--network N --weights W --images DIR|FILE... [--layer L] [--most N] [--json]", NULL};
static const char *const notes[] = {
    "Deletion and insertion (Petsiuk et al., arXiv 1806.07421): pixels in the order of the class "
    "activation map of 'isoflop cam', highest first, become the mean of the data, or come back "
    "into the blurred picture, in 32 steps; the number is the area under the probability of the "
    "picture's most probable class, 0 to 1. Deletion is good where it is small, insertion and the "
    "difference of the two where they are large.",
    "How large depends on how sure the network is, too. So each is also taken for a map of random "
    "numbers on the same grid: the gain is what the map does better than knowing nothing. "
    "Intervals are 90 % t intervals over the pictures. --data: of the test images, every so many; "
    "normalisation is by the training subset: give the same data.train by --set, as for eval. "
    "With --json also each picture's numbers.",
    NULL};
_Static_assert(FIDELITY_STEPS == 32, "the notes and the batch that is usual say so");

typedef struct FidelitySettings {
    WeightsOptions trained;
    DataOption data;
    const char *images, *layer;
    int64_t batch, most;
} FidelitySettings;

#define FIELD(field) offsetof(FidelitySettings, field)
static const Option options[] = {
    {.kind = OPTION_TABLE, .offset = FIELD(trained), .table = &weights_options},
    {.kind = OPTION_TABLE, .offset = FIELD(data), .table = &data_option},
    {.kind = OPTION_TABLE, .offset = FIELD(images), .table = &pictures_option},
    {.name = "layer",
     .kind = OPTION_TEXT,
     .offset = FIELD(layer),
     .metavar = "L",
     .doc = "Grad-CAM of this layer's maps: stem, stages.2, stages.2.1, head; without, CAM"},
    {.name = "most",
     .kind = OPTION_INT,
     .offset = FIELD(most),
     .metavar = "N",
     .fallback = "100",
     .min = 1,
     .max = 1000000,
     .doc = "pictures that are measured, at most; each is seen four times a step"},
    {.name = "batch",
     .kind = OPTION_INT,
     .offset = FIELD(batch),
     .metavar = "B",
     .fallback = "33",
     .min = 1,
     .max = 1024,
     .doc = "images at a time; changes memory, not results"},
};
#undef FIELD

static void say_progress(const Call *call, size_t done, size_t n)
{
    Text line = {0};
    text_printf(&line, "%zu of %zu pictures", done, n);
    call_progress(call, done < n ? text_string(&line) : "");
    text_release(&line);
}

static ErrCode measure_all(const Call *call, PictureSource *source, int op, int batch,
                           FidelityAreas *areas, Err *err)
{
    Fidelity *fidelity = NULL;
    TRY(fidelity_create(&fidelity, source->trained.net, op, batch, err));
    for (size_t i = 0; i < source->n; i++) {
        const float *image = NULL;
        TRY(picture_source_read(source, i, &image, err));
        const size_t place = picture_source_place(source, i);
        if (fidelity_measure(fidelity, image, place, &areas[i], err) != ERR_NONE) {
            err_wrap(err, "picture %zu", place + 1);
            goto fail;
        }
        say_progress(call, i + 1, source->n);
    }
fail:
    fidelity_destroy(&fidelity);
    return err->code;
}

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    const FidelitySettings *settings = call->settings;
    const PictureChoice choice = {.trained = &settings->trained,
                                  .data = &settings->data,
                                  .images = settings->images,
                                  .most = settings->most,
                                  .class_maps = settings->layer != NULL};
    PictureSource source;
    FidelityAreas *areas = NULL;
    FidelitySummary sums;
    Text out = {.columns = call->columns};
    int op = ACTIVATIONMAP_EXACT;
    TRY(picture_source_open(&source, call, &choice, err));
    if (settings->layer != NULL)
        TRY(activationmap_layer(source.trained.net, settings->layer, &op, err));
    areas = mem_calloc(source.n, sizeof *areas);
    if (areas == NULL) {
        (void)err_memory(err, source.n * sizeof *areas);
        goto fail;
    }
    TRY(measure_all(call, &source, op, (int)settings->batch, areas, err));
    TRY(fidelity_summarise(areas, (int)source.n, &sums, err));
    if (call->json)
        fidelity_facts_json(&source, areas, &sums, &out);
    else
        fidelity_facts_plain(&source, &sums, &out);
    TRY(call_print_lines(call, &out, err));
fail:
    mem_free(areas);
    picture_source_release(&source);
    text_release(&out);
    return err->code;
}

const Command cmd_fidelity = {
    .name = "fidelity",
    .summary = "whether class activation maps show what a network goes by",
    .usage = usage,
    .notes = notes,
    .options = {options, ARRAY_LEN(options)},
    .settings_bytes = sizeof(FidelitySettings),
    .max_args = PICTURES_MAX_ARGS,
    .shared = SHARED_JSON | SHARED_SET | SHARED_DATA_ROOT,
    .run = run,
};
