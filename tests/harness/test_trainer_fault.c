/*
 * tests/harness/test_trainer_fault.c: a training killed, or starved of disk, at its k-th file
 * operation.
 *
 * Runs on one thread throughout: children are forked, and OpenMP's threads do not survive a fork.
 */
#include "tests/harness/course.h"

#include "base/dir.h"
#include "base/file.h"
#include "base/sysfault.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/* Strides are coprime to the operations of one checkpoint, so that every kind of call is met. */
enum { KILL_STRIDE = 11, FULL_STRIDE = 7, MAX_CALLS = 4000, EXIT_UNHARMED = 0 };

static Course whole;

/* Trains in a child that dies at its k-th file operation. False once k lies beyond all of them. */
static bool train_and_die(Course *course, long k)
{
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        Err err = {0};
        sysfault_arm(SYS_ANY_FILE, k, SYS_DIE, 0);
        _exit(course_run(course, &err) == ERR_NONE ? EXIT_UNHARMED : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        return true;
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_UNHARMED);
    return false;
}

/*
 * Killed before any of its file operations and run again: the same bits, and no half-written file.
 */
static void kills_at_every_operation_change_nothing(void **state)
{
    (void)state;
    int n_kills = 0;
    for (long k = 1; k < MAX_CALLS; k += KILL_STRIDE, n_kills++) {
        Course course;
        char name[32];
        Err err = {0};
        snprintf(name, sizeof name, "kill%ld", k);
        course_begin(&course, name, 1, NULL);
        const bool was_killed = train_and_die(&course, k);
        if (was_killed) {
            course_go(&course);
            assert_int_equal(course.n_warnings, 0);
            course_assert_same(&whole, &course);
        }
        assert_int_equal(dir_remove_tree(NULL, course.dir, &err), ERR_NONE);
        course_end(&course);
        if (!was_killed)
            break;
    }
    assert_true(n_kills > 10);
}

/* A disk that is full from the k-th write on: one error with the reason; with space again, the same
 * bits. */
static void full_disks_change_nothing(void **state)
{
    (void)state;
    int n_full = 0;
    for (long k = 1; k < MAX_CALLS; k += FULL_STRIDE, n_full++) {
        Course course;
        char name[32];
        Err err = {0};
        snprintf(name, sizeof name, "full%ld", k);
        course_begin(&course, name, 1, NULL);
        sysfault_arm(SYS_WRITE, k, SYS_FAIL_ALWAYS, ENOSPC);
        const ErrCode code = course_run(&course, &err);
        const bool was_full = sysfault_fired();
        sysfault_clear();
        assert_int_equal(code, was_full ? ERR_FULL : ERR_NONE);
        if (was_full) {
            assert_non_null(strstr(err.msg, strerror(ENOSPC)));
            course_go(&course);
            course_assert_same(&whole, &course);
        }
        Err ignored = {0};
        assert_int_equal(dir_remove_tree(NULL, course.dir, &ignored), ERR_NONE);
        course_end(&course);
        if (!was_full)
            break;
    }
    assert_true(n_full > 3);
}

/* Checkpoints in a course's folder. */
static size_t count_checkpoints(const Course *course)
{
    FileList list = {0};
    Err err = {0};
    size_t n = 0;
    assert_int_equal(file_list(course->dir, &list, &err), ERR_NONE);
    for (size_t i = 0; i < list.n_names; i++)
        n += strncmp(list.names[i], "checkpoint-", strlen("checkpoint-")) == 0;
    file_list_release(&list);
    return n;
}

/*
 * No descriptor is left from the k-th open on, when a training is to go on: an error, or another
 * checkpoint; never one less than before, and afterwards the same bits.
 */
static void what_cannot_be_opened_is_kept(void **state)
{
    (void)state;
    Course course;
    int n_refused = 0;
    course_begin(&course, "opens", 1, NULL);
    course.stop_after = 6;
    course_go(&course);
    assert_int_equal(count_checkpoints(&course), 2);
    for (long k = 1; k < MAX_CALLS; k++) {
        Err err = {0};
        course.stop_after = 1; /* as soon as it goes on */
        sysfault_arm(SYS_OPEN, k, SYS_FAIL_ALWAYS, EMFILE);
        const ErrCode code = course_run(&course, &err);
        const bool has_fired = sysfault_fired();
        sysfault_clear();
        assert_true(code == ERR_NONE || code == ERR_IO);
        assert_true(count_checkpoints(&course) >= 2);
        n_refused += code == ERR_IO;
        if (!has_fired)
            break;
    }
    assert_true(n_refused > 3);
    course.stop_after = 0;
    course_go(&course);
    course_assert_same(&whole, &course);
    course_end(&course);
}

static int setup(void **state)
{
    (void)state;
    if (course_base_create("test_trainer_fault") == NULL)
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kills_at_every_operation_change_nothing),
        cmocka_unit_test(full_disks_change_nothing),
        cmocka_unit_test(what_cannot_be_opened_is_kept),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
