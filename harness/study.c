/* harness/study.c: reading a study, echoing it, and whether a store may go on with it. */
#include "harness/study.h"

#include "harness/identity.h"
#include "harness/study_datakeys.h"
#include "harness/study_judges.h"
#include "harness/study_keys.h"
#include "harness/study_transfer.h"

#include "base/file.h"
#include "base/sys.h"
#include "models/zoo.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { MAX_OVERRIDE_DEPTH = 8 };

/* Whether a study's name can be its folder's name as it is. */
static ErrCode is_safe_name(bool *out, const char *name, Err *err)
{
    Text safe = {0};
    text_append_file_name(&safe, name);
    const ErrCode code = text_ok(&safe, err);
    *out = strcmp(text_string(&safe), name) == 0;
    text_release(&safe);
    return code;
}

static ErrCode check_seeds(const Study *study, Err *err)
{
    const int64_t *repeated = yaml_repeated_int(&study->seeds);
    if (study->seeds.n == 0)
        return err_set(err, ERR_USAGE, "'seeds' is empty, at least one is needed");
    if (repeated != NULL)
        return err_set(err, ERR_USAGE, "seed %" PRId64 " stands twice in 'seeds'", *repeated);
    return ERR_NONE;
}

/* The version a study names, or `silent` if it names none. */
static ErrCode find_version(int *out, const YamlNode *node, int silent, Err *err)
{
    int64_t version = silent;
    if (!yaml_is_null(node))
        TRY(yaml_as_int(node, 1, IDENTITY_VERSION, &version, err));
    *out = (int)version;
    return ERR_NONE;
fail:
    return err_wrap(err, "a newer isoflop may know this study");
}

/* What auto stands for; and a grid has to choose one network. */
static ErrCode complete_objective(StudyObjective *objective, const YamlDoc *doc, Err *err)
{
    if (isnan(objective->w))
        objective->w = objective_default_w((ObjectiveForm)objective->form);
    if (objective->form != OBJECTIVE_PARETO)
        return ERR_NONE;
    return yaml_error(err, yaml_find(yaml_find(yaml_root(doc), "objective"), "form"),
                      "objective 'pareto' has no score, and a study has to choose: take another; "
                      "'isoflop objective DIR --form pareto' shows the front of a study");
}

/* Reads the document anew, its silence meaning the defaults of `silent`. */
static ErrCode read_study(Study *study, YamlDoc *doc, int silent, Err *err)
{
    *study = (Study){.folder = "", .doc = doc};
    TRY(find_version(&study->version, yaml_find(yaml_root(doc), "version"), silent, err));
    TRY(identity_complete(&identity_recipe, study->version, doc, "recipe", err));
    TRY(yaml_read(doc, &study_table, yaml_root(doc), study, err));
    if (yaml_is_null(study->network))
        study->network = NULL;
    else if (study->network->kind != YAML_MAP)
        TRY(yaml_error(err, study->network, "'network' must be a map of a network file's keys"));
    TRY(complete_objective(&study->objective, doc, err));
    TRY(recipe_check(&study->recipe, err));
    TRY(check_seeds(study, err));
    TRY(study_read_parts(study, err));
    TRY(study_judges_read(study, err));
    TRY(study_transfer_check(study, err));
fail:
    return err->code;
}

/* Applies overrides to the document and reads it into the study. Takes over `doc` in any case. */
static ErrCode study_from_doc(Study **out, YamlDoc *doc, const char *const *sets, size_t n_sets,
                              int silent, Err *err)
{
    Study *study = mem_calloc(1, sizeof *study);
    if (study == NULL) {
        yaml_destroy(&doc);
        return err_memory(err, sizeof *study);
    }
    study->doc = doc;
    for (size_t i = 0; i < n_sets; i++)
        TRY(yaml_set(doc, sets[i], err));
    TRY(read_study(study, doc, silent, err));
    *out = study;
    return ERR_NONE;
fail:
    study_destroy(&study);
    return err->code;
}

