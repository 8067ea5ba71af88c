/*
 * What is hashed lasts: keys that are added, defaults that are changed and keys that a recipe does
 * not use leave digests and keys of before as they were; what decides bits does not.
 */
#include "harness/identity.h"
#include "harness/study.h"

#include "base/sys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const char minimal[] = "study: s\n";

/* The defaults of a version with one override. */
static Study *parse_of(const char *set, int version)
{
    Study *study = NULL;
    Err err = {0};
    if (study_parse(&study, "s.yaml", minimal, strlen(minimal), &set, set != NULL, &err) !=
            ERR_NONE ||
        study_take_version(study, version, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    return study;
}

static Study *parse(const char *set)
{
    return parse_of(set, IDENTITY_VERSION);
}

static const char *digest_of(const Recipe *recipe, int version, char out[HASH_HEX_BYTES])
{
    const Identity identity = {"n", "i", recipe};
    Err err = {0};
    assert_int_equal(identity_digest(&identity, version, out, &err), ERR_NONE);
    return out;
}

/* The digest of a version's defaults with one override. */
static const char *digest_with(const char *set, int version, char out[HASH_HEX_BYTES])
{
    Study *study = parse_of(set, version);
    digest_of(&study->recipe, version, out);
    study_destroy(&study);
    return out;
}

/* Digests that are in stores of arithmetic revision 2, as constants: whatever is added, they are
 * these. */
static void digests_are_frozen(void **state)
{
    (void)state;
    char hex[HASH_HEX_BYTES];
    Study *study = parse_of(NULL, 2); /* its defaults are those of version 1 */
    const Identity identity = {"n", "i", &study->recipe};
    Err err = {0};
    assert_string_equal(digest_of(&study->recipe, 1, hex), "a524ccc2d1f5d8321fab6de64414fba7");
    assert_string_equal(digest_of(&study->recipe, 2, hex), "73c8ac3d8a72b897b73b5e86f59a81c7");
    assert_string_equal(digest_with(NULL, 3, hex), "dd08565daa3262a7ad0de6758673f609");
    assert_string_equal(digest_with("recipe.ema=0.99", 3, hex), "74567c27e73749246f4c1aacc2e0ff8b");
    assert_string_equal(digest_with("recipe.epochs=3", 2, hex), "bc9ba286897f83e1bf5304daa8eca844");
    assert_int_equal(identity_key(&identity, 1, 7, NULL, hex, &err), ERR_NONE);
    assert_string_equal(hex, "a68050227f9c6f24dca88a4ea17f6948");
    assert_int_equal(identity_key(&identity, 2, 7, "w", hex, &err), ERR_NONE);
    assert_string_equal(hex, "83d5146b9ed077937bd6c628d946f767");
    study_destroy(&study);
}

/* Every key of the recipe has rows, and its default of today is that of the newest version. */
static void every_key_has_its_default(void **state)
{
    (void)state;
    Study *study = parse(NULL), *adam = parse("recipe.optimizer=adamw");
    Text whole = {0}, rest = {0}, emitted = {0};
    identity_lines(&identity_recipe, 1, &adam->recipe, true, &whole);
    yaml_emit(&recipe_table, &adam->recipe, 0, &emitted);
    /* Version 1 holds all its keys, used or not; of later ones those that adamw uses. */
    assert_string_equal(text_string(&whole), text_string(&emitted));
    identity_lines(&identity_recipe, IDENTITY_VERSION, &study->recipe, false, &rest);
    assert_string_equal(text_string(&rest), "");
    identity_lines(&identity_recipe, IDENTITY_VERSION, &adam->recipe, false, &rest);
    assert_string_equal(text_string(&rest), "optimizer: adamw\n");
    for (size_t i = 0; i < recipe_table.n_keys; i++) {
        size_t n_rows = 0;
        for (size_t k = 0; k < identity_recipe.n_keys; k++)
            n_rows += strcmp(identity_recipe.keys[k].name, recipe_table.keys[i].name) == 0;
        if (n_rows == 0)
            fail_msg("'recipe.%s' decides bits and is not in the text", recipe_table.keys[i].name);
    }
    text_release(&whole);
    text_release(&rest);
    text_release(&emitted);
    study_destroy(&study);
    study_destroy(&adam);
}

/* A key that the recipe does not use changes nothing from version 2 on; used, it does. */
static void unused_keys_change_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *base, *key;
    } unused[] = {{"recipe.optimizer=sgd", "recipe.rms_decay=0.5"},
                  {"recipe.optimizer=sgd", "recipe.rms_epsilon=0.5"},
                  {"recipe.optimizer=adamw", "recipe.rms_decay=0.5"},
                  {"recipe.optimizer=adamw", "recipe.momentum=0.5"},
                  {"recipe.schedule=cosine", "recipe.decay_rate=0.5"},
                  {"recipe.schedule=constant", "recipe.decay_epochs=7"}};
    static const char *const used[] = {
        "recipe.epochs=3",         "recipe.batch=8",           "recipe.optimizer=sgd",
        "recipe.lr=0.5",           "recipe.schedule=constant", "recipe.warmup_epochs=0",
        "recipe.momentum=0.5",     "recipe.rms_decay=0.5",     "recipe.rms_epsilon=0.5",
        "recipe.weight_decay=0.5", "recipe.label_smoothing=0", "recipe.ema=0",
        "recipe.augment=none",     "recipe.shuffle=false"};
    char plain[HASH_HEX_BYTES], other[HASH_HEX_BYTES];
    Err err = {0};
    for (size_t i = 0; i < ARRAY_LEN(unused); i++) {
        const char *const sets[] = {unused[i].base, unused[i].key};
        Study *a = parse(unused[i].base), *b = NULL;
        assert_int_equal(study_parse(&b, "s", minimal, strlen(minimal), sets, 2, &err), ERR_NONE);
        assert_string_equal(digest_of(&a->recipe, 2, plain), digest_of(&b->recipe, 2, other));
        assert_string_not_equal(digest_of(&a->recipe, 1, plain), digest_of(&b->recipe, 1, other));
        study_destroy(&a);
        study_destroy(&b);
    }
    for (size_t i = 0; i < ARRAY_LEN(used); i++)
        for (int version = 1; version <= IDENTITY_VERSION; version++)
            if (strcmp(digest_with(NULL, version, plain), digest_with(used[i], version, other)) ==
                0)
                fail_msg("version %d: '%s' changes nothing", version, used[i]);
}

