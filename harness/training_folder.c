/* harness/training_folder.c: training.json and history.jsonl of one training's folder. */
#include "harness/training_folder.h"

#include "harness/identity.h"

#include "base/dir.h"
#include "base/json.h"
#include "base/sys.h"

#include <inttypes.h>
#include <string.h>

#define DESCRIPTION "training.json"
#define HISTORY "history.jsonl"
#define CONTENTS "data_contents" /* only where the digest beside it is not of those */
#define WEIGHTS "weights.safetensors"
#define BEST "best.safetensors"

enum { MAX_DESCRIPTION_BYTES = 1 << 22 };

/* What decides a training's bits, in words that can be compared one by one. */
typedef struct Facts {
    Text recipe; /* lines "key: value" */
    char init[HASH_HEX_BYTES];
} Facts;

static ErrCode facts_collect(Facts *facts, const TrainJob *job, Err *err)
{
    Hash128 hash;
    identity_lines(&identity_recipe, IDENTITY_VERSION, job->recipe, false, &facts->recipe);
    if (job->init != NULL) {
        TRY(hash_file(NULL, job->init, &hash, err));
        hash_hex(hash, facts->init);
    }
    return text_ok(&facts->recipe, err);
fail:
    return err->code;
}

/* --- comparing --- */

static void add_difference(Text *out, const char *what, const char *there, const char *here)
{
    if (strcmp(there, here) == 0)
        return;
    text_printf(out, "%s%s is '%s' there, '%s' now", out->n_bytes ? "; " : "", what,
                there[0] ? there : "none", here[0] ? here : "none");
}

/* True if `lines` has that line (its end not counted). */
static bool has_line(const char *lines, const char *line, size_t n)
{
    for (const char *at = lines; *at;) {
        const size_t n_at = strcspn(at, "\n");
        if (n_at == n && memcmp(at, line, n) == 0)
            return true;
        at += n_at + (at[n_at] == '\n');
    }
    return false;
}

/* Lines of `a` that `b` lacks. */
static void add_lines(Text *out, const char *a, const char *b, const char *where)
{
    for (const char *at = a; *at;) {
        const size_t n = strcspn(at, "\n");
        if (n && !has_line(b, at, n))
            text_printf(out, "%s'%.*s' %s", out->n_bytes ? "; " : "", (int)n, at, where);
        at += n + (at[n] == '\n');
    }
}

static ErrCode compare(const json_t *map, const TrainJob *job, const TrainingImages *images,
                       Text *out, Err *err)
{
    Facts facts = {0};
    const char *network = NULL, *digest = NULL, *data = NULL, *data_digest = NULL, *recipe = NULL;
    const char *init = NULL, *contents = NULL;
    char seed_now[TEXT_NUMBER_BYTES], seed_then[TEXT_NUMBER_BYTES];
    int64_t seed = 0;
    TRY(facts_collect(&facts, job, err));
    TRY(json_get_text(map, "network", &network, err));
    TRY(json_get_text(map, "network_digest", &digest, err));
    TRY(json_get_text(map, "data", &data, err));
    TRY(json_get_text(map, "data_digest", &data_digest, err));
    TRY(json_get_text(map, "recipe", &recipe, err));
    TRY(json_get_text(map, "init", &init, err));
    TRY(json_get_int(map, "seed", &seed, err));
    if (strcmp(digest, job->network->digest) != 0) {
        if (strcmp(network, job->network->name) != 0)
            add_difference(out, "the network", network, job->network->name);
        else
            add_difference(out, "the network's digest", digest, job->network->digest);
    }
    if (strcmp(data_digest, images->digest) != 0) {
        if (strcmp(data, job->data->name) != 0)
            add_difference(out, "the data set", data, job->data->name);
        else
            add_difference(out, "the digest of its images", data_digest, images->digest);
    } else if (json_object_get(map, CONTENTS) != NULL) {
        TRY(json_get_text(map, CONTENTS, &contents, err));
        add_difference(out, "the digest of its contents", contents, images->contents);
    }
    add_lines(out, recipe, text_string(&facts.recipe), "there");
    add_lines(out, text_string(&facts.recipe), recipe, "now");
    snprintf(seed_then, sizeof seed_then, "%" PRId64, seed);
    snprintf(seed_now, sizeof seed_now, "%" PRId64, job->seed);
    add_difference(out, "the seed", seed_then, seed_now);
    add_difference(out, "the digest of the weights begun with", init, facts.init);
    TRY(text_ok(out, err));
fail:
    text_release(&facts.recipe);
    return err->code;
}

/* The folder's description; json_decref it. ERR_MISSING: there is none. */
static ErrCode read_description(const Dir *folder, json_t **map, Err *err)
{
    char *data = NULL;
    FileFacts facts;
    size_t n = 0;
    TRY(dir_facts(folder, DESCRIPTION, &facts, err));
    TRY(dir_read(folder, DESCRIPTION, MAX_DESCRIPTION_BYTES, &data, &n, err));
    if (json_parse(map, DESCRIPTION, data, n, err) != ERR_NONE)
        err_wrap(err, "'%s'", dir_path(folder));
fail:
    mem_free(data);
    return err->code;
}

