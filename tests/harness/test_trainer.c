/* tests/harness/test_trainer.c: a stopped training equals an uninterrupted one bit for bit,
 * whatever happens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* cmocka needs the four above first */
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/sys.h"
#include "harness/trainer.h"
#include "models/resolve.h"

enum { N_EPOCHS = 3, MAX_STOPS = 64, MAX_BYTES = 1 << 26 };

/* One training into its own folder, and what was heard of it. */
typedef struct Course {
    Study *study;
    Network network;
    char dir[128];
    TrainJob job;
    TrainReport report;
    TrainEpoch epochs[N_EPOCHS];
    int n_epochs, n_warnings, n_batches, stop_after;
} Course;

static char base[64];

static void hear_epoch(void *user, const TrainEpoch *epoch)
{
    Course *course = user;
    assert_in_range(epoch->epoch, 1, N_EPOCHS);
    course->epochs[epoch->epoch - 1] = *epoch;
    course->n_epochs = (int)epoch->epoch;
}

static void hear_warning(void *user, const char *message)
{
    assert_non_null(strstr(message, "checkpoint"));
    ((Course *)user)->n_warnings++;
}

static bool should_stop(void *user)
{
    Course *course = user;
    return ++course->n_batches == course->stop_after;
}

static void begin(Course *course, const char *name, int threads, const char *set)
{
    const char *const sets[] = {"data.train=72",   "data.val=30",     "data.test=30",
                                "recipe.epochs=3", "recipe.batch=16", set ? set : "recipe.lr=0.02"};
    Spec spec;
    Err err = {0};
    memset(course, 0, sizeof *course);
    snprintf(course->dir, sizeof course->dir, "%s/%s", base, name);
    if (study_defaults(&course->study, sets, ARRAY_LEN(sets), &err) != ERR_NONE ||
        study_baseline(&spec, course->study, &err) != ERR_NONE ||
        resolve_network(&course->network, &spec, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    course->job = (TrainJob){.network = &course->network,
                             .data = &course->study->data,
                             .recipe = &course->study->recipe,
                             .seed = 7,
                             .threads = threads,
                             .level = cpu_best_level(),
                             .dir = course->dir,
                             .cache = base,
                             .keep_checkpoints = true,
                             .checkpoint_ns = 1}; /* after every batch */
}

static void go(Course *course)
{
    const char *folders[] = {course->dir};
    const TrainCallbacks callbacks = {course, hear_epoch, NULL, hear_warning, should_stop};
    Err err = {0};
    course->job.resume = folders;
    course->job.n_resume = 1;
    course->n_batches = 0;
    if (trainer_run(&course->job, &callbacks, &course->report, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
}

static void end(Course *course)
{
    network_release(&course->network);
    study_destroy(&course->study);
}

static char *read(const Course *course, const char *name, size_t *n)
{
    char *path = file_join(course->dir, name), *data = NULL;
    Err err = {0};
    if (file_read(path, MAX_BYTES, &data, n, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    mem_free(path);
    return data;
}

/* Weights, best weights and every metric but times are equal bit for bit. */
static void assert_same(const Course *a, const Course *b)
{
    static const char *const names[] = {"weights.safetensors", "best.safetensors"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        size_t n_a = 0, n_b = 0;
        char *x = read(a, names[i], &n_a), *y = read(b, names[i], &n_b);
        assert_int_equal(n_a, n_b);
        assert_memory_equal(x, y, n_a);
        mem_free(x);
        mem_free(y);
    }
    assert_int_equal(a->n_epochs, N_EPOCHS);
    assert_int_equal(b->n_epochs, N_EPOCHS);
    for (int i = 0; i < N_EPOCHS; i++)
        assert_true(a->epochs[i].train_loss == b->epochs[i].train_loss &&
                    a->epochs[i].val_loss == b->epochs[i].val_loss &&
                    a->epochs[i].val_top1 == b->epochs[i].val_top1 &&
                    a->epochs[i].lr == b->epochs[i].lr);
    assert_true(a->report.test_loss == b->report.test_loss &&
                a->report.test_top1 == b->report.test_top1);
    assert_int_equal(a->report.best_epoch, b->report.best_epoch);
}

static Course whole; /* the undisturbed training that all others are compared with */

static int setup(void **state)
{
    (void)state;
    snprintf(base, sizeof base, "test_trainer_XXXXXX");
    if (!mkdtemp(base) || setenv("ISOFLOP_CACHE", base, 1) != 0)
        return -1;
    begin(&whole, "whole", 1, NULL);
    go(&whole);
    return whole.report.status == TRAIN_DONE ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    Err err = {0};
    end(&whole);
    return file_remove_tree(base, &err) == ERR_NONE ? 0 : -1;
}

/* Stopped after every single batch (of 4 an epoch) and resumed each time: the same bits. */
static void stopping_everywhere_changes_nothing(void **state)
{
    (void)state;
    Course course;
    begin(&course, "stops", 1, NULL);
    course.stop_after = 1;
    int n_stops = 0;
    do {
        go(&course);
    } while (course.report.status == TRAIN_STOPPED && ++n_stops < MAX_STOPS);
    assert_int_equal(course.report.status, TRAIN_DONE);
    assert_true(n_stops >= 9);
    assert_same(&whole, &course);
    end(&course);
}

/* Two and three threads: the same bits as one. */
static void threads_change_nothing(void **state)
{
    (void)state;
    for (int threads = 2; threads <= 3; threads++) {
        Course course;
        begin(&course, threads == 2 ? "two" : "three", threads, NULL);
        go(&course);
        assert_same(&whole, &course);
        end(&course);
    }
}

/* The name of the n-th newest checkpoint in a course's folder; mem_free it. */
static char *checkpoint_path(const Course *course, size_t n)
{
    FileList list = {0};
    Err err = {0};
    char *path = NULL;
    assert_int_equal(file_list(course->dir, &list, &err), ERR_NONE);
    for (size_t i = list.n_names; i-- > 0 && !path;)
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
    begin(&course, "damage", 1, NULL);
    course.stop_after = 6;
    go(&course);
    assert_int_equal(course.report.status, TRAIN_STOPPED);
    char *path = checkpoint_path(&course, 0), *data = NULL;
    size_t n = 0;
    assert_int_equal(file_read(path, MAX_BYTES, &data, &n, &err), ERR_NONE);
    data[n / 2] ^= 1;
    assert_int_equal(file_write(path, data, n, &err), ERR_NONE);
    mem_free(data);
    mem_free(path);
    course.stop_after = 0;
    go(&course);
    assert_int_equal(course.n_warnings, 1);
    assert_int_equal(course.report.status, TRAIN_DONE);
    assert_same(&whole, &course);
    end(&course);
}

/* Both generations damaged: two warnings, and the training begins anew, with the same bits. */
static void damage_of_all_begins_anew(void **state)
{
    (void)state;
    Course course;
    Err err = {0};
    begin(&course, "ruin", 1, NULL);
    course.stop_after = 6;
    go(&course);
    for (size_t i = 0; i < 2; i++) {
        char *path = checkpoint_path(&course, i);
        assert_int_equal(file_write(path, "ruined", 6, &err), ERR_NONE);
        mem_free(path);
    }
    course.stop_after = 0;
    go(&course);
    assert_int_equal(course.n_warnings, 2);
    assert_same(&whole, &course);
    end(&course);
}

/* Another seed or recipe does not take up this training's checkpoints, and has other weights. */
static void other_trainings_are_not_resumed(void **state)
{
    (void)state;
    Course course;
    begin(&course, "other", 1, NULL);
    course.stop_after = 6;
    go(&course);
    course.job.seed = 8;
    course.stop_after = 0;
    go(&course);
    assert_int_equal(course.n_warnings, 2);
    assert_int_equal(course.report.status, TRAIN_DONE);
    assert_true(course.epochs[0].train_loss != whole.epochs[0].train_loss);
    end(&course);
}

/* A learning rate of 1e9 diverges: a status, the first bad step, and no weights. */
static void divergence_is_a_result(void **state)
{
    (void)state;
    Course course;
    begin(&course, "diverged", 1, "recipe.lr=1e9");
    go(&course);
    assert_int_equal(course.report.status, TRAIN_DIVERGED);
    assert_in_range(course.report.bad_step, 1, N_EPOCHS * 4);
    char *path = file_join(course.dir, "weights.safetensors");
    assert_false(file_exists(path));
    mem_free(path);
    end(&course);
}

/* Without a coordinator nothing but the two weight files is left at the end. */
static void nothing_else_is_left(void **state)
{
    (void)state;
    Course course;
    FileList list = {0};
    Err err = {0};
    begin(&course, "left", 1, NULL);
    course.job.keep_checkpoints = false;
    go(&course);
    assert_int_equal(file_list(course.dir, &list, &err), ERR_NONE);
    assert_int_equal(list.n_names, 2);
    assert_string_equal(list.names[0], "best.safetensors");
    assert_string_equal(list.names[1], "weights.safetensors");
    file_list_release(&list);
    end(&course);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stopping_everywhere_changes_nothing),
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(damage_falls_back),
        cmocka_unit_test(damage_of_all_begins_anew),
        cmocka_unit_test(other_trainings_are_not_resumed),
        cmocka_unit_test(divergence_is_a_result),
        cmocka_unit_test(nothing_else_is_left),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