/* Keys that came with an optimiser are in the digests of its recipes and of no other. */
static void adam_keys_count_under_adamw(void **state)
{
    (void)state;
    static const char *const keys[] = {"recipe.adam_betas=[0.8, 0.99]",
                                       "recipe.adam_epsilon=1.0e-6"};
    static const char *const optimizers[] = {"recipe.optimizer=sgd", "recipe.optimizer=adamw"};
    char plain[HASH_HEX_BYTES], other[HASH_HEX_BYTES];
    Err err = {0};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        for (size_t k = 0; k < ARRAY_LEN(optimizers); k++) {
            const char *const sets[] = {optimizers[k], keys[i]};
            Study *study = NULL;
            assert_int_equal(study_parse(&study, "s", minimal, strlen(minimal), sets, 2, &err),
                             ERR_NONE);
            digest_with(optimizers[k], IDENTITY_VERSION, plain);
            digest_of(&study->recipe, IDENTITY_VERSION, other);
            assert_int_equal(strcmp(plain, other) != 0, k == 1);
            study_destroy(&study);
        }
}

/* --- a recipe of the future --- */

/* One key more than the recipe of today, and another rate by default. */
typedef struct Future {
    Recipe recipe;
    double spice;
} Future;

enum { MAX_KEYS = 64, FUTURE = IDENTITY_VERSION + 1 };

static YamlKey future_keys[MAX_KEYS];
static IdentityKey future_rows[MAX_KEYS];
static YamlTable future_table = {"recipe", future_keys, 0};
static IdentityForm future_form = {&future_table, future_rows, 0, FUTURE, NULL};

static int make_future(void **state)
{
    (void)state;
    const size_t n_keys = recipe_table.n_keys, n_rows = identity_recipe.n_keys;
    memcpy(future_keys, recipe_table.keys, n_keys * sizeof future_keys[0]);
    future_keys[n_keys] = (YamlKey){
        .name = "spice", .type = YAML_DOUBLE, .offset = offsetof(Future, spice), .fallback = "0"};
    future_table.n_keys = n_keys + 1;
    memcpy(future_rows, identity_recipe.keys, n_rows * sizeof future_rows[0]);
    future_rows[n_rows] = (IdentityKey){"spice", FUTURE, "0", NULL, NULL};
    future_rows[n_rows + 1] = (IdentityKey){"lr", FUTURE, "0.5", NULL, NULL};
    future_form.n_keys = n_rows + 2;
    return 0;
}

/* What is hashed of a recipe under a version, today and in the future: the same or not? */
static bool is_same_text(const Recipe *recipe, double spice, int version)
{
    const Future future = {*recipe, spice};
    Text now = {0}, then = {0};
    identity_lines(&identity_recipe, version, recipe, false, &now);
    identity_lines(&future_form, version, &future, false, &then);
    const bool is_same = strcmp(text_string(&now), text_string(&then)) == 0;
    text_release(&now);
    text_release(&then);
    return is_same;
}

/* A key added to the table changes no text while it has its default, and does otherwise. */
static void added_key_is_silent(void **state)
{
    (void)state;
    static const char *const sets[] = {NULL, "recipe.lr=0.5", "recipe.optimizer=sgd"};
    for (size_t i = 0; i < ARRAY_LEN(sets); i++) {
        Study *study = parse(sets[i]);
        for (int version = 1; version <= IDENTITY_VERSION; version++) {
            assert_true(is_same_text(&study->recipe, 0, version));
            assert_false(is_same_text(&study->recipe, 1, version));
        }
        study_destroy(&study);
    }
}

