/* tests/harness/launched.c: the micro study behind a launcher. */
#include "tests/harness/launched.h"

#include "base/sys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define ALL_DONE "SELECT * FROM trial WHERE status <> 'done'"

void launched_run(const char *out, const char *launcher, const char *jobs, Text *said)
{
    const char *const more[] = {"--launcher", launcher, "--jobs", jobs, NULL};
    assert_int_equal(micro_run(out, more, said), 0);
    micro_assert_as_expected(out);
    assert_int_equal(micro_count(out, ALL_DONE), 0);
}

void launched_script(const char *name, const char *script, const char *jobs, Text *said)
{
    Text launcher = {0};
    char *out = micro_path(name), *path = micro_launcher(name, script, &launcher);
    Text folder = {0};
    text_printf(&folder, "%s.run", out);
    launched_run(text_string(&folder), text_string(&launcher), jobs, said);
    text_release(&folder);
    text_release(&launcher);
    mem_free(path);
    mem_free(out);
}

size_t launched_count(const char *name, const char *sql)
{
    Text folder = {0};
    char *out = micro_path(name);
    text_printf(&folder, "%s.run", out);
    const size_t n = micro_count(text_string(&folder), sql);
    text_release(&folder);
    mem_free(out);
    return n;
}
