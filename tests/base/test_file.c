/*
 * base/file: atomic writing under every fault, bounds, folders.
 *
 * Faults come from base/sysfault; each test asserts that its fault fired. Deaths happen in forked
 * children.
 */
#include "base/dir.h"
#include "base/file.h"
#include "base/sys.h"
#include "base/sysfault.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { OLD_BYTES = 3000, NEW_BYTES = 200000 }; /* the new content needs several writes */

static char *old_content, *new_content;
static char *original_folder;

static int make_scratch(void **state)
{
    (void)state;
    static char scratch[] = "file-test-XXXXXX";
    original_folder = getcwd(NULL, 0);
    if (mkdtemp(scratch) == NULL || chdir(scratch) != 0)
        return -1;
    *state = scratch;
    old_content = malloc(OLD_BYTES);
    new_content = malloc(NEW_BYTES);
    if (old_content == NULL || new_content == NULL)
        return -1;
    memset(old_content, 'o', OLD_BYTES);
    memset(new_content, 'n', NEW_BYTES);
    return 0;
}

static int remove_scratch(void **state)
{
    Err err;
    free(old_content);
    free(new_content);
    const int moved = chdir(original_folder);
    free(original_folder);
    return moved == 0 && dir_remove_tree(NULL, *state, &err) == ERR_NONE ? 0 : -1;
}

static bool holds(const char *path, const char *content, size_t n_bytes)
{
    Err err;
    char *data;
    size_t n;
    if (file_read(path, 1 << 20, &data, &n, &err) != ERR_NONE)
        return false;
    const bool is_equal = n == n_bytes && memcmp(data, content, n) == 0;
    mem_free(data);
    return is_equal;
}

static void write_old(const char *path)
{
    Err err;
    assert_int_equal(file_write(path, old_content, OLD_BYTES, &err), ERR_NONE);
}

/* Number of names in the current folder that look like temporary files. */
static size_t count_temporaries(void)
{
    Err err;
    FileList list;
    size_t n = 0;
    assert_int_equal(file_list(".", &list, &err), ERR_NONE);
    for (size_t i = 0; i < list.n_names; i++)
        n += strstr(list.names[i], ".tmp-") != NULL;
    file_list_release(&list);
    return n;
}

/* Writes in pieces, as checkpoints are. */
static ErrCode write_new(const char *path, Err *err)
{
    FileWriter *writer;
    TRY(file_writer_begin(&writer, path, err));
    for (size_t i = 0; i < NEW_BYTES; i += 40000)
        TRY(file_writer_put(writer, new_content + i, 40000, err));
    TRY(file_writer_commit(&writer, err));
    return ERR_NONE;
fail:
    file_writer_abort(&writer);
    return err->code;
}

/*
 * Property: whichever call fails, the error names the path, the old content is whole (or the new
 * one, once renamed), and no temporary file is left. The loop ends when the k-th call no longer
 * exists.
 */
static void every_failing_call_leaves_a_whole_file(void **state)
{
    (void)state;
    static const SysCallKind kinds[] = {SYS_OPEN,  SYS_WRITE,  SYS_FSYNC,
                                        SYS_CLOSE, SYS_RENAME, SYS_ALLOC};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        long n_fired = 0;
        for (long k = 1;; k++) {
            Err err = {0};
            write_old("target");
            sysfault_arm(kinds[i], k, SYS_FAIL, ENOSPC);
            const ErrCode code = write_new("target", &err);
            const bool has_fired = sysfault_fired();
            sysfault_clear();
            if (!has_fired) {
                assert_int_equal(code, ERR_NONE);
                break;
            }
            n_fired++;
            assert_int_equal(count_temporaries(), 0);
            assert_true(holds("target", old_content, OLD_BYTES) ||
                        holds("target", new_content, NEW_BYTES));
            /* Only a close for reading may fail unnoticed. */
            if (code == ERR_NONE) {
                assert_int_equal(kinds[i], SYS_CLOSE);
                assert_true(holds("target", new_content, NEW_BYTES));
            } else if (kinds[i] != SYS_ALLOC) {
                assert_non_null(strstr(err.msg, "target"));
                assert_non_null(strstr(err.msg, "No space left"));
            }
        }
        assert_true(n_fired >= 1);
    }
}

