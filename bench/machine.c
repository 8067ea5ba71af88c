/* bench/machine.c: samples of a few milliseconds, the best of which counts. */
#include "bench/machine.h"

#include "bench/machineloops.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/team.h"

#include <omp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum {
    SAMPLES = 12,
    TRIES = 3, /* to find how many rounds last so long */
    SAMPLE_NS = 1000000,
    SAMPLES_NS = 40000000,
    /* taken where neither the kernel nor sysconf names a cache */
    USUAL_L1 = 32 << 10,
    USUAL_L2 = 1 << 20,
    USUAL_L3 = 8 << 20,
    DRAM_LEAST = 64 << 20, /* footprint: four times the last cache within these */
    DRAM_MOST = 256 << 20,
};

static const char *const motion_names[MACHINE_N_MOTIONS] = {"read", "write", "copy"};

/* --- one sample --- */

typedef struct Sample Sample;
struct Sample {
    void (*run)(const Sample *sample, Team *team, int thread);
    int64_t (*now)(void); /* processor time, which others cannot take; at barriers the wall's */
    const MachineLoops *loops;
    MachineMotion motion;
    float *x;      /* [threads][n_floats] */
    long n_floats; /* of a thread */
    long n_rounds;
};

/* The slowest thread's time, by the clock of the sample. */
static int64_t sample_ns(const Sample *sample, int threads)
{
    Team team;
    int64_t slowest = 1;
#pragma omp parallel num_threads(threads) default(none) shared(team, slowest, sample)
    {
#pragma omp single
        team_init(&team, omp_get_num_threads());
        team_wait(&team);
        const int64_t begin = sample->now();
        sample->run(sample, &team, omp_get_thread_num());
        const int64_t mine = sample->now() - begin;
#pragma omp critical
        slowest = mine > slowest ? mine : slowest;
    }
    return slowest;
}

/* The best of so many samples, of TRIES where they take long. */
static int64_t best_of(const Sample *sample, int threads, int n)
{
    int64_t best = INT64_MAX, sum = 0;
    for (int i = 0; i < TRIES || (i < n && sum < SAMPLES_NS); i++) {
        const int64_t ns = sample_ns(sample, threads);
        best = ns < best ? ns : best;
        sum += ns;
    }
    return best;
}

/* Nanoseconds of a round, at best. */
static double best_ns(Sample *sample, int threads)
{
    sample->n_rounds = 1;
    while (best_of(sample, threads, TRIES) < SAMPLE_NS)
        sample->n_rounds *= 2;
    return (double)best_of(sample, threads, SAMPLES) / (double)sample->n_rounds;
}

/* --- what is sampled --- */

/* Additions of a register: additions of a constant may be done without executing them. */
static void run_clock(const Sample *sample, Team *team, int thread)
{
    (void)team, (void)thread;
    uint64_t x = 1, y = 3;
    __asm__ volatile("" : "+r"(y));
    for (long i = 0; i < sample->n_rounds; i++) {
        x += y;
        __asm__ volatile("" : "+r"(x));
    }
}

static void run_fma(const Sample *sample, Team *team, int thread)
{
    (void)team, (void)thread;
    sample->loops->fma(sample->n_rounds);
}

static void run_barrier(const Sample *sample, Team *team, int thread)
{
    (void)thread;
    for (long i = 0; i < sample->n_rounds; i++)
        team_wait(team);
}

static void run_motion(const Sample *sample, Team *team, int thread)
{
    (void)team;
    float *x = sample->x + thread * sample->n_floats;
    const long n = sample->n_floats, half = n / 2;
    for (long i = 0; i < sample->n_rounds; i++) {
        if (sample->motion == MACHINE_READ)
            sample->loops->read(x, n);
        else if (sample->motion == MACHINE_WRITE)
            sample->loops->write(x, n);
        else
            sample->loops->copy(x, x + half, half);
    }
}

/* --- memories --- */

static size_t known(size_t n_bytes, size_t usual)
{
    return n_bytes > 0 ? n_bytes : usual;
}

