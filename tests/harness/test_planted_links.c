/*
 * tests/harness/test_planted_links.c: links that somebody plants in a study's folder while it runs,
 * after the look that a run takes at its start: the run ends or goes on beside them, names them,
 * and what they lead to is left as it is.
 */
#include "tests/harness/faultrun.h"
#include "tests/harness/micro.h"

#include "base/dir.h"
#include "base/file.h"
#include "base/sys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PATH_BYTES = 256, N_TRIALS = 3 };

/*
 * A link, and what is there before it in the study's folder: "%d" stands for each trial, one of
 * which runs.
 */
typedef struct Case {
    const char *folder; /* made first, or NULL */
    const char *name;
    bool to_file;    /* leads to the victim's file, else to its folder */
    bool is_refused; /* the run ends; else another attempt does the work */
} Case;

static const Case *planting;
static char *out, *victim, *precious;

/* A case's name with a trial's number. */
static void put_path(char path[PATH_BYTES], const char *pattern, int trial)
{
    const char *number = strstr(pattern, "%d");
    const int n = number != NULL ? (int)(number - pattern) : (int)strlen(pattern);
    if (number != NULL)
        snprintf(path, PATH_BYTES, "%s/%.*s%06d%s", out, n, pattern, trial, number + 2);
    else
        snprintf(path, PATH_BYTES, "%s/%s", out, pattern);
}

/* In the child, once all is planned: the run has looked for links already. */
static void plant(void *user, const Plan *plan, const RunProgress *progress, double seconds)
{
    char path[PATH_BYTES];
    Err err = {0};
    (void)user;
    (void)plan;
    (void)progress;
    (void)seconds;
    const int n = strstr(planting->name, "%d") != NULL ? N_TRIALS : 1;
    for (int trial = 1; trial <= n; trial++) {
        if (planting->folder != NULL) {
            put_path(path, planting->folder, trial);
            if (file_make_dirs(path, &err) != ERR_NONE)
                _exit(99);
        }
        put_path(path, planting->name, trial);
        if (symlink(planting->to_file ? precious : victim, path) != 0)
            _exit(99);
    }
}

static void assert_victim_whole(void)
{
    FileList list = {0};
    Err err = {0};
    char *data = NULL;
    size_t n = 0;
    assert_int_equal(file_list(victim, &list, &err), ERR_NONE);
    assert_int_equal(list.n_names, 1);
    file_list_release(&list);
    assert_int_equal(file_read(precious, PATH_BYTES, &data, &n, &err), ERR_NONE);
    assert_string_equal(data, "precious");
    mem_free(data);
}

static void links_planted_in_a_run_are_refused(void **state)
{
    (void)state;
    static const Case cases[] = {
        {NULL, "trials", false, true},
        {"trials", "trials/%d", false, true},
        {"trials/%d", "trials/%d/a1", false, true},
        {"trials/%d", "trials/%d/weights.safetensors", true, true},
        {"trials/%d", "trials/%d/best.safetensors", true, true},
        {"trials/%d/a1", "trials/%d/a1/best-000001.safetensors", true, false},
        {"trials/%d/a1", "trials/%d/a1/checkpoint-0000000003.safetensors", true, false},
        {"trials/%d/a1", "trials/%d/a1/weights.safetensors", true, false},
        {"trials/%d/a1", "trials/%d/a1/best.safetensors", true, false},
    };
    Err err = {0};
    victim = micro_path("victim");
    precious = micro_path("victim/precious");
    assert_int_equal(file_make_dirs(victim, &err), ERR_NONE);
    assert_int_equal(file_write(precious, "precious", strlen("precious"), &err), ERR_NONE);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Text said = {0}, named = {0};
        planting = &cases[i];
        out = micro_path("planted");
        const FaultRun run = {.settings = {.out = out, .jobs = 1, .only = "curves"},
                              .callbacks = {.planned = plant}};
        const int status = faultrun(&run, &said);
        const char *number = strstr(planting->name, "%d");
        text_printf(&named, "%s' is a link", number != NULL ? number + 2 : planting->name);
        micro_assert_said(&said, text_string(&named));
        assert_int_equal(status, planting->is_refused ? 1 : 0);
        if (!planting->is_refused)
            assert_int_equal(micro_count(out, "SELECT 1 FROM finished"), 1);
        assert_victim_whole();
        assert_int_equal(dir_remove_tree(NULL, out, &err), ERR_NONE);
        text_release(&said);
        text_release(&named);
        mem_free(out);
    }
    mem_free(victim);
    mem_free(precious);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(links_planted_in_a_run_are_refused),
    };
    return faultrun_main(argc, argv, tests, ARRAY_LEN(tests));
}