/* ERR_MISSING: there is no description. */
static ErrCode check_description(const Dir *folder, const TrainJob *job,
                                 const TrainingImages *images, Err *err)
{
    json_t *map = NULL;
    Text differences = {0};
    TRY(read_description(folder, &map, err));
    TRY(compare(map, job, images, &differences, err));
    if (differences.n_bytes)
        (void)err_set(err, ERR_USAGE,
                      "'%s' holds another training: %s; take another --out, or --fresh, which "
                      "moves the old one aside",
                      job->dir, text_string(&differences));
fail:
    text_release(&differences);
    json_decref(map);
    return err->code;
}

ErrCode training_folder_is_listed(const char *dir, bool *is_listed, Err *err)
{
    Err why = {0};
    json_t *map = NULL;
    Dir *folder = NULL;
    ErrCode code = dir_open(&folder, NULL, dir, &why);
    if (code == ERR_NONE)
        code = read_description(folder, &map, &why);
    dir_close(&folder);
    *is_listed = code == ERR_NONE && json_object_get(map, CONTENTS) != NULL;
    json_decref(map);
    if (code != ERR_NONE && code != ERR_MISSING)
        *err = why;
    return err->code;
}

/* A name that a training reads, writes or removes. */
static bool is_ours(const char *name)
{
    static const char *const names[] = {DESCRIPTION, HISTORY, WEIGHTS, BEST};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (text_starts_with(name, names[i])) /* a temporary file's name begins with it, too */
            return true;
    return text_starts_with(name, TRAINING_CHECKPOINT_PREFIX);
}

/* Whether the folder has weights, and checkpoints; ERR_DATA if one of its files is a link. */
static ErrCode look(const Dir *folder, bool *has_weights, bool *has_checkpoints, Err *err)
{
    FileList list = {0};
    *has_weights = *has_checkpoints = false;
    TRY(dir_list(folder, &list, err));
    for (size_t i = 0; i < list.n_names; i++) {
        if (is_ours(list.names[i]))
            TRY(dir_refuse_link(folder, list.names[i], err));
        *has_weights = *has_weights || strcmp(list.names[i], WEIGHTS) == 0;
        *has_checkpoints =
            *has_checkpoints || text_starts_with(list.names[i], TRAINING_CHECKPOINT_PREFIX);
    }
fail:
    file_list_release(&list);
    return err->code;
}

ErrCode training_folder_check(const TrainJob *job, const TrainingImages *images,
                              TrainingFolderState *state, Err *err)
{
    bool has_weights = false, has_checkpoints = false;
    Err why = {0};
    Dir *folder = NULL;
    *state = TRAINING_FOLDER_OPEN;
    if (!file_exists(job->dir))
        return ERR_NONE;
    TRY(dir_open(&folder, NULL, job->dir, err));
    TRY(look(folder, &has_weights, &has_checkpoints, err));
    const ErrCode code = check_description(folder, job, images, &why);
    if (code == ERR_NONE && has_weights && !has_checkpoints) {
        *state = TRAINING_FOLDER_DONE;
    } else if (code == ERR_MISSING && has_weights && !has_checkpoints) {
        (void)err_set(err, ERR_USAGE,
                      "'%s' holds weights, but no " DESCRIPTION " that says of what: take another "
                      "--out, or --fresh, which moves the old ones aside",
                      job->dir);
    } else if (code != ERR_NONE && code != ERR_MISSING) {
        *err = why;
    }
fail:
    dir_close(&folder);
    return err->code;
}

/* --- writing --- */

ErrCode training_folder_describe(const TrainJob *job, const TrainingImages *images,
                                 const char *spec, Err *err)
{
    Facts facts = {0};
    Text text = {0};
    JsonWriter json = json_writer(&text, true);
    Dir *folder = NULL;
    TRY(facts_collect(&facts, job, err));
    json_open_map(&json, NULL);
    json_put_text(&json, "network", job->network->name);
    json_put_text(&json, "network_digest", job->network->digest);
    json_put_text(&json, "spec", spec);
    json_put_text(&json, "data", job->data->name);
    json_put_text(&json, "data_digest", images->digest);
    if (job->data->identity == DATA_BY_LISTING)
        json_put_text(&json, CONTENTS, images->contents);
    json_put_text(&json, "recipe", text_string(&facts.recipe));
    json_put_int(&json, "seed", job->seed);
    json_put_text(&json, "init", facts.init);
    json_close_map(&json);
    text_append_char(&text, '\n');
    TRY(text_ok(&text, err));
    TRY(dir_make(&folder, NULL, job->dir, err));
    TRY(dir_write(folder, DESCRIPTION, text.data, text.n_bytes, err));
fail:
    text_release(&facts.recipe);
    text_release(&text);
    dir_close(&folder);
    return err->code;
}

ErrCode training_folder_history(const char *dir, const Text *lines, Err *err)
{
    Dir *folder = NULL;
    TRY(text_ok(lines, err));
    TRY(dir_open(&folder, NULL, dir, err));
    TRY(dir_write(folder, HISTORY, text_string(lines), lines->n_bytes, err));
fail:
    dir_close(&folder);
    return err->code;
}