/* Half a cache, so that nothing else drives it out; and nothing of it fits the one before. */
static void describe_memories(MachineReport *report)
{
    const size_t T = (size_t)report->threads;
    const size_t l1 = known(report->cpu.l1d_bytes, USUAL_L1);
    const size_t l2 = known(report->cpu.l2_bytes, USUAL_L2);
    const size_t l3 = known(report->cpu.l3_bytes, USUAL_L3);
    const size_t shared = l3 / 2 > 2 * l2 * T ? l3 / 2 : 2 * l2 * T;
    size_t dram = 4 * l3 < DRAM_LEAST ? DRAM_LEAST : 4 * l3;
    dram = dram > DRAM_MOST ? DRAM_MOST : dram;
    const MachineMemory memories[] = {
        {.name = "L1", .size_bytes = l1, .footprint_bytes = {l1 / 2, l1 / 2 * T}},
        {.name = "L2", .size_bytes = l2, .footprint_bytes = {l2 / 2, l2 / 2 * T}},
        {.name = "L3", .size_bytes = l3, .footprint_bytes = {shared, shared}},
        {.name = "DRAM", .size_bytes = 0, .footprint_bytes = {dram, dram}},
    };
    memcpy(report->memory, memories, sizeof memories);
}

static long thread_floats(const MachineMemory *memory, MachineTeam team, int threads)
{
    const size_t unit = 2 * MACHINELOOPS_FLOATS * sizeof(float); /* halves are whole steps */
    const size_t n_bytes = memory->footprint_bytes[team] / (size_t)threads / unit * unit;
    return (long)(n_bytes / sizeof(float));
}

static void measure_memory(MachineMemory *memory, MachineTeam team, int threads, Sample *sample)
{
    sample->run = run_motion;
    sample->n_floats = thread_floats(memory, team, threads);
    const double n_bytes = (double)sample->n_floats * sizeof(float) * threads;
    for (int motion = 0; motion < MACHINE_N_MOTIONS; motion++) {
        sample->motion = (MachineMotion)motion;
        memory->gbs[team][motion] = n_bytes / best_ns(sample, threads);
    }
}

/* --- all of it --- */

static void measure_clock(MachineReport *report, Sample *sample)
{
    const int64_t begin_ns = clock_now_ns();
    const uint64_t begin = clock_ticks();
    sample->run = run_clock;
    report->clock_ghz = 1.0 / best_ns(sample, 1);
    report->ticks_ghz = (double)(clock_ticks() - begin) / (double)(clock_now_ns() - begin_ns);
}

static void measure_team(MachineReport *report, MachineTeam team, Sample *sample)
{
    const int threads = team == MACHINE_ONE ? 1 : report->threads;
    sample->run = run_fma;
    report->gflops[team] = sample->loops->fma_flops * threads / best_ns(sample, threads);
    for (int i = 0; i < MACHINE_MEMORIES; i++)
        measure_memory(&report->memory[i], team, threads, sample);
}

/* One thread is all there are: its figures stand for both. */
static void copy_team(MachineReport *report)
{
    report->gflops[MACHINE_ALL] = report->gflops[MACHINE_ONE];
    for (int i = 0; i < MACHINE_MEMORIES; i++)
        memcpy(report->memory[i].gbs[MACHINE_ALL], report->memory[i].gbs[MACHINE_ONE],
               sizeof report->memory[i].gbs[MACHINE_ALL]);
}

static size_t most_floats(const MachineReport *report)
{
    size_t most = 0;
    for (int i = 0; i < MACHINE_MEMORIES; i++)
        for (int team = 0; team < MACHINE_N_TEAMS; team++)
            if (report->memory[i].footprint_bytes[team] > most)
                most = report->memory[i].footprint_bytes[team];
    return most / sizeof(float);
}

ErrCode machine_measure(MachineReport *report, CpuLevel level, int threads, Err *err)
{
    Arena arena = {0}, measuring = arena_measuring();
    Sample sample = {.now = clock_thread_ns, .loops = machineloops_select(level)};
    *report = (MachineReport){.level = level, .threads = threads};
    cpu_info(&report->cpu);
    describe_memories(report);
    arena_floats(&measuring, most_floats(report));
    TRY(arena_reserve(&arena, arena_bytes(&measuring), err));
    sample.x = arena_zalloc(&arena, most_floats(report), sizeof *sample.x);
    TRY(arena_ok(&arena, err));
    measure_clock(report, &sample);
    measure_team(report, MACHINE_ONE, &sample);
    if (threads == 1) {
        copy_team(report);
    } else {
        measure_team(report, MACHINE_ALL, &sample);
        sample.run = run_barrier;
        sample.now = clock_now_ns;
        report->barrier_ns = best_ns(&sample, threads);
    }
fail:
    arena_release(&arena);
    return err->code;
}

/* --- roofs --- */