/*
 * Dies in a child at the k-th file call; true if the child was killed by the fault, false if it
 * finished.
 */
static bool die_at(long k, SysFaultAction action)
{
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        Err err;
        sysfault_arm(SYS_ANY_FILE, k, action, 0);
        _exit(write_new("target", &err) == ERR_NONE ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFSIGNALED(status)) {
        assert_int_equal(WTERMSIG(status), SIGKILL);
        return true;
    }
    assert_int_equal(WEXITSTATUS(status), 0);
    return false;
}

/*
 * Property: killed before, in the middle of, or after any call, the name shows old or new bytes in
 * full; both are seen. What the dead leave behind is swept, and only that.
 */
static void every_death_leaves_a_whole_file(void **state)
{
    (void)state;
    Err err;
    static const SysFaultAction actions[] = {SYS_DIE, SYS_SHORT_DIE, SYS_DIE_AFTER};
    for (size_t i = 0; i < ARRAY_LEN(actions); i++) {
        long n_old = 0, n_new = 0;
        write_old("target");
        for (long k = 1; die_at(k, actions[i]); k++) {
            const bool is_old = holds("target", old_content, OLD_BYTES);
            const bool is_new = holds("target", new_content, NEW_BYTES);
            assert_true(is_old || is_new);
            n_old += is_old;
            n_new += is_new;
            write_old("target");
        }
        assert_true(n_old >= 4 && n_new >= 1);
        assert_true(holds("target", new_content, NEW_BYTES)); /* the one that was not killed */
    }
    char alive[64];
    /* A store in the making leaves a journal; 2^22 + 1 is no process's number. */
    assert_int_equal(file_write("target.tmp-4194305-0-journal", "x", 1, &err), ERR_NONE);
    assert_int_equal(file_write("target.tmp-4194305-0-other", "x", 1, &err), ERR_NONE);
    snprintf(alive, sizeof alive, "target.tmp-%ld-7", (long)getpid());
    assert_int_equal(file_write(alive, "x", 1, &err), ERR_NONE);
    assert_true(count_temporaries() > 1);
    assert_int_equal(file_sweep_temporaries(".", &err), ERR_NONE);
    assert_false(file_exists("target.tmp-4194305-0-journal"));
    assert_true(file_exists("target.tmp-4194305-0-other")); /* not ours: what is it? */
    assert_int_equal(file_remove("target.tmp-4194305-0-other", &err), ERR_NONE);
    assert_int_equal(count_temporaries(), 1);
    assert_int_equal(file_remove(alive, &err), ERR_NONE);
}

/*
 * Property: fsync comes before rename, and the folder is synced after it; seen as the order of
 * calls at which a death leaves the old or the new file. Negative control: with the rename taken
 * away the new content never appears, so the tests above would fail.
 */
