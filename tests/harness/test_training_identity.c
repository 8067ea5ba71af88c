/*
 * harness/training_identity: a training that was begun by names and sizes goes on, and ends as one
 * that was never interrupted; from then on its contents are known, and other ones are refused.
 */
#include "tests/harness/course.h"
#include "tests/harness/pictureset.h"

#include "base/file.h"
#include "base/sys.h"
#include "harness/training_identity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static char *set; /* path of the pictures */

static void begin(Course *course, const char *name, DataIdentity identity)
{
    StudyData *data;
    course_begin(course, name, 1, NULL);
    data = &course->study->data;
    data->name = "own";
    data->path = set;
    data->identity = identity;
    data->train = data->test = 0;
    data->val = 1;
}

/* What the folder is taken for, by somebody who knows the data by contents. */
static TrainingImages choose(Course *course)
{
    TrainingImages images;
    Err err = {0};
    StudyData *data = &course->study->data;
    data->identity = DATA_BY_CONTENTS;
    if (training_identity_images(&images, data, NULL, 1, &err) != ERR_NONE ||
        training_identity_choose(&course->job, data, &images, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    return images;
}

/* Begun as the first release did: checkpoints keyed by the listing, and no description. */
static void an_older_training_goes_on(void **state)
{
    (void)state;
    Course whole, parts;
    begin(&whole, "whole", DATA_BY_LISTING);
    course_go(&whole);
    begin(&parts, "parts", DATA_BY_LISTING);
    parts.stop_after = 1;
    course_go(&parts);
    assert_int_equal(parts.report.status, TRAIN_STOPPED);
    (void)choose(&parts);
    assert_int_equal(parts.study->data.identity, DATA_BY_LISTING);
    parts.stop_after = 0;
    course_go(&parts);
    course_assert_same(&whole, &parts);
    course_end(&whole);
    course_end(&parts);
}

/* Once described, a folder needs no checkpoint to be known by its listing; contents are compared.
 */
static void its_contents_are_recorded(void **state)
{
    (void)state;
    Course course;
    TrainingFolderState found;
    Err err = {0};
    begin(&course, "recorded", DATA_BY_LISTING);
    course.stop_after = 1;
    course_go(&course);
    TrainingImages images = choose(&course);
    if (training_folder_describe(&course.job, &images, "", &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    course.stop_after = 0;
    course.job.keep_checkpoints = false;
    course_go(&course);
    images = choose(&course);
    assert_int_equal(course.study->data.identity, DATA_BY_LISTING);
    assert_int_equal(training_folder_check(&course.job, &images, &found, &err), ERR_NONE);
    assert_int_equal(found, TRAINING_FOLDER_DONE);
    char *picture = file_join(set, "train/a/2.png");
    pictureset_put_one(picture, 200);
    images = choose(&course);
    assert_int_equal(training_folder_check(&course.job, &images, &found, &err), ERR_USAGE);
    assert_non_null(strstr(err.msg, "the digest of its contents"));
    mem_free(picture);
    course_end(&course);
}

/* A new folder, and one begun by contents, are of contents. */
static void other_trainings_go_by_contents(void **state)
{
    (void)state;
    Course course;
    begin(&course, "contents", DATA_BY_CONTENTS);
    (void)choose(&course);
    assert_int_equal(course.study->data.identity, DATA_BY_CONTENTS);
    course_go(&course); /* its checkpoints stay */
    (void)choose(&course);
    assert_int_equal(course.study->data.identity, DATA_BY_CONTENTS);
    course_end(&course);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_older_training_goes_on),
        cmocka_unit_test(its_contents_are_recorded),
        cmocka_unit_test(other_trainings_go_by_contents),
    };
    const char *base = course_base_create("training-identity");
    set = base != NULL ? file_join(base, "set") : NULL;
    if (set == NULL)
        return 1;
    pictureset_put(set);
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    mem_free(set);
    return failed + !course_base_remove();
}
