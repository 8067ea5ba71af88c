/* base/file_lock: who has it, who has not, and file systems without locks. */
#include "base/dir.h"
#include "base/file.h"
#include "base/sys.h"
#include "base/sysfault.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static char *original_folder;

static int make_scratch(void **state)
{
    static char scratch[] = "lock-test-XXXXXX";
    original_folder = getcwd(NULL, 0);
    if (mkdtemp(scratch) == NULL || chdir(scratch) != 0)
        return -1;
    *state = scratch;
    return 0;
}

static int remove_scratch(void **state)
{
    Err err;
    const int moved = chdir(original_folder);
    free(original_folder);
    return moved == 0 && dir_remove_tree(NULL, *state, &err) == ERR_NONE ? 0 : -1;
}

/*
 * Property: a lock excludes others (in this process too), says who holds it, and ends with its
 * holder's death.
 */
static void locks_exclude_and_die_with_their_holder(void **state)
{
    (void)state;
    Err err;
    FileLock *lock, *second;
    bool is_held = true;
    char *holder;
    assert_int_equal(file_lock_holder("none.lock", &is_held, &holder, &err), ERR_NONE);
    assert_false(is_held || file_exists("none.lock"));
    assert_int_equal(file_lock(&lock, "study.lock", "pid 12 on here", &err), ERR_NONE);
    assert_int_equal(file_lock(&second, "study.lock", "other", &err), ERR_BUSY);
    assert_null(second);
    assert_non_null(strstr(err.msg, "pid 12 on here"));
    assert_int_equal(file_lock_holder("study.lock", &is_held, &holder, &err), ERR_NONE);
    assert_true(is_held);
    assert_string_equal(holder, "pid 12 on here");
    mem_free(holder);
    file_unlock(&lock);
    file_unlock(&lock);
    assert_int_equal(file_lock_holder("study.lock", &is_held, NULL, &err), ERR_NONE);
    assert_false(is_held);
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    const pid_t pid = fork();
    if (pid == 0) {
        const ErrCode code = file_lock(&lock, "study.lock", "child", &err);
        if (write(ready[1], code == ERR_NONE ? "y" : "n", 1) == 1)
            pause();
        _exit(1);
    }
    char answer = 0;
    assert_int_equal(read(ready[0], &answer, 1), 1);
    assert_int_equal(answer, 'y');
    assert_int_equal(file_lock(&lock, "study.lock", "x", &err), ERR_BUSY);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    assert_int_equal(file_lock(&lock, "study.lock", "x", &err), ERR_NONE);
    file_unlock(&lock);
    close(ready[0]);
    close(ready[1]);
}

/* Property: a file system that refuses locks is not a process that holds one, whatever it says. */
static void a_refusal_is_no_holder(void **state)
{
    (void)state;
    static const int errors[] = {EAGAIN, EACCES, ENOLCK, EOPNOTSUPP};
    for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
        Err err = {0};
        FileLock *lock;
        sysfault_arm(SYS_LOCK, 1, SYS_FAIL_ALWAYS, errors[i]);
        assert_int_equal(file_lock(&lock, "refused.lock", "us", &err), ERR_IO);
        assert_true(sysfault_fired());
        sysfault_clear();
        assert_null(lock);
        assert_null(strstr(err.msg, "held"));
        assert_non_null(strstr(err.msg, strerror(errors[i])));
    }
}

/* Property: whoever let go between our two looks does not keep us from the lock. */
static void a_lock_let_go_is_taken(void **state)
{
    (void)state;
    Err err = {0};
    FileLock *lock;
    sysfault_arm(SYS_LOCK, 1, SYS_FAIL, EAGAIN);
    assert_int_equal(file_lock(&lock, "free.lock", "us", &err), ERR_NONE);
    assert_true(sysfault_fired());
    sysfault_clear();
    file_unlock(&lock);
}

/* Property: a link in a lock's place is refused by name, and what it leads to keeps its bytes. */
static void a_link_is_not_written_through(void **state)
{
    (void)state;
    Err err = {0};
    FileLock *lock;
    bool is_held = false;
    char *bytes = NULL;
    size_t n_bytes = 0;
    assert_int_equal(file_write("victim", "precious", 8, &err), ERR_NONE);
    assert_int_equal(symlink("victim", "link.lock"), 0);
    assert_int_equal(file_lock(&lock, "link.lock", "us", &err), ERR_IO);
    assert_non_null(strstr(err.msg, "'link.lock' is a link"));
    assert_int_equal(file_lock_holder("link.lock", &is_held, NULL, &err), ERR_IO);
    assert_int_equal(file_read("victim", 100, &bytes, &n_bytes, &err), ERR_NONE);
    assert_string_equal(bytes, "precious");
    mem_free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(locks_exclude_and_die_with_their_holder),
        cmocka_unit_test(a_refusal_is_no_holder),
        cmocka_unit_test(a_lock_let_go_is_taken),
        cmocka_unit_test(a_link_is_not_written_through),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
