/* tests/harness/test_trainer.c: a stopped training equals an uninterrupted one bit for bit,
 * whatever happens. */
#include "tests/harness/course.h"

#include "base/file.h"
#include "base/sys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

enum { MAX_STOPS = 64 };

static Course whole; /* the undisturbed training that all others are compared with */

static int setup(void **state)
{
    (void)state;
    if (course_base_create("test_trainer") == NULL)
        return -1;
    course_begin(&whole, "whole", 1, NULL);
    course_go(&whole);
    return whole.report.status == TRAIN_DONE ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    course_end(&whole);
    return course_base_remove() ? 0 : -1;
}

/* Stopped after every single batch (of 4 an epoch) and resumed each time: the same bits. */
static void stopping_everywhere_changes_nothing(void **state)
{
    (void)state;
    Course course;
    course_begin(&course, "stops", 1, NULL);
    course.stop_after = 1;
    int n_stops = 0;
    do {
        course_go(&course);
    } while (course.report.status == TRAIN_STOPPED && ++n_stops < MAX_STOPS);
    assert_int_equal(course.report.status, TRAIN_DONE);
    assert_true(n_stops >= 9);
    course_assert_same(&whole, &course);
    course_end(&course);
}

/* Images that must be known ones: others are refused by both digests, before anything is trained.
 */
static void other_images_are_refused(void **state)
{
    (void)state;
    Course course;
    Err err = {0};
    course_begin(&course, "others", 1, NULL);
    course.job.images = "0123";
    assert_int_equal(course_run(&course, &err), ERR_DATA);
    assert_non_null(strstr(err.msg, "has other images here ("));
    assert_non_null(strstr(err.msg, ") than the study is of (0123)"));
    assert_int_equal(course.n_batches, 0);
    course_end(&course);
}

/* Two and three threads: the same bits as one. */
static void threads_change_nothing(void **state)
{
    (void)state;
    for (int threads = 2; threads <= 3; threads++) {
        Course course;
        course_begin(&course, threads == 2 ? "two" : "three", threads, NULL);
        course_go(&course);
        course_assert_same(&whole, &course);
        course_end(&course);
    }
}

/* The name of the n-th newest checkpoint in a course's folder; mem_free it. */
static char *checkpoint_path(const Course *course, size_t n)
{
    FileList list = {0};
    Err err = {0};
    char *path = NULL;
    assert_int_equal(file_list(course->dir, &list, &err), ERR_NONE);
    for (size_t i = list.n_names; i-- > 0 && path == NULL;)
        if (text_starts_with(list.names[i], "checkpoint-") && n-- == 0)
            path = file_join(course->dir, list.names[i]);
    file_list_release(&list);
    assert_non_null(path);
    return path;
}

/* One flipped bit in the middle of the newest checkpoint: said aloud, the one before is taken, the
 * same bits. */
static void damage_falls_back(void **state)
{
    (void)state;
    Course course;
    Err err = {0};
    course_begin(&course, "damage", 1, NULL);
    course.stop_after = 6;
    course_go(&course);
    assert_int_equal(course.report.status, TRAIN_STOPPED);
    char *path = checkpoint_path(&course, 0), *data = NULL;
    size_t n = 0;
    assert_int_equal(file_read(path, COURSE_MAX_BYTES, &data, &n, &err), ERR_NONE);
    data[n / 2] ^= 1;
    assert_int_equal(file_write(path, data, n, &err), ERR_NONE);
    mem_free(data);
    mem_free(path);
    course.stop_after = 0;
    course_go(&course);
    assert_int_equal(course.n_warnings, 1);
    assert_int_equal(course.report.status, TRAIN_DONE);
    course_assert_same(&whole, &course);
    course_end(&course);
}

