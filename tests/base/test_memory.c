/* Memory: what control groups leave, and figures of this machine that can be true. */
#include "base/memory.h"

#include "base/dir.h"
#include "base/file.h"
#include "base/sys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void put(const char *path, const char *text)
{
    Err err = {0};
    char *folder = file_folder(path);
    assert_non_null(folder);
    assert_int_equal(file_make_dirs(folder, &err), ERR_NONE);
    assert_int_equal(file_write(path, text, strlen(text), &err), ERR_NONE);
    mem_free(folder);
}

/* The least limit on the way up holds, and what is left is counted where it is least. */
static void test_version_2(void **state)
{
    (void)state;
    uint64_t limit;
    put("memorygroup/self", "0::/outer/inner\n");
    put("memorygroup/mount/outer/memory.max", "3000\n");
    put("memorygroup/mount/outer/memory.current", "2900\n");
    put("memorygroup/mount/outer/inner/memory.max", "2000\n");
    put("memorygroup/mount/outer/inner/memory.current", "500\n");
    assert_int_equal(memory_cgroup_room("memorygroup/self", "memorygroup/mount", &limit), 100);
    assert_int_equal(limit, 2000);
    put("memorygroup/mount/outer/memory.max", "max\n");
    assert_int_equal(memory_cgroup_room("memorygroup/self", "memorygroup/mount", &limit), 1500);
    put("memorygroup/mount/outer/inner/memory.max", "max\n");
    assert_true(memory_cgroup_room("memorygroup/self", "memorygroup/mount", &limit) == UINT64_MAX);
    assert_true(limit == UINT64_MAX);
}

/* Version 1 calls no limit a very large number. */
static void test_version_1(void **state)
{
    (void)state;
    uint64_t limit;
    put("memorygroup/self", "3:cpu:/x\n2:memory:/y\n");
    put("memorygroup/mount/memory/y/memory.limit_in_bytes", "4000\n");
    put("memorygroup/mount/memory/y/memory.usage_in_bytes", "5000\n");
    assert_int_equal(memory_cgroup_room("memorygroup/self", "memorygroup/mount", &limit), 0);
    assert_int_equal(limit, 4000);
    put("memorygroup/mount/memory/y/memory.limit_in_bytes", "9223372036854771712\n");
    assert_true(memory_cgroup_room("memorygroup/self", "memorygroup/mount", &limit) == UINT64_MAX);
}

/* Where they are known at all, what is free is part of what may be used. */
static void test_this_machine(void **state)
{
    (void)state;
    assert_true(memory_limit() == 0 || memory_free() <= memory_limit());
}

static int remove_groups(void **state)
{
    (void)state;
    Err err = {0};
    return dir_remove_tree(NULL, "memorygroup", &err) == ERR_NONE ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_version_2),
                                       cmocka_unit_test(test_version_1),
                                       cmocka_unit_test(test_this_machine)};
    return cmocka_run_group_tests(tests, NULL, remove_groups);
}
