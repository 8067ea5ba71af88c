/* harness/cli/infer_pictures.c: pictures to their most probable classes, as text or JSON. */
#include "harness/cli/infer_pictures.h"

#include "harness/cli/pictures_option.h"

#include "base/json.h"
#include "base/sys.h"
#include "harness/recognition.h"

static const double PERCENT = 100.0;

/* What was found of pictures; all borrowed. */
typedef struct Found {
    const PictureList *pictures;
    const WeightOrigin *origin;
    const RecognitionGuess *guesses; /* [pictures->n][top] */
    int top;
} Found;

static void put_json(const Found *found, Text *out)
{
    char number[TEXT_NUMBER_BYTES];
    JsonWriter json = json_writer(out, true);
    json_open_map(&json, NULL);
    json_open_list(&json, "images");
    for (size_t i = 0; i < found->pictures->n; i++) {
        json_open_map(&json, NULL);
        json_put_text(&json, "image", found->pictures->paths[i]);
        json_open_list(&json, "classes");
        for (int k = 0; k < found->top; k++) {
            const RecognitionGuess *guess = &found->guesses[i * (size_t)found->top + (size_t)k];
            json_open_map(&json, NULL);
            json_put_int(&json, "label", guess->label);
            json_put_text(&json, "class",
                          pictures_option_class(found->origin, guess->label, number));
            json_put_double(&json, "probability", guess->probability);
            json_close_map(&json);
        }
        json_close_list(&json);
        json_close_map(&json);
    }
    json_close_list(&json);
    json_close_map(&json);
    text_append_char(out, '\n');
}

/* A picture a line, its classes below. */
static void put_plain(const Found *found, Text *out)
{
    char number[TEXT_NUMBER_BYTES];
    for (size_t i = 0; i < found->pictures->n; i++) {
        text_append_visible(out, found->pictures->paths[i]);
        text_append_char(out, '\n');
        for (int k = 0; k < found->top; k++) {
            const RecognitionGuess *guess = &found->guesses[i * (size_t)found->top + (size_t)k];
            text_printf(out, "  %6.2f %%  %s\n", PERCENT * guess->probability,
                        pictures_option_class(found->origin, guess->label, number));
        }
    }
}

static ErrCode print_found(const Found *found, const Call *call, Err *err)
{
    Text out = {.columns = call->columns};
    if (call->json)
        put_json(found, &out);
    else
        put_plain(found, &out);
    TRY(call_print(&out, err));
fail:
    text_release(&out);
    return err->code;
}

ErrCode infer_pictures(const Call *call, const WeightsOptions *trained, const char *path, int batch,
                       int64_t top, Err *err)
{
    Arena arena = {0};
    PictureList pictures = {0};
    WeightOrigin origin = {0};
    Infer *infer = NULL;
    RecognitionGuess *guesses = NULL;
    TRY(weights_options_check(trained, err));
    TRY(pictures_option_list(&pictures, call, path, &arena, err));
    const WeightsUse use = {.batch = (size_t)batch < pictures.n ? batch : (int)pictures.n,
                            .accept = weights_options_accept(trained)};
    TRY(weights_options_infer(&infer, &origin, trained, call, &use, err));
    const int classes = infer_network(infer)->classes;
    Found found = {
        .pictures = &pictures, .origin = &origin, .top = top < classes ? (int)top : classes};
    guesses = mem_calloc(pictures.n, (size_t)found.top * sizeof *guesses);
    if (guesses == NULL) {
        (void)err_memory(err, pictures.n * (size_t)found.top * sizeof *guesses);
        goto fail;
    }
    TRY(recognition_run(infer, &origin, &pictures, found.top, guesses, err));
    found.guesses = guesses;
    TRY(print_found(&found, call, err));
fail:
    mem_free(guesses);
    infer_destroy(&infer);
    origin_release(&origin);
    arena_release(&arena);
    return err->code;
}