static void the_guards_are_seen_missing(void **state)
{
    (void)state;
    Err err;
    write_old("target");
    sysfault_arm(SYS_RENAME, 1, SYS_SKIP, 0);
    assert_int_equal(write_new("target", &err), ERR_NONE);
    assert_true(sysfault_fired());
    sysfault_clear();
    assert_false(holds("target", new_content, NEW_BYTES));
    assert_int_equal(file_sweep_temporaries(".", &err), ERR_NONE);
    /* Two syncs a write: the file's and the folder's. */
    sysfault_arm(SYS_FSYNC, 0, SYS_FAIL, 0);
    assert_int_equal(write_new("target", &err), ERR_NONE);
    assert_int_equal(sysfault_count(), 2);
    /* A failing first sync must come before the rename: the old file is still there. */
    write_old("target");
    sysfault_arm(SYS_FSYNC, 1, SYS_FAIL, EIO);
    assert_int_equal(write_new("target", &err), ERR_IO);
    sysfault_clear();
    assert_true(holds("target", old_content, OLD_BYTES));
    /* A failing second one after it. */
    sysfault_arm(SYS_FSYNC, 2, SYS_FAIL, EIO);
    assert_int_equal(write_new("target", &err), ERR_IO);
    sysfault_clear();
    assert_true(holds("target", new_content, NEW_BYTES));
    /* Writing in place, what the writer exists to avoid, shows half a file after the same fault. */
    write_old("target");
    const int fd = open("target", O_WRONLY | O_TRUNC);
    sysfault_arm(SYS_WRITE, 2, SYS_FAIL, ENOSPC);
    assert_int_equal(file_put_fd(fd, "target", new_content, NEW_BYTES / 2, &err), ERR_NONE);
    assert_int_equal(file_put_fd(fd, "target", new_content, NEW_BYTES / 2, &err), ERR_FULL);
    sysfault_clear();
    close(fd);
    assert_false(holds("target", old_content, OLD_BYTES) ||
                 holds("target", new_content, NEW_BYTES));
}

/*
 * Property: the entry of a new folder is synced, one that is there is not; a folder is moved aside
 * to the first number that is free.
 */
static void folders_are_durable_and_move_aside(void **state)
{
    (void)state;
    Err err = {0};
    char *moved = NULL;
    sysfault_arm(SYS_FSYNC, 0, SYS_FAIL, 0);
    assert_int_equal(file_make_dirs("new/below", &err), ERR_NONE);
    assert_int_equal(sysfault_count(), 2);
    sysfault_arm(SYS_FSYNC, 0, SYS_FAIL, 0);
    assert_int_equal(file_make_dirs("new/below", &err), ERR_NONE);
    assert_int_equal(sysfault_count(), 0);
    sysfault_clear();
    assert_int_equal(file_write("new.1", "mine", 4, &err), ERR_NONE);
    assert_int_equal(file_make_dirs("new.2", &err), ERR_NONE);
    assert_int_equal(file_move_aside("new/", &moved, &err), ERR_NONE);
    assert_string_equal(moved, "new.3");
    assert_false(file_exists("new"));
    assert_true(file_is_folder("new.3/below"));
    assert_true(file_exists("new.1") && file_is_folder("new.2"));
    mem_free(moved);
}

/* Property: short writes, short reads and EINTR are gone on with, not lost. */
static void interruptions_are_gone_on_with(void **state)
{
    (void)state;
    Err err;
    sysfault_arm(SYS_WRITE, 2, SYS_SHORT, 0);
    assert_int_equal(write_new("target", &err), ERR_NONE);
    assert_true(sysfault_fired());
    sysfault_arm(SYS_PREAD, 1, SYS_SHORT, 0);
    assert_true(holds("target", new_content, NEW_BYTES));
    assert_true(sysfault_fired());
    sysfault_arm(SYS_WRITE, 1, SYS_FAIL, EINTR);
    assert_int_equal(write_new("target", &err), ERR_NONE);
    assert_true(sysfault_fired());
    sysfault_arm(SYS_PREAD, 1, SYS_FAIL, EINTR);
    assert_true(holds("target", new_content, NEW_BYTES));
    assert_true(sysfault_fired());
    sysfault_clear();
}

/* Property: a full device is noticed on a plain descriptor, with the path and the reason. */
static void a_full_disk_is_noticed(void **state)
{
    (void)state;
    Err err;
    const int fd = open("/dev/full", O_WRONLY);
    if (fd < 0)
        skip();
    assert_int_equal(file_put_fd(fd, "standard output", "x", 1, &err), ERR_FULL);
    assert_non_null(strstr(err.msg, "'standard output'"));
    assert_non_null(strstr(err.msg, "No space left"));
    close(fd);
}

