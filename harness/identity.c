/* harness/identity.c: the frozen defaults, and the text that digests and keys hash. */
#include "harness/identity.h"

#include "base/text.h"
#include "nn/arithmetic.h"

#include <string.h>

/* Rows are only ever added: see the header. */
static const IdentityKey recipe_keys[] = {
    {"epochs", 1, "20", NULL, NULL},
    {"batch", 1, "64", NULL, NULL},
    {"optimizer", 1, "rmsprop", NULL, NULL},
    {"lr", 1, "0.02", NULL, NULL},
    {"schedule", 1, "cosine", NULL, NULL},
    {"warmup_epochs", 1, "1", NULL, NULL},
    {"decay_rate", 1, "0.97", "schedule", "exponential"},
    {"decay_epochs", 1, "2.4", "schedule", "exponential"},
    {"momentum", 1, "0.9", "optimizer", "sgd rmsprop rmsprop-torch"},
    {"rms_decay", 1, "0.9", "optimizer", "rmsprop rmsprop-torch"},
    {"rms_epsilon", 1, "0.001", "optimizer", "rmsprop rmsprop-torch"},
    {"adam_betas", 4, "[0.9, 0.999]", "optimizer", "adamw"},
    {"adam_epsilon", 4, "1e-08", "optimizer", "adamw"},
    {"weight_decay", 1, "1e-05", NULL, NULL},
    {"label_smoothing", 1, "0.1", NULL, NULL},
    {"ema", 1, "0.99", NULL, NULL},
    {"ema", 3, "auto", NULL, NULL},
    {"augment", 1, "[flip, crop]", NULL, NULL},
    {"shuffle", 1, "true", NULL, NULL},
    {"vary", 4, "[init, order]", NULL, NULL},
    {"scale_regularisation", 4, "none", NULL, NULL},
    {"init", 4, "none", NULL, NULL},
};

/* Weights are known by their digest, wherever they lie. */
static bool put_recipe_key(const char *name, const void *settings, Text *out)
{
    const Recipe *recipe = settings;
    if (strcmp(name, "init") != 0)
        return false;
    finetune_identity(&recipe->finetune, out);
    return true;
}

const IdentityForm identity_recipe = {&recipe_table, recipe_keys, ARRAY_LEN(recipe_keys),
                                      IDENTITY_VERSION, put_recipe_key};

/* --- rows --- */

static const YamlKey *find_key(const YamlTable *table, const char *name)
{
    for (size_t i = 0; i < table->n_keys; i++)
        if (strcmp(table->keys[i].name, name) == 0)
            return &table->keys[i];
    return NULL;
}

static bool is_first_row(const IdentityForm *form, size_t row)
{
    for (size_t i = 0; i < row; i++)
        if (strcmp(form->keys[i].name, form->keys[row].name) == 0)
            return false;
    return true;
}

/* A key's default under a version; of a key that came later, the one it came with. */
static const char *fallback_of(const IdentityForm *form, const char *name, int version)
{
    const char *found = NULL;
    for (size_t i = 0; i < form->n_keys; i++)
        if (strcmp(form->keys[i].name, name) == 0 &&
            (found == NULL || form->keys[i].since <= version))
            found = form->keys[i].fallback;
    return found;
}

/* --- lines --- */

/* "name: value\n" as it stands in the settings; nothing for an optional key that is not set. */
static void put_line(const IdentityForm *form, const char *name, const void *settings, Text *out)
{
    const YamlKey *key = find_key(form->table, name);
    const YamlTable one = {form->table->name, key, 1};
    if (form->put != NULL && form->put(name, settings, out))
        return;
    if (key != NULL)
        yaml_emit(&one, settings, 0, out);
}

static bool has_value(const char *line, const char *name, const char *value, size_t n_value)
{
    const size_t n = strlen(name);
    return strncmp(line, name, n) == 0 && strncmp(line + n, ": ", 2) == 0 &&
           strlen(line + n + 2) == n_value + 1 && strncmp(line + n + 2, value, n_value) == 0;
}