double machine_bandwidth(const MachineReport *report, MachineTeam team, double n_bytes)
{
    const double threads = team == MACHINE_ONE ? 1.0 : (double)report->threads;
    int i = 0;
    for (; i < MACHINE_MEMORIES - 1; i++) {
        const double size = (double)report->memory[i].size_bytes;
        const bool is_shared = i == MACHINE_MEMORIES - 2;
        if (n_bytes <= (is_shared ? size : size * threads))
            break;
    }
    return report->memory[i].gbs[team][MACHINE_COPY] * 1e9;
}

double machine_compute(const MachineReport *report, MachineTeam team)
{
    return report->gflops[team] * 1e9;
}

/* --- for people and programs --- */

void machine_put_text(const MachineReport *report, Text *out)
{
    char clock[TEXT_NUMBER_BYTES], one[TEXT_NUMBER_BYTES], all[TEXT_NUMBER_BYTES];
    char size[TEXT_NUMBER_BYTES];
    text_printf(out, "%s, %s, clock %s GHz\n", report->cpu.model, cpu_level_name(report->level),
                text_digits(clock, report->clock_ghz));
    text_printf(out, "multiply-add peak %s GFLOP/s on one thread",
                text_digits(one, report->gflops[MACHINE_ONE]));
    if (report->threads > 1)
        text_printf(out, ", %s on %d; a barrier of %d takes %.0f ns",
                    text_digits(all, report->gflops[MACHINE_ALL]), report->threads, report->threads,
                    report->barrier_ns);
    text_append_char(out, '\n');
    static const TextColumn columns[] = {{"memory", TEXT_LEFT, 0},   {"size", TEXT_RIGHT, 1},
                                         {"threads", TEXT_RIGHT, 0}, {"read GB/s", TEXT_RIGHT, 0},
                                         {"write", TEXT_RIGHT, 0},   {"copy", TEXT_RIGHT, 0}};
    TextTable *table = text_table_create(columns, ARRAY_LEN(columns));
    for (int i = 0; i < MACHINE_MEMORIES; i++) {
        const MachineMemory *memory = &report->memory[i];
        for (int team = 0; team < (report->threads > 1 ? MACHINE_N_TEAMS : 1); team++) {
            text_table_cell(table, memory->name);
            text_table_cell(
                table, memory->size_bytes == 0 ? NULL : text_human_bytes(size, memory->size_bytes));
            text_table_cellf(table, "%d", team == MACHINE_ONE ? 1 : report->threads);
            for (int motion = 0; motion < MACHINE_N_MOTIONS; motion++)
                text_table_cell(table, text_digits(size, memory->gbs[team][motion]));
        }
    }
    text_table_render(table, out);
    text_table_destroy(&table);
}

static void put_memory(const MachineReport *report, const MachineMemory *memory, MachineTeam team,
                       JsonWriter *json)
{
    json_open_map(json, NULL);
    json_put_text(json, "memory", memory->name);
    if (memory->size_bytes == 0)
        json_put_null(json, "size_bytes");
    else
        json_put_int(json, "size_bytes", (int64_t)memory->size_bytes);
    json_put_int(json, "threads", team == MACHINE_ONE ? 1 : report->threads);
    json_put_int(json, "footprint_bytes", (int64_t)memory->footprint_bytes[team]);
    for (int motion = 0; motion < MACHINE_N_MOTIONS; motion++) {
        char key[TEXT_NUMBER_BYTES];
        snprintf(key, sizeof key, "%s_gbs", motion_names[motion]);
        json_put_double(json, key, memory->gbs[team][motion]);
    }
    json_close_map(json);
}

void machine_put_json(const MachineReport *report, const char *key, JsonWriter *json)
{
    const int n_teams = report->threads > 1 ? MACHINE_N_TEAMS : 1;
    json_open_map(json, key);
    json_put_text(json, "processor", report->cpu.model);
    json_put_text(json, "cpu", cpu_level_name(report->level));
    json_put_int(json, "threads", report->threads);
    json_put_double(json, "clock_ghz", report->clock_ghz);
    json_put_double(json, "ticks_ghz", report->ticks_ghz);
    json_put_double(json, "fma_gflops_one", report->gflops[MACHINE_ONE]);
    json_put_double(json, "fma_gflops", report->gflops[MACHINE_ALL]);
    json_put_double(json, "barrier_ns", report->barrier_ns);
    json_open_list(json, "bandwidth");
    for (int i = 0; i < MACHINE_MEMORIES; i++)
        for (int team = 0; team < n_teams; team++)
            put_memory(report, &report->memory[i], (MachineTeam)team, json);
    json_close_list(json);
    json_close_map(json);
}