/* Property: what is no regular file is written in place, never replaced by one. */
static void devices_and_pipes_stay_what_they_are(void **state)
{
    (void)state;
    Err err = {0};
    struct stat facts;
    char seen[8] = {0};
    assert_int_equal(mkfifo("pipe", 0600), 0);
    const int reader = open("pipe", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    assert_true(reader >= 0);
    assert_int_equal(file_write("pipe", "through", 7, &err), ERR_NONE);
    assert_int_equal(read(reader, seen, sizeof seen), 7);
    assert_string_equal(seen, "through");
    close(reader);
    assert_int_equal(stat("pipe", &facts), 0);
    assert_true(S_ISFIFO(facts.st_mode));
    if (stat("/dev/full", &facts) != 0 || !S_ISCHR(facts.st_mode)) {
        print_message("SKIP: no /dev/full here\n");
        return;
    }
    assert_int_equal(file_write("/dev/full", "x", 1, &err), ERR_FULL);
    assert_non_null(strstr(err.msg, strerror(ENOSPC)));
    assert_int_equal(stat("/dev/full", &facts), 0);
    assert_true(S_ISCHR(facts.st_mode));
}

/*
 * Property: a regular file is replaced wherever it lies, also below /dev, so that nothing of a
 * longer one is left; what is open as /dev/fd/N is written where it leads.
 */
static void the_kind_of_file_decides_not_its_path(void **state)
{
    (void)state;
    Err err = {0};
    struct stat before, after;
    char name[64];
    snprintf(name, sizeof name, "/dev/shm/isoflop-test-%ld", (long)getpid());
    if (!file_is_folder("/dev/shm") || file_write(name, "longer than the next", 20, &err)) {
        print_message("SKIP: /dev/shm cannot be written here\n");
        return;
    }
    assert_int_equal(file_write(name, "short", 5, &err), ERR_NONE);
    assert_true(holds(name, "short", 5));
    const int fd = open(name, O_RDWR | O_CLOEXEC);
    assert_int_equal(fstat(fd, &before), 0);
    assert_int_equal(file_remove("alias", &err), ERR_NONE);
    char link_name[64];
    snprintf(link_name, sizeof link_name, "/dev/fd/%d", fd);
    assert_int_equal(symlink(link_name, "alias"), 0);
    assert_int_equal(file_write("alias", "by a name", 9, &err), ERR_NONE);
    assert_int_equal(stat(name, &after), 0);
    assert_true(file_is_link("alias") && before.st_ino == after.st_ino);
    assert_true(holds(name, "by a name", 9));
    close(fd);
    assert_int_equal(file_remove(name, &err), ERR_NONE);
    assert_int_equal(file_remove("alias", &err), ERR_NONE);
}

/* Property: temporary files that a dead process of our number left are in nobody's way. */
static void names_that_are_taken_are_passed_over(void **state)
{
    (void)state;
    Err err = {0};
    FileWriter *writer = NULL;
    FileList list = {0};
    long pid = 0;
    unsigned number = 0;
    const size_t n_before = count_temporaries();
    assert_int_equal(file_writer_begin(&writer, "taken", &err), ERR_NONE);
    assert_int_equal(file_list(".", &list, &err), ERR_NONE);
    for (size_t i = 0; i < list.n_names && pid == 0; i++)
        (void)!sscanf(list.names[i], "taken.tmp-%ld-%u", &pid, &number);
    file_list_release(&list);
    file_writer_abort(&writer);
    assert_int_equal(pid, getpid());
    for (unsigned next = number + 1; next < number + 4; next++) {
        char name[64];
        snprintf(name, sizeof name, "taken.tmp-%ld-%u", pid, next);
        close(open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    }
    assert_int_equal(file_write("taken", "x", 1, &err), ERR_NONE);
    assert_true(holds("taken", "x", 1));
    assert_int_equal(count_temporaries(), n_before + 3);
}

/* Property: what cannot be a file is said, what can be is left as it is, and nothing remains. */
static void targets_are_checked(void **state)
{
    (void)state;
    static const char *const never[] = {"folder", "folder/", "none/file", "kept/file", ""};
    Err err = {0};
    const size_t n_before = count_temporaries();
    assert_int_equal(file_make_dirs("folder", &err), ERR_NONE);
    assert_int_equal(file_write("kept", "x", 1, &err), ERR_NONE);
    for (size_t i = 0; i < ARRAY_LEN(never); i++) {
        err = (Err){0};
        assert_int_equal(file_check_target(never[i], &err), ERR_IO);
        assert_non_null(strstr(err.msg, never[i]));
    }
    err = (Err){0};
    assert_int_equal(file_check_target("kept", &err), ERR_NONE);
    assert_int_equal(file_check_target("folder/new", &err), ERR_NONE);
    assert_int_equal(file_check_target("/dev/null", &err), ERR_NONE);
    assert_true(holds("kept", "x", 1) && !file_exists("folder/new"));
    assert_int_equal(count_temporaries(), n_before);
}

/* Property: bounds, missing files and folders are said by name; an empty file reads and maps. */
static void reading_is_bounded(void **state)
{
    (void)state;
    Err err;
    char *data;
    size_t n;
    FileMap map;
    write_old("target");
    assert_int_equal(file_read("target", OLD_BYTES - 1, &data, &n, &err), ERR_DATA);
    assert_non_null(strstr(err.msg, "3000 bytes"));
    assert_int_equal(file_read("target", OLD_BYTES, &data, &n, &err), ERR_NONE);
    assert_int_equal(data[n], '\0');
    mem_free(data);
    assert_int_equal(file_read("missing", 10, &data, &n, &err), ERR_IO);
    assert_non_null(strstr(err.msg, "cannot open 'missing'"));
    assert_int_equal(file_read(".", 10, &data, &n, &err), ERR_DATA);
    assert_int_equal(file_map("target", &map, &err), ERR_NONE);
    assert_true(map.n_bytes == OLD_BYTES && memcmp(map.data, old_content, OLD_BYTES) == 0);
    file_unmap(&map);
    assert_int_equal(file_write("empty", "", 0, &err), ERR_NONE);
    assert_int_equal(file_map("empty", &map, &err), ERR_NONE);
    assert_true(map.data == NULL && map.n_bytes == 0);
    assert_true(holds("empty", "", 0));
    int fd;
    char piece[10];
    assert_int_equal(file_open_read("target", &fd, &err), ERR_NONE);
    assert_int_equal(file_read_at(fd, "target", piece, 10, OLD_BYTES - 5, &err), ERR_DATA);
    file_close_fd(fd);
    uint64_t size;
    assert_int_equal(file_size("target", &size, &err), ERR_NONE);
    assert_int_equal(size, OLD_BYTES);
}

/*
 * Property: folders are made with parents, listed bytewise, and removed whole without following
 * links.
 */
static void folders_are_made_and_removed(void **state)
{
    (void)state;
    Err err;
    FileList list;
    assert_int_equal(file_make_dirs("tree/a/b/", &err), ERR_NONE);
    assert_int_equal(file_make_dirs("tree/a", &err), ERR_NONE);
    assert_int_equal(file_write("tree/b", "x", 1, &err), ERR_NONE);
    assert_int_equal(file_write("tree/B", "x", 1, &err), ERR_NONE);
    assert_int_equal(file_make_dirs("outside", &err), ERR_NONE);
    assert_int_equal(file_write("outside/kept", "x", 1, &err), ERR_NONE);
    assert_int_equal(symlink("../outside", "tree/link"), 0);
    assert_int_equal(file_list("tree", &list, &err), ERR_NONE);
    assert_int_equal(list.n_names, 4);
    static const char *const expected[] = {"B", "a", "b", "link"};
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(list.names[i], expected[i]);
    file_list_release(&list);
    assert_int_equal(file_make_dirs("tree/b/c", &err), ERR_IO);
    assert_true(file_is_folder("tree/link"));
    assert_true(file_is_link("tree/link") && !file_is_link("tree/a") && !file_is_link("tree/none"));
    assert_int_equal(dir_remove_tree(NULL, "tree", &err), ERR_NONE);
    assert_false(file_exists("tree"));
    assert_true(file_exists("outside/kept"));
    assert_int_equal(dir_remove_tree(NULL, "tree", &err), ERR_NONE);
    assert_int_equal(file_list("tree", &list, &err), ERR_IO);
    assert_int_equal(file_rename("outside", "moved", &err), ERR_NONE);
    assert_true(file_exists("moved/kept"));
    assert_int_equal(file_rename("outside", "moved", &err), ERR_IO);
}

static void check_path(char *path, const char *expected)
{
    assert_string_equal(path, expected);
    mem_free(path);
}

/* Property: paths are joined and split as text. */
static void paths_are_joined(void **state)
{
    (void)state;
    check_path(file_join("a", "b"), "a/b");
    check_path(file_join("a/", "b"), "a/b");
    check_path(file_join("", "b"), "b");
    check_path(file_join("a", "/b"), "/b");
    check_path(file_folder("a/b/c"), "a/b");
    check_path(file_folder("c"), ".");
    check_path(file_folder("/c"), "/");
    assert_string_equal(file_name("a/b.txt"), "b.txt");
    assert_string_equal(file_name("b.txt"), "b.txt");
}

/*
 * Property: a path as it reads from another file's folder leads to the same file; one that is
 * absolute, or read from here, stays as it is.
 */
static void paths_are_seen_from_elsewhere(void **state)
{
    (void)state;
    static const struct {
        const char *path, *from, *expected;
    } cases[] = {
        {"rel/a/x", "rel/b/y", "../a/x"},
        {"rel/a/x", "rel/a/y", "x"},
        {"rel/a/x", "rel/y", "a/x"},
        {"rel/a/x", "rel/a/b/y", "../x"},
        {"rel/a/x", "y", "rel/a/x"},
        {"rel/ab/x", "rel/a/y", "../ab/x"},
        {"rel/a/x", "rel/ab/y", "../a/x"},
        {"/dev/null", "rel/a/y", "/dev/null"},
        {"./rel/a/../a/x", "rel/b/y", "../a/x"},
    };
    Err err = {0};
    char *path = NULL;
    assert_int_equal(file_make_dirs("rel/a/b", &err), ERR_NONE);
    assert_int_equal(file_make_dirs("rel/b", &err), ERR_NONE);
    assert_int_equal(file_make_dirs("rel/ab", &err), ERR_NONE);
    assert_int_equal(file_write("rel/a/x", "", 0, &err), ERR_NONE);
    assert_int_equal(file_write("rel/ab/x", "", 0, &err), ERR_NONE);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(file_relative(&path, cases[i].path, cases[i].from, &err), ERR_NONE);
        assert_string_equal(path, cases[i].expected);
        mem_free(path);
    }
    assert_int_equal(file_relative(&path, "rel/none", "rel/a/y", &err), ERR_IO);
    assert_int_equal(file_relative(&path, "rel/a/x", "rel/none/y", &err), ERR_IO);
    assert_int_equal(dir_remove_tree(NULL, "rel", &err), ERR_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_failing_call_leaves_a_whole_file),
        cmocka_unit_test(every_death_leaves_a_whole_file),
        cmocka_unit_test(the_guards_are_seen_missing),
        cmocka_unit_test(folders_are_durable_and_move_aside),
        cmocka_unit_test(interruptions_are_gone_on_with),
        cmocka_unit_test(a_full_disk_is_noticed),
        cmocka_unit_test(reading_is_bounded),
        cmocka_unit_test(devices_and_pipes_stay_what_they_are),
        cmocka_unit_test(the_kind_of_file_decides_not_its_path),
        cmocka_unit_test(folders_are_made_and_removed),
        cmocka_unit_test(paths_are_joined),
        cmocka_unit_test(paths_are_seen_from_elsewhere),
        cmocka_unit_test(names_that_are_taken_are_passed_over),
        cmocka_unit_test(targets_are_checked),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
