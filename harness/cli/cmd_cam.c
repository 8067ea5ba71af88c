/* harness/cli/cmd_cam.c: `isoflop cam`: where in pictures a network sees a class. */
#include "harness/cli/pictures_option.h"
#include "harness/cli/weights_options.h"

#include "base/file.h"
#include "base/json.h"
#include "data/overlay.h"
#include "harness/activationmap.h"
#include "harness/recognition.h"

#include <math.h>
#include <string.h>

/* Images at a time; of what also runs backward, whose maps all stay, one. */
enum { BATCH = 16, BACKWARD_BATCH = 1 };

static const char *const usage[] = {
    "--network N --weights W.safetensors --images DIR|FILE... "
    "--out DIR [--class K|NAME|auto] [--layer L] [--names torchvision] [--json]",
    NULL};
static const char *const notes[] = {
    "A class activation map says what each place of the picture adds to the class: its mean over "
    "the picture, plus the class's bias, is the logit. Exact, for the classifier sees the mean of "
    "the last feature maps (Zhou et al., arXiv 1512.04150); a classifier with a hidden layer is "
    "refused. DIR gets a PNG for each picture: grey, the map in colours over it, and its scale in "
    "units of logits; what is drawn before an error stays.",
    "--layer: Grad-CAM (Selvaraju et al., arXiv 1610.02391), an estimate for the maps of any "
    "layer: "
    "each channel by its mean gradient, what speaks against the class left out.",
    "Pictures are cut, resized and normalised as for 'infer --images'. With --json the maps "
    "themselves, row by row.",
    NULL};

typedef struct CamSettings {
    WeightsOptions trained;
    const char *images, *out, *class_text, *layer;
} CamSettings;

#define FIELD(field) offsetof(CamSettings, field)
static const Option options[] = {
    {.kind = OPTION_TABLE, .offset = FIELD(trained), .table = &weights_options},
    {.kind = OPTION_TABLE, .offset = FIELD(images), .table = &pictures_option},
    {.name = "class",
     .kind = OPTION_TEXT,
     .offset = FIELD(class_text),
     .metavar = "K|NAME|auto",
     .fallback = "auto",
     .doc = "class that is looked for, by number or name; auto: each picture's most probable"},
    {.name = "layer",
     .kind = OPTION_TEXT,
     .offset = FIELD(layer),
     .metavar = "L",
     .doc = "Grad-CAM of this layer's maps: stem, stages.2, stages.2.1, head; without, CAM"},
    {.name = "out",
     .kind = OPTION_TEXT,
     .offset = FIELD(out),
     .metavar = "DIR",
     .doc = "folder of the pictures that are written"},
};
#undef FIELD

/* What one call works with; owned but for the call. */
typedef struct Cam {
    const Call *call;
    Arena arena;
    PictureList pictures;
    WeightOrigin origin;
    Net *net;
    PictureInput input;
    ActivationMaps maps;
    int label; /* or ACTIVATIONMAP_AUTO */
    JsonWriter json;
    Text out;
} Cam;

static ErrCode find_class(Cam *cam, const char *text, Err *err)
{
    const int classes = net_network(cam->net)->classes;
    int64_t number = ACTIVATIONMAP_AUTO;
    bool is_found = strcmp(text, "auto") == 0;
    for (int c = 0; !is_found && c < cam->origin.n_classes && c < classes; c++)
        if (strcmp(text, cam->origin.classes[c]) == 0) {
            number = c;
            is_found = true;
        }
    if (!is_found && (!text_to_int64(text, &number) || number < 0 || number >= classes))
        return err_set(err, ERR_USAGE,
                       "option '--class' is '%s': neither 0 to %d, the name of a class, nor auto",
                       text, classes - 1);
    cam->label = (int)number;
    return ERR_NONE;
}

/* DIR/0001-NAME.png of the picture with that place in the list. */
static const char *output_path(Cam *cam, const char *folder, size_t index)
{
    const char *name = file_name(cam->pictures.paths[index]), *dot = strrchr(name, '.');
    const int length = (int)(dot != NULL && dot > name ? (size_t)(dot - name) : strlen(name));
    return arena_printf(&cam->arena, "%s/%04zu-%.*s.png", folder, index + 1, length, name);
}

static void put_json(Cam *cam, size_t index, int i, const char *file, double probability)
{
    const int side = cam->maps.side;
    const float *map = cam->maps.maps + (long)i * side * side;
    char number[TEXT_NUMBER_BYTES];
    JsonWriter *json = &cam->json;
    json_open_map(json, NULL);
    json_put_text(json, "image", cam->pictures.paths[index]);
    json_put_text(json, "overlay", file);
    json_put_int(json, "label", cam->maps.labels[i]);
    json_put_text(json, "class", pictures_option_class(&cam->origin, cam->maps.labels[i], number));
    json_put_double(json, "probability", probability);
    json_open_list(json, "map");
    for (int y = 0; y < side; y++) {
        json_open_list(json, NULL);
        for (int x = 0; x < side; x++)
            json_put_double(json, NULL, (double)map[y * side + x]);
        json_close_list(json);
    }
    json_close_list(json);
    json_close_map(json);
}