/* The rate a silent recipe means under a version of the future. */
static double rate_of(const char *text, int version)
{
    YamlDoc *doc = NULL;
    Future future = {0};
    Err err = {0};
    assert_int_equal(yaml_parse(&doc, "s", text, strlen(text), &err), ERR_NONE);
    assert_int_equal(identity_complete(&future_form, version, doc, "recipe", &err), ERR_NONE);
    YamlKey keys[MAX_KEYS];
    memcpy(keys, future_keys, sizeof keys);
    for (size_t i = 0; i < future_table.n_keys; i++)
        if (strcmp(keys[i].name, "lr") == 0)
            keys[i].fallback = "0.5";
    const YamlTable table = {"recipe", keys, future_table.n_keys};
    assert_int_equal(yaml_read(doc, &table, yaml_find(yaml_root(doc), "recipe"), &future, &err),
                     ERR_NONE);
    yaml_destroy(&doc);
    return future.recipe.lr;
}

/* A default that was changed: texts of before go on meaning what they meant. */
static void changed_default_is_of_its_version(void **state)
{
    (void)state;
    Study *old = parse("recipe.lr=0.02"), *new = parse("recipe.lr=0.5");
    Text text = {0};
    assert_true(rate_of("study: s\n", 1) == 0.02);
    assert_true(rate_of("study: s\nrecipe: {epochs: 3}\n", IDENTITY_VERSION) == 0.02);
    assert_true(rate_of("study: s\n", FUTURE) == 0.5);
    assert_true(rate_of("study: s\nrecipe: {lr: 0.1}\n", 1) == 0.1);
    const Future old_future = {old->recipe, 0}, new_future = {new->recipe, 0};
    identity_lines(&future_form, IDENTITY_VERSION, &old_future, false, &text);
    assert_string_equal(text_string(&text), "");
    identity_lines(&future_form, FUTURE, &old_future, false, &text);
    assert_string_equal(text_string(&text), "lr: 0.02\n");
    text_clear(&text);
    identity_lines(&future_form, FUTURE, &new_future, false, &text);
    assert_string_equal(text_string(&text), "");
    text_release(&text);
    study_destroy(&old);
    study_destroy(&new);
}

/* --- versions of studies --- */

static int version_of_stored(const char *text)
{
    Study *study = NULL;
    Err err = {0};
    const int version =
        study_parse_stored(&study, "s", text, &err) == ERR_NONE ? study->version : 0;
    study_destroy(&study);
    return version;
}

/* A user's study is of the newest version, a stored one of that it names, and of 1 if of none. */
static void studies_know_their_version(void **state)
{
    (void)state;
    Study *study = parse(NULL);
    Text text = {0};
    Err err = {0};
    assert_int_equal(study->version, IDENTITY_VERSION);
    study_emit(study, &text);
    assert_int_equal(version_of_stored(text_string(&text)), IDENTITY_VERSION);
    assert_int_equal(version_of_stored(minimal), 1);
    assert_int_equal(version_of_stored("study: s\nversion: 2\n"), 2);
    assert_int_equal(version_of_stored("study: s\nversion: 99\n"), 0);
    assert_int_equal(study_take_version(study, 1, &err), ERR_NONE);
    assert_int_equal(study->version, 1);
    assert_string_equal(study->name, "s");
    text_clear(&text);
    study_emit(study, &text);
    assert_null(strstr(text_string(&text), "version"));
    text_release(&text);
    study_destroy(&study);
}

/* Going on is refused by what the version's digests hold: under 1 unused keys, from 2 on not. */
static void going_on_minds_what_is_used(void **state)
{
    (void)state;
    Study *old = parse(NULL), *now = parse("recipe.decay_rate=0.5");
    Err err = {0};
    for (int version = 1; version <= IDENTITY_VERSION; version++) {
        Text diff = {0};
        bool may = false;
        assert_int_equal(study_take_version(old, version, &err), ERR_NONE);
        assert_int_equal(study_take_version(now, version, &err), ERR_NONE);
        assert_int_equal(study_may_go_on(&may, &diff, old, now, &err), ERR_NONE);
        assert_int_equal(may, version > 1);
        assert_string_equal(text_string(&diff),
                            version > 1 ? "" : "recipe.decay_rate: 0.97 -> 0.5\n");
        text_release(&diff);
    }
    study_destroy(&old);
    study_destroy(&now);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(digests_are_frozen),
                                       cmocka_unit_test(every_key_has_its_default),
                                       cmocka_unit_test(unused_keys_change_nothing),
                                       cmocka_unit_test(adam_keys_count_under_adamw),
                                       cmocka_unit_test(added_key_is_silent),
                                       cmocka_unit_test(changed_default_is_of_its_version),
                                       cmocka_unit_test(studies_know_their_version),
                                       cmocka_unit_test(going_on_minds_what_is_used)};
    return cmocka_run_group_tests(tests, make_future, NULL);
}
