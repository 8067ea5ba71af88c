/*
 * tests/harness/test_launcher.c: workers behind a launcher, which chats, dies, waits, starts two,
 * leaves one behind, and brings them up elsewhere. Slurm itself: tests/cluster.
 */
#include "tests/harness/micro.h"

#include "base/clock.h"
#include "base/cpu.h"
#include "base/file.h"
#include "base/rng.h"
#include "base/sys.h"
#include "results/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>

#define ALL_DONE "SELECT * FROM trial WHERE status <> 'done'"
#define COUNTED "SELECT * FROM attempt_end WHERE is_counted"
#define UNFINISHED "SELECT * FROM attempt_end WHERE reason <> 'done'"

/* Runs the micro study behind `launcher` to status 0 and the bits of a run without one. */
static void run_launched(const char *out, const char *launcher, const char *jobs, Text *said)
{
    const char *const more[] = {"--launcher", launcher, "--jobs", jobs, NULL};
    assert_int_equal(micro_run(out, more, said), 0);
    micro_assert_as_expected(out);
    assert_int_equal(micro_count(out, ALL_DONE), 0);
}

/* The same behind a script. */
static void run_scripted(const char *name, const char *script, const char *jobs, Text *said)
{
    Text launcher = {0};
    char *out = micro_path(name), *path = micro_launcher(name, script, &launcher);
    Text folder = {0};
    text_printf(&folder, "%s.run", out);
    run_launched(text_string(&folder), text_string(&launcher), jobs, said);
    text_release(&folder);
    text_release(&launcher);
    mem_free(path);
    mem_free(out);
}

/* What a script's run left. */
static size_t count_of(const char *name, const char *sql)
{
    Text folder = {0};
    char *out = micro_path(name);
    text_printf(&folder, "%s.run", out);
    const size_t n = micro_count(text_string(&folder), sql);
    text_release(&folder);
    mem_free(out);
    return n;
}

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
    run_launched(out, quoted, "9", NULL);
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
    run_scripted("elsewhere", script, "2", NULL);
    assert_int_equal(count_of("elsewhere", "SELECT * FROM environment WHERE host <> 'elsewhere'"),
                     0);
    assert_int_equal(count_of("elsewhere", "SELECT * FROM run WHERE host <> 'elsewhere'"), 1);
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
    run_scripted("chats", script, "2", &said);
    micro_assert_said(&said, "line of its process ignored: chat 3");
    assert_null(strstr(text_string(&said), "chat 4"));
    assert_int_equal(count_of("chats", UNFINISHED), 0);
    text_release(&said);
}

/* Two processes with one input, and two of which one has none: one of them trains. */
static void of_two_processes_one_trains(void **state)
{
    (void)state;
    static const char both[] = "mkfifo \"$0.$$\"\n\"$@\" <\"$0.$$\" &\n"
                               "tee \"$0.$$\" | \"$@\"\nwait\n";
    static const char one[] = "\"$@\" </dev/null &\n\"$@\"\nwait\n";
    run_scripted("both", both, "2", NULL);
    assert_int_equal(count_of("both", UNFINISHED), 0);
    run_scripted("one", one, "2", NULL);
    assert_int_equal(count_of("one", UNFINISHED), 0);
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
    run_scripted("late", script, "2", NULL);
    assert_int_equal(count_of("late", "SELECT * FROM attempt"),
                     count_of("late", "SELECT * FROM trial"));
}

/*
 * A launcher that dies while its worker lives on, deaf and unheard: the trial is begun anew in a
 * folder of its own, and whatever the old one still writes changes nothing.
 */
static void an_orphan_changes_nothing(void **state)
{
    (void)state;
    static const char script[] =
        "[ ! -e \"$0.once\" ] || exec \"$@\"\n"
        "touch \"$0.once\" \"$0.out\"; mkfifo \"$0.in\"\n"
        "setsid \"$@\" <\"$0.in\" >\"$0.out\" 2>/dev/null &\n"
        "exec 4>\"$0.in\"\n"
        "until grep -q hello \"$0.out\"; do sleep 0.01; done\n"
        "cat \"$0.out\"\n"
        "read -r job; printf '%s\\n' \"$job\" >&4\n"
        "setsid sleep 5 >/dev/null 2>&1 </dev/null &\n" /* holds the worker's input */
        "kill -9 $$\n";
    run_scripted("orphan", script, "1", NULL);
    assert_int_equal(count_of("orphan", "SELECT * FROM attempt_end WHERE reason = 'killed'"), 1);
    assert_int_equal(count_of("orphan", COUNTED), 0);
    char *heard = micro_path("orphan.out");
    uint64_t n_bytes = 0;
    Err err = {0};
    assert_int_equal(file_size(heard, &n_bytes, &err), ERR_NONE);
    assert_true(n_bytes > 0);
    mem_free(heard);
}

/*
 * Machines that fail in the middle, more often than a trial may die: whatever ends without a word
 * is the launcher's end, and is gone on from as long as the trial gets farther.
 */
