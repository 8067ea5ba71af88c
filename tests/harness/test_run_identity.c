/*
 * harness/run_identity: a store begun by names and sizes goes on so, one begun by contents too,
 * and changed contents are refused.
 */
#include "tests/harness/pictureset.h"

#include "base/dir.h"
#include "base/file.h"
#include "base/proc.h"
#include "base/sys.h"
#include "harness/run_identity.h"
#include "harness/study_data.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static char base[64];
static StudyData data = {.name = "own", .val = 1};
static RunSettings settings;

static char *path_of(const char *name)
{
    char *path = file_join(base, name);
    assert_non_null(path);
    return path;
}

static void put_set(void)
{
    pictureset_put(data.path);
}

static void digest_by(DataIdentity identity, char digest[DATA_DIGEST_CHARS],
                      char contents[DATA_DIGEST_CHARS])
{
    StudyImages images;
    StudyData asked = data;
    Err err = {0};
    asked.identity = identity;
    if (study_data_open(&images, &asked, NULL, 1, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    memcpy(digest, images.digest, DATA_DIGEST_CHARS);
    memcpy(contents, dataset_contents(images.set), DATA_DIGEST_CHARS);
    study_data_close(&images);
}

/* A store whose study was begun with that digest, in a folder of its own. */
static Store *put_store(const char *digest)
{
    Store *store = NULL;
    char *out = path_of("out"), *path = file_join(out, "study.db");
    Err err = {0};
    const StorePlan plan = {.study = {.name = "s",
                                      .question = "",
                                      .baseline = "b",
                                      .data_name = "own",
                                      .data_digest = digest,
                                      .classes = 2,
                                      .n_train = 2,
                                      .n_val = 1,
                                      .n_test = 2,
                                      .arithmetic = 1},
                            .revision = {.yaml = "study: s\n",
                                         .digest = "d",
                                         .objective = "soft",
                                         .target_macs = 1,
                                         .baseline_macs = 1,
                                         .fairness_tolerance = 0.05,
                                         .epochs = 1,
                                         .recipe = ""}};
    if (dir_remove_tree(NULL, out, &err) != ERR_NONE || file_make_dirs(out, &err) != ERR_NONE ||
        store_open(&store, path, &err) != ERR_NONE ||
        store_put_plan(store, &plan, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    mem_free(path);
    mem_free(out);
    return store;
}

/* What a run records once it has planned. */
static void record(Store *store, DataIdentity identity, const char *contents)
{
    Plan plan = {0};
    Study study = {.data = data};
    RunState run = {.study = &study, .plan = &plan, .store = store, .settings = &settings};
    Err err = {0};
    study.data.identity = identity;
    memcpy(plan.data_contents, contents, DATA_DIGEST_CHARS);
    plan.majority_share = 0.75;
    if (run_identity_record(&run, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
}

/*
 * Without a fact the identity is the one under which the set has the study's digest; with it, the
 * fact's. Recorded or not, both kinds of stores find their own again.
 */
static void stores_keep_their_identity(void **state)
{
    (void)state;
    Err err = {0};
    put_set();
    for (int i = DATA_BY_CONTENTS; i <= DATA_BY_LISTING; i++) {
        char digest[DATA_DIGEST_CHARS], contents[DATA_DIGEST_CHARS];
        digest_by((DataIdentity)i, digest, contents);
        Store *store = put_store(digest);
        for (int is_recorded = 0; is_recorded < 2; is_recorded++) {
            StudyData chosen = data;
            if (run_identity_choose(&chosen, store, &settings, 1, &err) != ERR_NONE)
                fail_msg("%s", err.msg);
            assert_int_equal(chosen.identity, i);
            record(store, (DataIdentity)i, contents);
        }
        store_close(&store);
    }
}

/* What always saying the largest class would score stands beside it, once. */
static void the_largest_class_is_recorded(void **state)
{
    (void)state;
    char digest[DATA_DIGEST_CHARS], contents[DATA_DIGEST_CHARS];
    Err err = {0};
    Arena arena = {0};
    StoreFact *facts = NULL;
    size_t n = 0;
    put_set();
    digest_by(DATA_BY_CONTENTS, digest, contents);
    Store *store = put_store(digest);
    for (int i = 0; i < 2; i++)
        record(store, DATA_BY_CONTENTS, contents);
    assert_int_equal(store_facts(store, "data/majority", &arena, &facts, &n, &err), ERR_NONE);
    assert_int_equal(n, 1);
    assert_true(facts[0].value[0] == 75.0);
    arena_release(&arena);
    store_close(&store);
}

/* A picture of the same size in another's place is refused, whatever the study was begun with. */
static void changed_contents_are_refused(void **state)
{
    (void)state;
    for (int i = DATA_BY_CONTENTS; i <= DATA_BY_LISTING; i++) {
        char digest[DATA_DIGEST_CHARS], contents[DATA_DIGEST_CHARS];
        Err err = {0};
        StudyData chosen = data;
        put_set();
        digest_by((DataIdentity)i, digest, contents);
        Store *store = put_store(digest);
        record(store, (DataIdentity)i, contents);
        char *picture = path_of("set/train/a/2.png");
        pictureset_put_one(picture, 200);
        mem_free(picture);
        assert_int_equal(run_identity_choose(&chosen, store, &settings, 1, &err), ERR_USAGE);
        assert_non_null(strstr(err.msg, "'train/a/2.png' has other contents"));
        store_close(&store);
    }
}

/* Where there is no store yet, a study knows its data by their contents. */
static void new_studies_go_by_contents(void **state)
{
    (void)state;
    Err err = {0};
    StudyData chosen = data;
    put_set();
    chosen.identity = DATA_BY_LISTING;
    assert_int_equal(run_identity_choose(&chosen, NULL, &settings, 1, &err), ERR_NONE);
    assert_int_equal(chosen.identity, DATA_BY_CONTENTS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stores_keep_their_identity),
        cmocka_unit_test(the_largest_class_is_recorded),
        cmocka_unit_test(changed_contents_are_refused),
        cmocka_unit_test(new_studies_go_by_contents),
    };
    Err err = {0};
    snprintf(base, sizeof base, "test-run-identity-%d", (int)proc_pid());
    char *cache = path_of("cache"), *set = path_of("set"), *out = path_of("out");
    setenv("ISOFLOP_CACHE", cache, 1);
    data.path = set;
    settings.out = out;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    failed += dir_remove_tree(NULL, base, &err) != ERR_NONE;
    mem_free(out);
    mem_free(set);
    mem_free(cache);
    return failed;
}