static ErrCode anchor_weights(Study *study, Err *err)
{
    return finetune_anchor(&study->recipe.finetune, &study->recipe.init, study->doc, study->folder,
                           err);
}

ErrCode study_take_version(Study *study, int version, Err *err)
{
    Study anew;
    if (study->version == version)
        return ERR_NONE;
    TRY(read_study(&anew, study->doc, version, err));
    anew.folder = study->folder;
    anew.data.path = study->data.path;
    anew.data.identity = study->data.identity;
    anew.recipe.init = study->recipe.init;
    anew.recipe.finetune = study->recipe.finetune;
    anew.version = version;
    TRY(study_transfer_anchor(&anew, err));
    *study = anew;
fail:
    return err->code;
}

static ErrCode check_named(const Study *study, const char *origin, Err *err)
{
    bool is_safe = false;
    if (study->name[0] == '\0')
        return err_set(err, ERR_USAGE, "%s: 'study' is missing: give the study a name", origin);
    if (is_safe_name(&is_safe, study->name, err) != ERR_NONE)
        return err->code;
    if (!is_safe)
        return err_set(err, ERR_USAGE,
                       "%s: study name '%s' cannot name a folder, use letters, digits, '.', '_' "
                       "and '-'",
                       origin, study->name);
    return ERR_NONE;
}

/* Puts the folder of `origin` into the study's own memory. */
static ErrCode keep_folder(Study *study, const char *origin, Err *err)
{
    char *folder = file_folder(origin);
    if (folder == NULL)
        return err_memory(err, strlen(origin));
    study->folder = arena_text(yaml_arena(study->doc), folder);
    mem_free(folder);
    return study->folder != NULL ? ERR_NONE : err_memory(err, strlen(origin));
}

/* Makes data.path absolute. */
static ErrCode anchor_path(Study *study, Err *err)
{
    const YamlNode *node = yaml_find(yaml_find(yaml_root(study->doc), "data"), "path");
    return node == NULL || study->data.path == NULL
               ? ERR_NONE
               : study_anchor(study, node, &study->data.path, err);
}

static ErrCode parse(Study **out, const char *origin, const char *text, size_t n_bytes,
                     const char *const *sets, size_t n_sets, int silent, Err *err)
{
    YamlDoc *doc = NULL;
    Study *study = NULL;
    TRY(yaml_parse(&doc, origin, text, n_bytes, err));
    TRY(study_from_doc(&study, doc, sets, n_sets, silent, err));
    TRY(check_named(study, origin, err));
    TRY(keep_folder(study, origin, err));
    TRY(anchor_path(study, err));
    TRY(anchor_weights(study, err));
    TRY(study_transfer_anchor(study, err));
    *out = study;
    return ERR_NONE;
fail:
    study_destroy(&study);
    return err->code;
}

ErrCode study_parse(Study **out, const char *origin, const char *text, size_t n_bytes,
                    const char *const *sets, size_t n_sets, Err *err)
{
    return parse(out, origin, text, n_bytes, sets, n_sets, IDENTITY_VERSION, err);
}

ErrCode study_parse_stored(Study **out, const char *origin, const char *text, Err *err)
{
    return study_parse_stored_set(out, origin, text, NULL, 0, err);
}

ErrCode study_parse_stored_set(Study **out, const char *origin, const char *text,
                               const char *const *sets, size_t n_sets, Err *err)
{
    return parse(out, origin, text, strlen(text), sets, n_sets, 1, err);
}

/* The built-in study of that name, with or without ".yaml", or NULL. */
static const EmbeddedFile *find_builtin(const char *name)
{
    const EmbeddedFile *file = embed_find(study_builtins, name);
    for (const EmbeddedFile *f = study_builtins; file == NULL && f->name != NULL; f++) {
        const size_t n = strlen(name);
        if (strncmp(f->name, name, n) == 0 && strcmp(f->name + n, ".yaml") == 0)
            file = f;
    }
    return file;
}