static void machines_may_fail(void **state)
{
    (void)state;
    static const char script[] = LAUNCHER_BEGIN
        "if [ $trial = 1 ] && [ $attempt -le 5 ]; then\n"
        "say step ',\"step\":0,\"steps\":9'; say step \",\\\"step\\\":$attempt,\\\"steps\\\":9\"\n"
        "say checkpoint \",\\\"step\\\":$attempt\"; exit\nfi\n" LAUNCHER_END;
    run_scripted("machines", script, "1", NULL);
    assert_int_equal(count_of("machines", "SELECT * FROM attempt_end WHERE trial = 1 AND reason = "
                                          "'exited' AND NOT is_counted"),
                     5);
}

/* A worker's crash, as a launcher passes it on, is the trial's own: three of them, and it failed.
 */
static void a_crash_is_passed_on(void **state)
{
    (void)state;
    static const char script[] =
        LAUNCHER_BEGIN "if [ $trial = 1 ]; then\n"
                       "say step ',\"step\":0,\"steps\":9'; say step ',\"step\":1,\"steps\":9'\n"
                       "touch \"$0.crash\"; exit\nfi\n" LAUNCHER_END
                       "[ ! -e \"$0.crash\" ] || { rm \"$0.crash\"; exit 139; }\n";
    Text launcher = {0};
    char *out = micro_path("crash"), *path = micro_launcher("crash.sh", script, &launcher);
    const char *const more[] = {"--launcher", text_string(&launcher), "--jobs", "1", NULL};
    assert_int_equal(micro_run(out, more, NULL), 3);
    assert_int_equal(micro_count(out, "SELECT * FROM trial WHERE status = 'failed'"), 1);
    assert_int_equal(micro_count(out, COUNTED), STORE_ATTEMPTS);
    text_release(&launcher);
    mem_free(path);
    mem_free(out);
}

/*
 * A worker that counts otherwise gets no job: both are named, nothing counts, and who it was is
 * stored. One that is no isoflop of our kind at all is told so, too.
 */
static void strangers_get_no_job(void **state)
{
    (void)state;
    static const char other[] = "\"$@\" | sed -u 's/\"arithmetic\":[0-9]*/\"arithmetic\":999/'\n";
    static const char odd[] = "\"$@\" | sed -u 's/\"cores\":[0-9]*/\"cores\":\"many\"/'\n";
    static const struct {
        const char *name, *script, *words, *environment;
    } cases[] = {
        {"other", other, "arithmetic revision 999", "SELECT * FROM environment WHERE host <> ''"},
        {"odd", odd, "says hello as no isoflop", "SELECT * FROM environment WHERE host = ''"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Text launcher = {0}, said = {0};
        char *out = micro_path(cases[i].name);
        char *path = micro_launcher("stranger.sh", cases[i].script, &launcher);
        const char *const more[] = {"--launcher", text_string(&launcher), NULL};
        assert_int_equal(micro_run(out, more, &said), 1);
        micro_assert_said(&said, cases[i].words);
        micro_assert_said(&said, "stay pending");
        assert_int_equal(micro_count(out, COUNTED), 0);
        assert_int_equal(micro_count(out, cases[i].environment), 1);
        assert_int_equal(micro_count(out, "SELECT * FROM trial WHERE status <> 'pending'"), 0);
        text_release(&launcher);
        text_release(&said);
        mem_free(path);
        mem_free(out);
    }
}

/* Launchers that wait, as for a place in a queue, end at once on a stop: nothing has been begun. */
static void a_queue_is_left_on_a_stop(void **state)
{
    (void)state;
    static const char *const more[] = {"--launcher", "sh -c 'exec sleep 1000'", NULL};
    char *out = micro_path("queue");
    pid_t pids[MAX_PIDS];
    Proc proc = {0};
    Err err = {0};
    micro_start(&proc, out, more, PROC_NULL);
    assert_true(micro_wait_for_workers(&proc, pids) > 0);
    proc_signal(&proc, SIGTERM);
    assert_int_equal(proc_wait(&proc, END_TIMEOUT_S * SECOND, &err), ERR_NONE);
    assert_int_equal(proc.exit_status, EXIT_INTERRUPTED);
    proc_release(&proc);
    assert_int_equal(micro_count(out, "SELECT * FROM attempt"), 0);
    mem_free(out);
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
        cmocka_unit_test(of_two_processes_one_trains),
        cmocka_unit_test(a_late_worker_has_its_trial),
        cmocka_unit_test(an_orphan_changes_nothing),
        cmocka_unit_test(machines_may_fail),
        cmocka_unit_test(a_crash_is_passed_on),
        cmocka_unit_test(strangers_get_no_job),
        cmocka_unit_test(a_queue_is_left_on_a_stop),
        cmocka_unit_test(images_are_found_or_made),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, micro_setup, micro_teardown);
}
