/* tests/harness/test_study_tune.c: the part `tune`: what is read, what is refused, which rate a
 * trial has. */
#include "harness/study_tune.h"

#include "harness/identity.h"
#include "harness/study.h"

#include "base/sys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define PARTS "study: s\nseeds: [4, 5]\nparts:\n  - "

static Study *parse(const char *text)
{
    Study *study = NULL;
    Err err = {0};
    if (study_parse(&study, "s.yaml", text, strlen(text), NULL, 0, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    return study;
}

/* What is left out: half, once and twice the rate, on the baseline, by the study's first seed. */
static void defaults_are_in_force(void **state)
{
    (void)state;
    Study *study = parse(PARTS "grid: {}\n  - tune:\n"), *own = NULL;
    const StudyTune *tune = &study->parts[1].tune;
    assert_int_equal(study_tune_part(study), 1);
    assert_int_equal(tune->lr.n, 3);
    assert_true(tune->lr.v[0] == 0.5 && tune->lr.v[1] == 1 && tune->lr.v[2] == 2);
    assert_int_equal(tune->on, STUDY_TUNE_BASELINE);
    assert_int_equal(tune->seeds.n, 1);
    assert_int_equal(tune->seeds.v[0], 4);
    own = parse(PARTS "tune: {lr: [1, 3], on: each, seeds: [7, 8]}\n");
    assert_int_equal(own->parts[0].tune.on, STUDY_TUNE_EACH);
    assert_int_equal(own->parts[0].tune.seeds.n, 2);
    study_destroy(&study);
    study_destroy(&own);
    study = parse("study: s\n");
    assert_int_equal(study_tune_part(study), STUDY_NONE);
    study_destroy(&study);
}

static void what_cannot_be_tuned_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } rows[] = {
        {PARTS "tune: {lr: [0.5, 2]}\n", "'lr' must be 2 to 16 factors, 1 among them"},
        {PARTS "tune: {lr: [1]}\n", "'lr' must be 2 to 16 factors"},
        {PARTS "tune: {lr: [1, 2, 2]}\n", "factor 2 stands twice in 'lr'"},
        {PARTS "tune: {lr: [0, 1]}\n", "'lr' must be between 0.001 and 1000"},
        {PARTS "tune: {seeds: [3, 3]}\n", "seed 3 stands twice in 'seeds'"},
        {PARTS "tune: {on: all}\n", "unknown on 'all': one of baseline, each"},
        {PARTS "tune: {}\n  - tune: {id: b}\n", "s.yaml:5:11: a study has one part 'tune'"},
        {PARTS "tune: {on: each}\n  - search: {budget: {trainings: 2}}\n",
         "it cannot wait for a rate of each"},
        {PARTS "tune: {seeds: [9]}\njudge_seeds: [9]\n", "seed 9 cannot judge"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        Study *study = NULL;
        Err err = {0};
        assert_int_equal(
            study_parse(&study, "s.yaml", rows[i].text, strlen(rows[i].text), NULL, 0, &err),
            ERR_USAGE);
        if (strstr(err.msg, rows[i].says) == NULL)
            fail_msg("'%s' does not say '%s'", err.msg, rows[i].says);
    }
}

/* A trial's digest tells which of the rates it was trained at; another one changes nothing. */
static void digests_tell_the_rate(void **state)
{
    (void)state;
    Study *study = parse(PARTS "tune: {lr: [1, 3]}\n");
    Recipe recipe = study->recipe;
    const double lr = recipe.lr;
    const Identity identity = {"n", "i", &recipe};
    char digest[HASH_HEX_BYTES];
    Err err = {0};
    recipe.lr = lr * 3;
    assert_int_equal(identity_digest(&identity, study->version, digest, &err), ERR_NONE);
    assert_int_equal(study_tune_find_rate(study, "m", "i", digest, &err), ERR_NONE);
    assert_true(study->recipe.lr == lr);
    assert_int_equal(study_tune_find_rate(study, "n", "i", digest, &err), ERR_NONE);
    assert_true(study->recipe.lr == lr * 3);
    study_destroy(&study);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(defaults_are_in_force),
                                       cmocka_unit_test(what_cannot_be_tuned_is_refused),
                                       cmocka_unit_test(digests_tell_the_rate)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