ErrCode study_load(Study **out, const char *path, const char *const *sets, size_t n_sets, Err *err)
{
    const EmbeddedFile *builtin = file_exists(path) ? NULL : find_builtin(path);
    Study *study = NULL;
    char *text = NULL;
    size_t n_bytes = 0;
    if (builtin != NULL) {
        TRY(study_parse(&study, builtin->name, (const char *)builtin->data, builtin->size, sets,
                        n_sets, err));
    } else if (file_exists(path)) {
        TRY(file_read(path, YAML_MAX_BYTES, &text, &n_bytes, err));
        TRY(study_parse(&study, path, text, n_bytes, sets, n_sets, err));
    } else {
        (void)err_set(
            err, ERR_MISSING,
            "there is no study '%s': neither a file nor a built-in one, see 'isoflop list'", path);
        goto fail;
    }
    TRY(study_check_figures(study, err));
    mem_free(text);
    *out = study;
    return ERR_NONE;
fail:
    study_destroy(&study);
    mem_free(text);
    return err->code;
}

ErrCode study_defaults(Study **out, const char *const *sets, size_t n_sets, Err *err)
{
    YamlDoc *doc = NULL;
    if (yaml_create(&doc, "defaults", err) != ERR_NONE)
        return err->code;
    TRY(study_from_doc(out, doc, sets, n_sets, IDENTITY_VERSION, err));
    if (anchor_weights(*out, err) != ERR_NONE)
        study_destroy(out);
fail:
    return err->code;
}

/* Sets every leaf of `map` in the document of a network file. */
static ErrCode override_keys(YamlDoc *doc, const YamlNode *map, const char *prefix, int depth,
                             Err *err)
{
    Text path = {0};
    for (size_t i = 0; i < map->n_items; i++) {
        const YamlNode *value = map->items[i];
        text_clear(&path);
        text_printf(&path, "%s%s", prefix, value->key);
        if (value->kind == YAML_MAP && depth < MAX_OVERRIDE_DEPTH) {
            text_append_char(&path, '.');
            TRY(text_ok(&path, err));
            TRY(override_keys(doc, value, text_string(&path), depth + 1, err));
        } else {
            text_append_char(&path, '=');
            yaml_emit_node(value, &path);
            TRY(text_ok(&path, err));
            TRY(yaml_set(doc, text_string(&path), err));
        }
    }
    text_release(&path);
    return ERR_NONE;
fail:
    text_release(&path);
    return err->code;
}

ErrCode study_override(Spec *out, const Spec *spec, const Study *study, Err *err)
{
    *out = *spec;
    if (study->network == NULL)
        return finetune_adapt(&study->recipe.finetune, out, err);
    YamlDoc *doc = NULL;
    Text text = {0};
    Spec changed;
    spec_write_yaml(spec, &text);
    TRY(text_ok(&text, err));
    TRY(yaml_parse(&doc, spec->name, text.data, text.n_bytes, err));
    TRY(override_keys(doc, study->network, "", 0, err));
    text_clear(&text);
    yaml_emit_node(yaml_root(doc), &text);
    TRY(text_ok(&text, err));
    TRY(spec_parse(&changed, "network", text.data, text.n_bytes, err));
    TRY(finetune_adapt(&study->recipe.finetune, &changed, err));
    *out = changed;
    yaml_destroy(&doc);
    text_release(&text);
    return ERR_NONE;
fail:
    yaml_destroy(&doc);
    text_release(&text);
    return err_wrap(err, "replacing keys of network '%s'", spec->name);
}

ErrCode study_network(Spec *out, const Study *study, const char *name, Err *err)
{
    char *path = zoo_is_path(name) ? file_join(study->folder, name) : mem_strdup(name);
    Spec spec;
    if (path == NULL)
        return err_memory(err, strlen(name));
    TRY(zoo_load(&spec, path, err));
    TRY(study_override(out, &spec, study, err));
    mem_free(path);
    return ERR_NONE;
fail:
    mem_free(path);
    return err->code;
}