static ErrCode draw(const Cam *cam, size_t index, int i, const char *file, Err *err)
{
    const size_t pixels = (size_t)cam->input.side * (size_t)cam->input.side;
    Overlay overlay = {.rgb = cam->input.rgb + (size_t)i * pixels * ORIGIN_CHANNELS,
                       .side = cam->input.side,
                       .map = cam->maps.maps + (long)i * cam->maps.side * cam->maps.side,
                       .map_side = cam->maps.side};
    activationmap_range(&cam->maps, i, &overlay.low, &overlay.high);
    if (!isfinite(overlay.low) || !isfinite(overlay.high))
        return err_set(err, ERR_DATA, "the map of '%s' has values that are no numbers",
                       cam->pictures.paths[index]);
    return overlay_write(file, &overlay, err);
}

/* The pictures of one batch, of which the first has that place in the list. */
static ErrCode show_batch(Cam *cam, const char *folder, size_t first, Err *err)
{
    const int classes = net_network(cam->net)->classes;
    char number[TEXT_NUMBER_BYTES];
    activationmap_run(&cam->maps, cam->net, cam->input.images, cam->input.n, cam->label);
    for (int i = 0; i < cam->input.n; i++) {
        const int label = cam->maps.labels[i];
        const double probability =
            recognition_probability(cam->maps.logits + (long)i * classes, classes, label);
        const char *file = output_path(cam, folder, first + (size_t)i);
        TRY(arena_ok(&cam->arena, err));
        TRY(draw(cam, first + (size_t)i, i, file, err));
        if (cam->call->json)
            put_json(cam, first + (size_t)i, i, file, probability);
        else
            text_printf(&cam->out, "%s: %s, %.2f %%\n", file,
                        pictures_option_class(&cam->origin, label, number), 100.0 * probability);
    }
fail:
    return err->code;
}

static ErrCode open_all(Cam *cam, const CamSettings *settings, Err *err)
{
    TRY(weights_options_check(&settings->trained, err));
    TRY(call_need("images", settings->images, err));
    TRY(call_need("out", settings->out, err));
    TRY(pictures_option_list(&cam->pictures, cam->call, settings->images, &cam->arena, err));
    const size_t most = settings->layer != NULL ? BACKWARD_BATCH : BATCH;
    const WeightsUse use = {.batch = (int)(cam->pictures.n < most ? cam->pictures.n : most),
                            .class_maps = settings->layer != NULL,
                            .accept = weights_options_accept(&settings->trained)};
    int op = ACTIVATIONMAP_EXACT;
    TRY(weights_options_open(&cam->net, &cam->origin, &settings->trained, cam->call, &use, err));
    TRY(find_class(cam, settings->class_text, err));
    if (settings->layer != NULL)
        TRY(activationmap_layer(cam->net, settings->layer, &op, err));
    TRY(activationmap_open(&cam->maps, cam->net, op, err));
    TRY(pictureinput_open(&cam->input, net_network(cam->net)->resolution,
                          net_settings(cam->net)->batch, &cam->origin, err));
    TRY(file_make_dirs(settings->out, err));
fail:
    return err->code;
}

static ErrCode show_all(Cam *cam, const char *folder, Err *err)
{
    const size_t batch = (size_t)net_settings(cam->net)->batch;
    if (cam->call->json) {
        json_open_map(&cam->json, NULL);
        json_open_list(&cam->json, "images");
    }
    for (size_t first = 0; first < cam->pictures.n; first += batch) {
        TRY(pictureinput_read(&cam->input, &cam->pictures, first, err));
        TRY(show_batch(cam, folder, first, err));
    }
    if (cam->call->json) {
        json_close_list(&cam->json);
        json_close_map(&cam->json);
        text_append_char(&cam->out, '\n');
    }
    TRY(call_print(&cam->out, err));
fail:
    return err->code;
}

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    const CamSettings *settings = call->settings;
    Cam cam = {.call = call, .out = {.columns = call->columns}};
    cam.json = json_writer(&cam.out, false);
    TRY(open_all(&cam, settings, err));
    TRY(show_all(&cam, settings->out, err));
fail:
    activationmap_release(&cam.maps);
    pictureinput_release(&cam.input);
    net_destroy(&cam.net);
    origin_release(&cam.origin);
    arena_release(&cam.arena);
    text_release(&cam.out);
    return err->code;
}

const Command cmd_cam = {
    .name = "cam",
    .summary = "where in pictures a network sees a class",
    .usage = usage,
    .notes = notes,
    .options = {options, ARRAY_LEN(options)},
    .settings_bytes = sizeof(CamSettings),
    .max_args = PICTURES_MAX_ARGS,
    .shared = SHARED_JSON,
    .run = run,
};