/* Both generations damaged: two warnings, and the training begins anew, with the same bits. */
static void damage_of_all_begins_anew(void **state)
{
    (void)state;
    Course course;
    Err err = {0};
    course_begin(&course, "ruin", 1, NULL);
    course.stop_after = 6;
    course_go(&course);
    for (size_t i = 0; i < 2; i++) {
        char *path = checkpoint_path(&course, i);
        assert_int_equal(file_write(path, "ruined", 6, &err), ERR_NONE);
        mem_free(path);
    }
    course.stop_after = 0;
    course_go(&course);
    assert_int_equal(course.n_warnings, 2);
    course_assert_same(&whole, &course);
    course_end(&course);
}

/* Another seed's or recipe's training is refused in this folder, and this one goes on as if nothing
 * had been tried. */
static void other_trainings_are_refused(void **state)
{
    (void)state;
    Course course;
    Err err = {0};
    course_begin(&course, "other", 1, NULL);
    course.stop_after = 6;
    course_go(&course);
    course.job.seed = 8;
    course.stop_after = 0;
    assert_int_equal(course_run(&course, &err), ERR_USAGE);
    assert_non_null(strstr(err.msg, "another training"));
    course.job.seed = 7;
    course_go(&course);
    assert_int_equal(course.n_warnings, 0);
    course_assert_same(&whole, &course);
    course_end(&course);
}

/* A best file that is gone: the training begins anew, and every checkpoint stays until then. */
static void a_missing_best_file_removes_nothing(void **state)
{
    (void)state;
    Course course;
    Err err = {0};
    FileList list = {0};
    course_begin(&course, "bestless", 1, NULL);
    course.stop_after = 6;
    course_go(&course);
    char *best = file_join(course.dir, "best-000001.safetensors");
    assert_int_equal(file_remove(best, &err), ERR_NONE);
    mem_free(best);
    course.stop_after = 1;
    course_go(&course);
    assert_int_equal(course.n_warnings, 2);
    assert_int_equal(file_list(course.dir, &list, &err), ERR_NONE);
    size_t n = 0;
    for (size_t i = 0; i < list.n_names; i++)
        n += text_starts_with(list.names[i], "checkpoint-");
    assert_int_equal(n, 3); /* two that could not be taken up, and the new one */
    file_list_release(&list);
    course.stop_after = 0;
    course_go(&course);
    course_assert_same(&whole, &course);
    course_end(&course);
}

/* A learning rate of 1e9 diverges: a status, the first bad step, and no weights. */
static void divergence_is_a_result(void **state)
{
    (void)state;
    Course course;
    course_begin(&course, "diverged", 1, "recipe.lr=1e9");
    course_go(&course);
    assert_int_equal(course.report.status, TRAIN_DIVERGED);
    assert_in_range(course.report.bad_step, 1, N_EPOCHS * 4);
    char *path = file_join(course.dir, "weights.safetensors");
    assert_false(file_exists(path));
    mem_free(path);
    course_end(&course);
}

/* Without a coordinator nothing but the two weight files is left at the end. */
static void nothing_else_is_left(void **state)
{
    (void)state;
    Course course;
    FileList list = {0};
    Err err = {0};
    course_begin(&course, "left", 1, NULL);
    course.job.keep_checkpoints = false;
    course_go(&course);
    assert_int_equal(file_list(course.dir, &list, &err), ERR_NONE);
    assert_int_equal(list.n_names, 2);
    assert_string_equal(list.names[0], "best.safetensors");
    assert_string_equal(list.names[1], "weights.safetensors");
    file_list_release(&list);
    course_end(&course);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stopping_everywhere_changes_nothing),
        cmocka_unit_test(other_images_are_refused),
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(damage_falls_back),
        cmocka_unit_test(damage_of_all_begins_anew),
        cmocka_unit_test(other_trainings_are_refused),
        cmocka_unit_test(a_missing_best_file_removes_nothing),
        cmocka_unit_test(divergence_is_a_result),
        cmocka_unit_test(nothing_else_is_left),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