/* Whether the settings make use of a row's key. */
static bool is_used(const IdentityForm *form, const IdentityKey *row, const void *settings,
                    Text *line)
{
    if (row->user == NULL)
        return true;
    bool found = false;
    text_clear(line);
    put_line(form, row->user, settings, line);
    for (const char *word = row->users; *word && !found;) {
        const size_t n = strcspn(word, " ");
        found = has_value(text_string(line), row->user, word, n);
        word += n + (word[n] == ' ');
    }
    return found;
}

void identity_lines(const IdentityForm *form, int version, const void *settings, bool is_whole,
                    Text *out)
{
    Text line = {0};
    for (size_t i = 0; i < form->n_keys; i++) {
        const IdentityKey *row = &form->keys[i];
        if (!is_first_row(form, i))
            continue;
        const bool is_always = version == 1 && row->since == 1;
        const bool is_in = is_always || is_used(form, row, settings, &line);
        out->failed |= line.failed; /* clearing it would forget */
        if (!is_in)
            continue;
        const char *fallback = fallback_of(form, row->name, version);
        text_clear(&line);
        put_line(form, row->name, settings, &line);
        out->failed |= line.failed;
        if (is_always || is_whole ||
            !has_value(text_string(&line), row->name, fallback, strlen(fallback)))
            text_append(out, text_string(&line));
    }
    text_release(&line);
}

ErrCode identity_complete(const IdentityForm *form, int version, YamlDoc *doc, const char *section,
                          Err *err)
{
    Text assignment = {0};
    for (size_t i = 0; i < form->n_keys; i++) {
        const char *name = form->keys[i].name;
        const char *then = fallback_of(form, name, version);
        if (!is_first_row(form, i) || strcmp(then, fallback_of(form, name, form->version)) == 0 ||
            yaml_find(yaml_find(yaml_root(doc), section), name) != NULL)
            continue;
        text_clear(&assignment);
        text_printf(&assignment, "%s.%s=%s", section, name, then);
        TRY(text_ok(&assignment, err));
        TRY(yaml_set(doc, text_string(&assignment), err));
    }
fail:
    text_release(&assignment);
    return err->code;
}

/* --- digests --- */

/*
 * The one text. Version 1 has no line that says so, and the seed's between ours; from 2 on what is
 * one training's own comes last.
 */
static ErrCode hash_text(const Identity *identity, int version, const char *own,
                         char out[HASH_HEX_BYTES], Err *err)
{
    Text text = {0};
    if (version > 1)
        text_printf(&text, "version %d\n",
                    version < IDENTITY_DIGEST_VERSION ? version : IDENTITY_DIGEST_VERSION);
    text_printf(&text, "network %s\nimages %s\narithmetic %d\n", identity->network,
                identity->images, arithmetic_revision());
    if (version == 1)
        text_append(&text, own);
    identity_lines(&identity_recipe, version, identity->recipe, false, &text);
    if (version > 1)
        text_append(&text, own);
    if (text_ok(&text, err) == ERR_NONE)
        hash_hex(hash_128(text.data, text.n_bytes), out);
    text_release(&text);
    return err->code;
}

ErrCode identity_digest(const Identity *identity, int version, char out[HASH_HEX_BYTES], Err *err)
{
    return hash_text(identity, version, "", out, err);
}

ErrCode identity_key(const Identity *identity, int version, int64_t seed, const char *init,
                     char out[HASH_HEX_BYTES], Err *err)
{
    Text own = {0};
    text_printf(&own, "seed %lld\ninit %s\n", (long long)seed, init != NULL ? init : "none");
    TRY(text_ok(&own, err));
    TRY(hash_text(identity, version, text_string(&own), out, err));
fail:
    text_release(&own);
    return err->code;
}
