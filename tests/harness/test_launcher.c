/*
 * tests/harness/test_launcher.c: workers behind a launcher, which chats, starts two, is late, and
 * brings them up elsewhere; test_launcher_ends.c: one that ends badly. Slurm itself: tests/cluster.
 */
#include "tests/harness/launched.h"

#include "base/cpu.h"
#include "base/file.h"
#include "base/rng.h"
#include "base/sys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <stdio.h>

/*
 * The worker's own words are the attempt's environment: its kernels, its cores and, where one may
 * change it, its host. Words are split as a shell does; more jobs than cores are taken.
 */
static void a_worker_says_who_it_is(void **state)
{
    (void)state;
    static const char named[] = "env ISOFLOP_CPU=generic taskset -c 0 sh -c "
                                "'test \"$1\" = \"two words\" && shift && exec \"$@\"' it's\\ sh "
                                "two\\ words";
    static const char quoted[] = "env ISOFLOP_CPU=generic taskset -c 0 sh -c "
                                 "'test \"$1\" = \"two words\" && shift && exec \"$@\"' "
                                 "\"it's sh\" two\\ words";
    const char *const half[] = {"--launcher", named, NULL};
    char *out = micro_path("words");
    Text said = {0};
    assert_int_equal(micro_run(out, half, &said), 2);
    micro_assert_said(&said, "option '--launcher': a quote (') is not closed");
    assert_false(file_exists(out));
    launched_run(out, quoted, "9", NULL);
    assert_int_equal(micro_count(out, "SELECT * FROM environment"), 1);
    assert_int_equal(micro_count(out, "SELECT * FROM environment WHERE kernels = 'generic' AND "
                                      "cpu LIKE '%, 1 core'"),
                     1);
    assert_int_equal(micro_count(out, "SELECT * FROM attempt WHERE threads <> 1"), 0);
    text_release(&said);
    mem_free(out);
}

/* --cpu is for all of them; without it each has its own best, whatever ours is. */
static void a_level_is_passed_on_only_if_asked_for(void **state)
{
    (void)state;
    static const char *const asked[] = {"--launcher", "env",    "--cpu", "generic",
                                        "--only",     "curves", NULL};
    char *out = micro_path("level");
    assert_int_equal(micro_run(out, asked, NULL), 0);
    assert_int_equal(micro_count(out, "SELECT * FROM environment WHERE kernels <> 'generic'"), 0);
    mem_free(out);
}

/* Threads are shared by all jobs, and none has more than its cores. */
static void threads_are_shared(void **state)
{
    (void)state;
    static const struct {
        const char *launcher, *threads, *of;
    } cases[] = {{"env", "4", "SELECT * FROM attempt WHERE threads <> 2"},
                 {"taskset -c 0", "4", "SELECT * FROM attempt WHERE threads <> 1"},
                 {"env", "1", "SELECT * FROM attempt WHERE threads <> 1"}};
    for (size_t i = cpu_available_threads() < 2; i < ARRAY_LEN(cases); i++) {
        char name[32];
        snprintf(name, sizeof name, "threads-%d", (int)i);
        const char *const more[] = {"--launcher", cases[i].launcher, "--threads", cases[i].threads,
                                    "--only",     "curves",          NULL};
        char *out = micro_path(name);
        assert_int_equal(micro_run(out, more, NULL), 0);
        assert_int_equal(micro_count(out, cases[i].of), 0);
        mem_free(out);
    }
}

/* On another host, from another folder. */
static void a_worker_may_be_elsewhere(void **state)
{
    (void)state;
    static const char script[] =
        "exec unshare --uts sh -c 'hostname elsewhere; cd /; exec \"$@\"' sh \"$@\"\n";
    const char *argv[] = {"unshare", "--uts", "hostname", "elsewhere", NULL};
    const ProcOptions options = {.argv = argv, .output = PROC_NULL, .error = PROC_NULL};
    const ProcRun run = {.max_bytes = MAX_OUTPUT, .timeout_ns = END_TIMEOUT_S * SECOND};
    Proc proc = {0};
    Err err = {0};
    if (proc_run(&proc, &options, &run, &err) != ERR_NONE || proc.exit_status != 0) {
        print_message("SKIP: a host's name cannot be changed here\n");
        skip();
    }
    launched_script("elsewhere", script, "2", NULL);
    assert_int_equal(
        launched_count("elsewhere", "SELECT * FROM environment WHERE host <> 'elsewhere'"), 0);
    assert_int_equal(launched_count("elsewhere", "SELECT * FROM run WHERE host <> 'elsewhere'"), 1);
}

/* Lines of its own, and half a line right before the worker's first, are passed over; few are told.
 */
static void a_launcher_may_chat(void **state)
{
    (void)state;
    static const char script[] = "for i in 1 2 3 4 5 6 7 8 9; do echo chat $i; done\n"
                                 "echo '{\"event\":\"done\",\"trial\":1,\"attempt\":1}'\n"
                                 "printf 'Loading modules ...'\nexec \"$@\"\n";
    Text said = {0};
    launched_script("chats", script, "2", &said);
    micro_assert_said(&said, "line of its process ignored: chat 3");
    assert_null(strstr(text_string(&said), "chat 4"));
    assert_int_equal(launched_count("chats", UNFINISHED), 0);
    text_release(&said);
}

