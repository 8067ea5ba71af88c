/* What `recipe.init` says is read, known by the file's contents, kept by what is frozen, and the
 * same after a stop; what cannot be is one error. */
#include "tests/harness/course.h"

#include "base/file.h"
#include "base/sys.h"
#include "harness/finetune.h"
#include "harness/identity.h"
#include "models/resolve.h"
#include "weights/safetensors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>
#include <stdio.h>

enum { MAX_STOPS = 64, SET_BYTES = 512 };

static Course source; /* whose weights all others begin with */
static char weights[192];

static int setup(void **state)
{
    (void)state;
    if (course_base_create("test_finetune") == NULL)
        return -1;
    course_begin(&source, "source", 1, NULL);
    course_go(&source);
    snprintf(weights, sizeof weights, "%s/weights.safetensors", source.dir);
    return source.report.status == TRAIN_DONE ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    course_end(&source);
    return course_base_remove() ? 0 : -1;
}

/* "recipe.init={weights: F, REST}" */
static const char *set_of(const char *file, const char *rest)
{
    static char set[SET_BYTES];
    snprintf(set, sizeof set, "recipe.init={weights: %s%s%s}", file, rest[0] ? ", " : "", rest);
    return set;
}

static void assert_refused(const char *set, const char *message)
{
    Study *study = NULL;
    Err err = {0};
    assert_int_equal(study_defaults(&study, &set, 1, &err), ERR_USAGE);
    assert_null(study);
    if (strstr(err.msg, message) == NULL)
        fail_msg("'%s' is not '...%s...'", err.msg, message);
}

static void mistakes_are_named(void **state)
{
    (void)state;
    assert_refused("recipe.init={head: new}", "'init' needs 'weights', the file to begin with");
    assert_refused("recipe.init=[a]", "must be none, or a map like {weights: FILE, head: new}");
    assert_refused(set_of(weights, "heads: new"),
                   "unknown key 'heads' in 'init', did you mean 'head'?");
    assert_refused(set_of(weights, "head: none"), "unknown head 'none'");
    assert_refused(set_of(weights, "freeze: stem"), "must be a list of layers");
    assert_refused(set_of(weights, "lr_factor: {stages: 0}"), "'stages' must be");
    assert_refused(set_of("grid", ""), "there is no weight file '");
}

/* The digest of a recipe that begins with a file, after `file` has been given these bytes. */
static void digest_of(const char *file, const char *bytes, const char *rest,
                      char out[HASH_HEX_BYTES])
{
    Study *study = NULL;
    Err err = {0};
    const char *set = set_of(file, rest);
    assert_int_equal(file_write(file, bytes, strlen(bytes), &err), ERR_NONE);
    assert_int_equal(study_defaults(&study, &set, 1, &err), ERR_NONE);
    const Identity identity = {"n", "i", &study->recipe};
    assert_int_equal(identity_digest(&identity, IDENTITY_VERSION, out, &err), ERR_NONE);
    study_destroy(&study);
}

/* Where weights lie is not in a trial's digest; what they are, and what becomes of them, is. */
static void weights_are_known_by_their_contents(void **state)
{
    (void)state;
    char a[256], b[256], first[HASH_HEX_BYTES], other[HASH_HEX_BYTES];
    snprintf(a, sizeof a, "%s-a", weights);
    snprintf(b, sizeof b, "%s-b", weights);
    digest_of(a, "one", "", first);
    digest_of(b, "one", "", other);
    assert_string_equal(first, other);
    digest_of(a, "two", "", other);
    assert_string_not_equal(first, other);
    digest_of(a, "one", "head: keep", other);
    assert_string_not_equal(first, other);
    digest_of(a, "one", "freeze: [stem]", other);
    assert_string_not_equal(first, other);
    digest_of(a, "one", "bn: frozen", other);
    assert_string_not_equal(first, other);
}

static void assert_meaning(const char *one, const char *other, bool is_same)
{
    char file[256], a[HASH_HEX_BYTES], b[HASH_HEX_BYTES];
    snprintf(file, sizeof file, "%s-meaning", weights);
    digest_of(file, "x", one, a);
    digest_of(file, "x", other, b);
    if ((strcmp(a, b) == 0) != is_same)
        fail_msg("'%s' and '%s' have %s digest", one, other, is_same ? "not one" : "the same");
}