ErrCode study_space(NetSpace **out, const Study *study, const char *name, Err *err)
{
    char *path = zoo_is_path(name) ? file_join(study->folder, name) : mem_strdup(name);
    if (path == NULL)
        return err_memory(err, strlen(name));
    const ErrCode code = netspace_load(out, path, err);
    mem_free(path);
    return code;
}

ErrCode study_baseline(Spec *out, const Study *study, Err *err)
{
    return study_network(out, study, study->baseline, err);
}

Objective study_objective(const Study *study, int64_t target_macs)
{
    return (Objective){.form = (ObjectiveForm)study->objective.form,
                       .w = study->objective.w,
                       .target_macs = (double)target_macs,
                       .tolerance = study->fairness.tolerance};
}

void study_emit(const Study *study, Text *out)
{
    Study plain = *study;
    plain.parts_node = NULL;
    plain.version_node = NULL;
    if (study->version > 1) /* the texts of version 1 have no such line */
        text_printf(out, "version: %d\n", study->version);
    yaml_emit(&study_table, &plain, 0, out);
    study_emit_parts(study, out);
}

/* Appends the lines of block YAML, each key with its section in front: "data.train: 600". */
static void flatten_lines(const char *yaml, const char *prefix, Text *out)
{
    char section[TEXT_NUMBER_BYTES] = "";
    for (const char *line = yaml; *line;) {
        const size_t n = strcspn(line, "\n");
        const size_t indent = strspn(line, " ");
        const bool opens = n > 1 && line[n - 1] == ':';
        if (indent == 0)
            section[0] = '\0';
        if (indent == 0 && opens && n < sizeof section) {
            memcpy(section, line, n - 1);
            section[n - 1] = '.';
            section[n] = '\0';
        } else {
            text_append(out, prefix);
            text_append(out, section);
            text_append_bytes(out, line + indent, n - indent);
            text_append_char(out, '\n');
        }
        line += n + (line[n] == '\n');
    }
}

/* Keys of a study that decide no trial, or how one is called. */
static bool is_beside_trials(const char *key)
{
    static const char *const keys[] = {"version",  "question",  "seeds", "judge_seeds",
                                       "fairness", "objective", "parts"};
    bool found = false;
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        found = found || strcmp(keys[i], key) == 0;
    return found;
}

/* What decides trials, one "section.key: value" a line; of the recipe only what it uses. */
static ErrCode flatten(const Study *study, int version, Text *out, Err *err)
{
    Study plain = *study;
    plain.data.path = NULL;
    Text yaml = {0}, recipe = {0};
    for (size_t i = 0; i < study_table.n_keys; i++) {
        const YamlKey *key = &study_table.keys[i];
        const YamlTable one = {study_table.name, key, 1};
        if (key->table != &recipe_table && !is_beside_trials(key->name))
            yaml_emit(&one, &plain, 0, &yaml);
    }
    flatten_lines(text_string(&yaml), "", out);
    identity_lines(&identity_recipe, version, &study->recipe, true, &recipe);
    flatten_lines(text_string(&recipe), "recipe.", out);
    out->failed = out->failed || yaml.failed || recipe.failed;
    text_release(&yaml);
    text_release(&recipe);
    return text_ok(out, err);
}

/* The line of `text` that begins with the key of `line` (up to ": "), or NULL. */
static const char *find_line(const char *text, const char *line, size_t n_key)
{
    for (const char *at = text; *at;) {
        if (strncmp(at, line, n_key) == 0)
            return at;
        at += strcspn(at, "\n");
        at += *at == '\n';
    }
    return NULL;
}

