/* tests/harness/course.c: the micro training shared by the trainer's tests. */
#include "tests/harness/course.h"

#include "base/dir.h"
#include "base/file.h"
#include "base/sys.h"
#include "models/resolve.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

static char base[64]; /* the folder of all courses of a test */

const char *course_base_create(const char *name)
{
    snprintf(base, sizeof base, "%s_XXXXXX", name);
    return mkdtemp(base) != NULL && setenv("ISOFLOP_CACHE", base, 1) == 0 ? base : NULL;
}

bool course_base_remove(void)
{
    Err err = {0};
    return dir_remove_tree(NULL, base, &err) == ERR_NONE;
}

static void hear_epoch(void *user, const Epoch *epoch)
{
    Course *course = user;
    course->epochs[epoch->epoch - 1] = *epoch;
    course->n_epochs = (int)epoch->epoch;
}

static void hear_warning(void *user, const char *message)
{
    (void)message;
    ((Course *)user)->n_warnings++;
}

static bool should_stop(void *user)
{
    Course *course = user;
    return ++course->n_batches == course->stop_after;
}

void course_begin(Course *course, const char *name, int threads, const char *set)
{
    const char *const sets[] = {"data.train=72",   "data.val=30",
                                "data.test=30",    "recipe.epochs=3",
                                "recipe.batch=16", set != NULL ? set : "recipe.lr=0.02"};
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

ErrCode course_run(Course *course, Err *err)
{
    const char *folders[] = {course->dir};
    const TrainCallbacks callbacks = {
        .user = course, .epoch = hear_epoch, .warning = hear_warning, .should_stop = should_stop};
    course->job.resume = folders;
    course->job.n_resume = 1;
    course->n_batches = 0;
    return trainer_run(&course->job, &callbacks, &course->report, err);
}

void course_go(Course *course)
{
    Err err = {0};
    if (course_run(course, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
}

void course_end(Course *course)
{
    network_release(&course->network);
    study_destroy(&course->study);
}

static char *read(const Course *course, const char *name, size_t *n)
{
    char *path = file_join(course->dir, name), *data = NULL;
    Err err = {0};
    if (file_read(path, COURSE_MAX_BYTES, &data, n, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    mem_free(path);
    return data;
}

void course_assert_same(const Course *a, const Course *b)
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