/* A digest has what is meant, not how it is written. */
static void one_meaning_has_one_digest(void **state)
{
    (void)state;
    static const char *const same[][2] = {
        {"freeze: [stem, stages.0]", "freeze: [stages.0, stem]"},
        {"freeze: [stem, stem]", "freeze: [stem]"},
        {"freeze: [head, stages.0.1, classifier, stages.0]", "freeze: [stages.0, head]"},
        {"freeze: []", ""},
        {"lr_factor: {}", ""},
        {"lr_factor: {stages: 0.1, stem: 2}", "lr_factor: {stem: 2.0, stages: 1e-1}"},
        {"lr_factor: {stem: 1}", ""},
        {"lr_factor: {stages: 0.1, stages.0: 0.1, head: 1}", "lr_factor: {stages: 0.1}"},
        {"lr_factor: {head: 3, classifier: 3}", "lr_factor: {head: 3}"},
        {"freeze: [stages], lr_factor: {stages.1: 0.5}", "freeze: [stages]"},
    };
    static const char *const different[][2] = {
        {"freeze: [stem]", "freeze: [stages.0]"},
        {"freeze: [stages.1]", "freeze: [stages.10]"},
        {"freeze: [stages.1, stages.10]", "freeze: [stages.1]"},
        {"freeze: [head]", "freeze: [classifier]"},
        {"lr_factor: {stem: 0.1}", "lr_factor: {stem: 0.10000001}"},
        {"lr_factor: {stages: 0.1, stages.0: 1}", "lr_factor: {stages: 0.1}"},
        {"lr_factor: {head: 3, classifier: 1}", "lr_factor: {head: 3}"},
        {"names: torchvision", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(same); i++)
        assert_meaning(same[i][0], same[i][1], true);
    for (size_t i = 0; i < ARRAY_LEN(different); i++)
        assert_meaning(different[i][0], different[i][1], false);
}

/* What is echoed stands by itself: it reads back without the file. */
static void an_echo_needs_no_file(void **state)
{
    (void)state;
    char gone[256];
    Study *study = NULL, *again = NULL;
    Err err = {0};
    Text text = {0};
    snprintf(gone, sizeof gone, "%s-gone", weights);
    const char *sets[] = {
        set_of(gone, "freeze: [stem, stages.0.1, stages.0], lr_factor: {stages: 0.1}"), "study=s"};
    assert_int_equal(file_write(gone, "x", 1, &err), ERR_NONE);
    assert_int_equal(study_defaults(&study, sets, ARRAY_LEN(sets), &err), ERR_NONE);
    assert_int_equal(file_remove(gone, &err), ERR_NONE);
    study_emit(study, &text);
    assert_non_null(strstr(text_string(&text), "freeze: [stem, stages.0.1, stages.0]"));
    assert_int_equal(study_parse_stored(&again, "stored", text_string(&text), &err), ERR_NONE);
    assert_string_equal(study->recipe.finetune.weights, again->recipe.finetune.weights);
    assert_string_equal(study->recipe.finetune.digest, again->recipe.finetune.digest);
    text_release(&text);
    study_destroy(&study);
    study_destroy(&again);
}

static void assert_fails(const char *rest, ErrCode code, const char *message)
{
    Course course;
    Err err = {0};
    course_begin(&course, "fails", 1, set_of(weights, rest));
    const ErrCode found = course_run(&course, &err);
    if (found != code || strstr(err.msg, message) == NULL)
        fail_msg("'%s' is not '...%s...'", err.msg, message);
    memset(&err, 0, sizeof err);
    const FineTune *tune = &course.study->recipe.finetune;
    ErrCode checked = finetune_verify(tune, &err);
    if (checked == ERR_NONE)
        checked = finetune_check(tune, &course.network, &err);
    assert_int_equal(checked, code);
    assert_int_equal(course.n_batches, 0);
    course_end(&course);
}

/* Each before the first step, and by the plan's check, too. */
static void what_cannot_be_is_told(void **state)
{
    (void)state;
    assert_fails("freeze: [stem, stages.17]", ERR_USAGE, "has no layer 'stages.17'; it has stem");
    assert_fails("lr_factor: {stam: 0.5}", ERR_USAGE, "has no layer 'stam'");
    assert_fails("freeze: [stem, stages, head]", ERR_USAGE, "nothing is left to train");
    assert_fails("digest: 00", ERR_DATA, "are others than 'recipe.init' says");
    assert_fails("names: timm-tf", ERR_DATA, "has no place in network");
}

/* A tensor of a weight file; mem_free it. */
static float *tensor_of(const char *dir, const char *name, size_t *n)
{
    char path[256];
    TensorFile *file = NULL;
    Err err = {0};
    snprintf(path, sizeof path, "%s/weights.safetensors", dir);
    assert_int_equal(safetensors_open(&file, NULL, path, &err), ERR_NONE);
    const TensorInfo *info = safetensors_find(file, name);
    assert_non_null(info);
    *n = info->n_elements;
    float *data = mem_calloc(*n, sizeof *data);
    assert_non_null(data);
    assert_int_equal(safetensors_floats(file, info, false, data, *n, &err), ERR_NONE);
    safetensors_close(&file);
    return data;
}

static bool is_kept(const Course *course, const char *name)
{
    size_t n, n_now;
    float *then = tensor_of(source.dir, name, &n), *now = tensor_of(course->dir, name, &n_now);
    const bool same = n == n_now && memcmp(then, now, n * sizeof *now) == 0;
    mem_free(then);
    mem_free(now);
    return same;
}

/* Stopped after every batch and resumed each time, on two threads: the bits of one go. What is
 * frozen is as it was in the file, statistics and averages included; the rest is not. */
static void stopping_everywhere_changes_nothing(void **state)
{
    (void)state;
    static const char rest[] = "freeze: [stem, stages.0], lr_factor: {stages: 0.1, head: 2}";
    Course straight, stopped;
    course_begin(&straight, "straight", 1, set_of(weights, rest));
    course_go(&straight);
    course_begin(&stopped, "stopped", 2, set_of(weights, rest));
    stopped.stop_after = 1;
    int n_stops = 0;
    do {
        course_go(&stopped);
    } while (stopped.report.status == TRAIN_STOPPED && ++n_stops < MAX_STOPS);
    assert_true(n_stops >= 9);
    course_assert_same(&straight, &stopped);
    assert_true(is_kept(&straight, "stem.conv.weight"));
    assert_true(is_kept(&straight, "stem.bn.running_var"));
    assert_true(is_kept(&straight, "stages.0.0.depthwise.bn.weight"));
    assert_false(is_kept(&straight, "stages.1.0.depthwise.bn.running_mean"));
    assert_false(is_kept(&straight, "stages.1.0.depthwise.conv.weight"));
    assert_false(is_kept(&straight, "classifier.weight"));
    course_end(&straight);
    course_end(&stopped);
}

/* More classes: a new classifier takes them, the old one cannot; another resolution is told. */
static void a_new_head_has_other_classes(void **state)
{
    (void)state;
    static const char *const rests[] = {"bn: frozen", "head: keep"};
    for (size_t i = 0; i < ARRAY_LEN(rests); i++) {
        Course course;
        Spec spec;
        Err err = {0};
        course_begin(&course, i == 0 ? "new" : "kept", 1, set_of(weights, rests[i]));
        network_release(&course.network);
        assert_int_equal(study_baseline(&spec, course.study, &err), ERR_NONE);
        spec.classes += 3;
        spec.resolution += 8;
        assert_int_equal(resolve_network(&course.network, &spec, &err), ERR_NONE);
        const ErrCode code = course_run(&course, &err);
        if (i == 0) {
            assert_int_equal(code, ERR_NONE);
            assert_int_equal(course.report.status, TRAIN_DONE);
            assert_int_equal(course.n_warnings, 1);
            assert_true(is_kept(&course, "stages.1.0.depthwise.bn.running_mean"));
        } else {
            assert_int_equal(code, ERR_DATA);
            assert_non_null(strstr(err.msg, "its classifier cannot be kept"));
        }
        course_end(&course);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(weights_are_known_by_their_contents),
        cmocka_unit_test(one_meaning_has_one_digest),
        cmocka_unit_test(an_echo_needs_no_file),
        cmocka_unit_test(what_cannot_be_is_told),
        cmocka_unit_test(stopping_everywhere_changes_nothing),
        cmocka_unit_test(a_new_head_has_other_classes),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