/* Appends "key: a -> b" for every line of `from` that reads otherwise in `to`. */
static void diff_lines(const char *from, const char *to, bool is_reversed, Text *diff)
{
    for (const char *line = from; *line;) {
        const size_t n = strcspn(line, "\n");
        const char *colon = memchr(line, ':', n);
        const size_t n_key = colon != NULL ? (size_t)(colon - line) + 1 : n;
        const char *other = find_line(to, line, n_key);
        if (other == NULL) {
            text_printf(diff, "%.*s %s%.*s%s\n", (int)n_key, line, is_reversed ? "(none) ->" : "",
                        (int)(n - n_key), line + n_key, is_reversed ? "" : " -> (none)");
        } else if (!is_reversed) {
            const size_t n_other = strcspn(other, "\n");
            if (n != n_other || strncmp(line, other, n) != 0)
                text_printf(diff, "%.*s ->%.*s\n", (int)n, line, (int)(n_other - n_key),
                            other + n_key);
        }
        line += n + (line[n] == '\n');
    }
}

ErrCode study_may_go_on(bool *out, Text *diff, const Study *old, const Study *now, Err *err)
{
    Text a = {0}, b = {0};
    const size_t before = diff->n_bytes;
    TRY(flatten(old, old->version, &a, err));
    TRY(flatten(now, old->version, &b, err));
    diff_lines(text_string(&a), text_string(&b), false, diff);
    diff_lines(text_string(&b), text_string(&a), true, diff);
    TRY(text_ok(diff, err));
    *out = diff->n_bytes == before;
    text_release(&a);
    text_release(&b);
    return ERR_NONE;
fail:
    text_release(&a);
    text_release(&b);
    return err->code;
}

void study_template(const char *name, Text *out)
{
    text_append(
        out,
        "# A scaling study. Every recipe, data and part key is optional; 'isoflop plan' shows the\n"
        "# values in force, what will be trained, and how long it takes. Reference: "
        "docs/study.md.\n"
        "study: ");
    yaml_emit_string(name, out);
    text_append(
        out,
        "\nquestion: at equal counted MACs, does balanced scaling beat scaling one dimension?\n"
        "baseline: proxy-b0              # a zoo name ('isoflop list networks') or a path to a "
        "network file\n"
        "data: {name: polytex, train: 700, val: 300, test: 600}   # 'isoflop list data'\n"
        "recipe: {epochs: 6, batch: 16, optimizer: sgd, lr: 0.1, schedule: cosine, warmup_epochs: "
        "0.5,\n"
        "         weight_decay: 1.0e-5, label_smoothing: 0, ema: 0, augment: [flip]}\n"
        "seeds: [1, 2, 3]                # intervals need 3, bars 5\n"
        "fairness: {tolerance: 0.05}     # what cannot be built within it is UNFAIR and left out\n"
        "objective: {form: soft, w: -0.07, target: 2.0}   # T = 2 x the baseline's MACs\n"
        "parts:\n"
        "  - grid:    {step: 0.2, product: 2.0, match: counted, also: [[1.2, 1.1, 1.15]]}\n"
        "  - curves:  {width: [1.0, 1.4, 2.0], depth: [1, 2, 3], resolution: [1.0, 1.3, 1.7]}\n"
        "  - lines:   {bases: [[1, 1], [2, 1.3]], width: [1.0, 1.4]}   # [depth, resolution] of "
        "each line\n"
        "  - compare: {strategies: [width, depth, resolution, compound], macs: [2]}\n"
        "# There are more kinds of parts: profile, sizes, family, table, tune, search, retrain.\n");
}

void study_describe(Text *out)
{
    yaml_describe(&study_table, out);
    for (int kind = 0; kind < STUDY_N_KINDS; kind++) {
        text_printf(out, "\n`parts`, `%s`:\n\n", study_part_key(kind));
        yaml_describe(study_part_table(kind), out);
    }
}

void study_destroy(Study **study)
{
    if (!*study)
        return;
    yaml_destroy(&(*study)->doc);
    mem_free(*study);
    *study = NULL;
}