/* A worker of an older build does not say its processor time: its results count. */
static void an_older_worker_counts(void **state)
{
    (void)state;
    static const char script[] = "\"$@\" | sed -u 's/, *\"processor_s\": *[^,}]*//'\n";
    launched_script("older", script, "2", NULL);
    assert_int_equal(launched_count("older", UNFINISHED), 0);
    assert_int_equal(
        launched_count("older", "SELECT * FROM attempt_end WHERE detail LIKE '%of processors'"), 0);
}

/* Two processes with one input, and two of which one has none: one of them trains. */
static void of_two_processes_one_trains(void **state)
{
    (void)state;
    static const char both[] = "mkfifo \"$0.$$\"\n\"$@\" <\"$0.$$\" &\n"
                               "tee \"$0.$$\" | \"$@\"\nwait\n";
    static const char one[] = "\"$@\" </dev/null &\n\"$@\"\nwait\n";
    launched_script("both", both, "2", NULL);
    assert_int_equal(launched_count("both", UNFINISHED), 0);
    launched_script("one", one, "2", NULL);
    assert_int_equal(launched_count("one", UNFINISHED), 0);
}

/*
 * The third process says hello only after the grid is decided and the plan read anew: its trial is
 * running all the same, and begun once.
 */
static void a_late_worker_has_its_trial(void **state)
{
    (void)state;
    static const char script[] = "mkdir \"$0.1\" 2>/dev/null && exec \"$@\"\n"
                                 "mkdir \"$0.2\" 2>/dev/null && sleep 0.5 && exec \"$@\"\n"
                                 "mkdir \"$0.3\" 2>/dev/null && sleep 2\n"
                                 "exec \"$@\"\n";
    launched_script("late", script, "2", NULL);
    assert_int_equal(launched_count("late", "SELECT * FROM attempt"),
                     launched_count("late", "SELECT * FROM trial"));
}

/* A picture of noise, as BMP. */
static void put_picture(const char *name, uint64_t index)
{
    enum { SIDE = 32, HEAD = 54, BYTES = SIDE * SIDE * 3 };
    static const uint8_t head[HEAD] = {'B', 'M', 0, 0,    0, 0, 0, 0,    0, 0, 54, 0, 0, 0, 40,
                                       0,   0,   0, SIDE, 0, 0, 0, SIDE, 0, 0, 0,  1, 0, 24};
    uint8_t file[HEAD + BYTES];
    Rng rng = rng_start(index, RNG_INIT, 0, 0);
    memcpy(file, head, HEAD);
    for (int i = 0; i < BYTES; i++)
        file[HEAD + i] = (uint8_t)rng_below(&rng, 256);
    char *path = micro_path(name), *folder = file_folder(path);
    Err err = {0};
    if (file_make_dirs(folder, &err) != ERR_NONE ||
        file_write(path, file, sizeof file, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    mem_free(folder);
    mem_free(path);
}

/*
 * A folder of images, by a path from here: workers in another folder that share our cache find them
 * decoded, those that have another cache make them there; the same bits.
 */
static void images_are_found_or_made(void **state)
{
    (void)state;
    enum { N_CLASSES = 2, N_IMAGES = 24 };
    for (uint64_t i = 0; i < N_CLASSES * N_IMAGES; i++) {
        char name[64];
        snprintf(name, sizeof name, "set/%s/%02d.bmp", i % N_CLASSES ? "a" : "b", (int)i);
        put_picture(name, i);
    }
    Text made = {0}, data = {0}, expected = {0}, found = {0};
    text_printf(&made, "env ISOFLOP_CACHE=%s/made", micro.base);
    text_printf(&data, "data={name: own, path: %s/set, train: 32, val: 8, test: 8}", micro.base);
    static const char *const folders[] = {"images", "images-found", "images-made"};
    const char *const launchers[] = {NULL, "sh -c 'cd /; exec \"$@\"' sh", text_string(&made)};
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        char *out = micro_path(folders[i]);
        Text *text = i == 0 ? &expected : &found;
        const char *const more[] = {"--set",
                                    text_string(&data),
                                    "--only",
                                    "curves",
                                    launchers[i] != NULL ? "--launcher" : NULL,
                                    launchers[i],
                                    NULL};
        assert_int_equal(micro_run(out, more, NULL), 0);
        text_clear(text);
        micro_dump(out, text);
        assert_string_equal(text_string(text), text_string(&expected));
        mem_free(out);
    }
    char *cache = micro_path("made");
    FileList list = {0};
    Err err = {0};
    assert_int_equal(file_list(cache, &list, &err), ERR_NONE);
    assert_true(list.n_names > 0);
    file_list_release(&list);
    mem_free(cache);
    text_release(&made);
    text_release(&data);
    text_release(&expected);
    text_release(&found);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_worker_says_who_it_is),
        cmocka_unit_test(a_level_is_passed_on_only_if_asked_for),
        cmocka_unit_test(threads_are_shared),
        cmocka_unit_test(a_worker_may_be_elsewhere),
        cmocka_unit_test(a_launcher_may_chat),
        cmocka_unit_test(an_older_worker_counts),
        cmocka_unit_test(of_two_processes_one_trains),
        cmocka_unit_test(a_late_worker_has_its_trial),
        cmocka_unit_test(images_are_found_or_made),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, micro_setup, micro_teardown);
}
