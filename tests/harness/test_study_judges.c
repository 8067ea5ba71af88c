/* tests/harness/test_study_judges.c: who judges: silence, counts, lists, and stores of before. */
#include "harness/study_judges.h"

#include "harness/study.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <inttypes.h>

#define RETRAINED                                                                                  \
    "parts:\n  - search: {id: nas, budget: {trainings: 4}, seeds: [2001, 2002], runs: 3}\n"        \
    "  - retrain: {from: nas, seeds: [2008]}\n"

static Study *parse(const char *text)
{
    Study *study = NULL;
    Err err = {0};
    if (study_parse(&study, "s.yaml", text, strlen(text), NULL, 0, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    return study;
}

/* The seeds as "4 5 6". */
static void assert_seeds(const YamlInts *seeds, const char *expected)
{
    Text text = {0};
    for (size_t i = 0; i < seeds->n; i++)
        text_printf(&text, "%s%" PRId64, i ? " " : "", seeds->v[i]);
    assert_string_equal(text_string(&text), expected);
    text_release(&text);
}

static void assert_judges(const char *text, const char *expected)
{
    Study *study = parse(text);
    assert_seeds(&study->judge_seeds, expected);
    study_destroy(&study);
}

static void assert_refused(const char *text, const char *says)
{
    Study *study = NULL;
    Err err = {0};
    assert_int_equal(study_parse(&study, "s.yaml", text, strlen(text), NULL, 0, &err), ERR_USAGE);
    if (strstr(err.msg, says) == NULL)
        fail_msg("'%s' does not say '%s'", err.msg, says);
}

/* As many as choose, from 2001 on; a count; a list; none. Nobody judges who has chosen. */
static void judges_are_none_that_choose(void **state)
{
    (void)state;
    assert_judges("study: s\n", "2001 2002 2003");
    assert_judges("study: s\nseeds: [2002, 2]\n", "2001 2003");
    assert_judges("study: s\njudge_seeds: 5\n", "2001 2002 2003 2004 2005");
    assert_judges("study: s\njudge_seeds: [30, 20]\n", "30 20");
    assert_judges("study: s\njudge_seeds: 0\n", "");
    assert_judges("study: s\njudge_seeds: []\n", "");
    /* The search's runs train with 2001 to 2006, the retrain keeps 2008. */
    assert_judges("study: s\n" RETRAINED, "2007 2009 2010");
}

static void wrong_judges_are_refused(void **state)
{
    (void)state;
    assert_refused("study: s\njudge_seeds: [4, 3]\n", "s.yaml:2:14: seed 3 cannot judge");
    assert_refused("study: s\njudge_seeds: [2008]\n" RETRAINED, "seed 2008 cannot judge");
    assert_refused("study: s\njudge_seeds: [2006]\n" RETRAINED, "seed 2006 cannot judge");
    assert_refused("study: s\njudge_seeds: [4, 4]\n", "seed 4 stands twice in 'judge_seeds'");
    assert_refused("study: s\njudge_seeds: [-4]\n", "seed -4 is not between 0 and 2^53");
    assert_refused("study: s\njudge_seeds: -1\n", "'judge_seeds' must be between 0 and 1000");
    assert_refused("study: s\njudge_seeds: some\n", "'judge_seeds' must be a whole number");
}

/* Stores of before judge on what chooses, and their text has no word of it. */
static void older_studies_have_none(void **state)
{
    (void)state;
    Study *study = parse("study: s\n");
    Text text = {0};
    Err err = {0};
    study_emit(study, &text);
    assert_non_null(strstr(text_string(&text), "\njudge_seeds: [2001, 2002, 2003]\n"));
    assert_int_equal(study_take_version(study, STUDY_JUDGES_SINCE - 1, &err), ERR_NONE);
    assert_int_equal(study->judge_seeds.n, 0);
    assert_ptr_equal(study_judges_seeds(study), &study->seeds);
    text_clear(&text);
    study_emit(study, &text);
    assert_null(strstr(text_string(&text), "judge_seeds"));
    study_destroy(&study);
    assert_judges("study: s\nversion: 3\njudge_seeds: [8]\n", "8");
    text_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(judges_are_none_that_choose),
                                       cmocka_unit_test(wrong_judges_are_refused),
                                       cmocka_unit_test(older_studies_have_none)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
