/* harness/doctor_machine.c: kernels, processors, memory, clock, locks of the current folder. */
#include "harness/doctor.h"
#include "harness/doctor_files.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/rng.h"
#include "base/sys.h"
#include "base/text.h"
#include "models/resolve.h"
#include "models/zoo.h"
#include "nn/net.h"

#include <string.h>

/* --- kernels --- */

/* A training of a few steps that goes through most kernels, in a few milliseconds. */
enum { PROBE_BATCH = 4, PROBE_STEPS = 3, PROBE_SEED = 1, PROBE_RESOLUTION = 16, N_CHANNELS = 3 };
static const char probe_network[] = "proxy-b0";
static const StepSettings probe_settings = {
    .lr = 1e-2, .momentum = 0.9, .decay = 0.9, .epsilon = 1e-3, .weight_decay = 1e-5};

/* The digest of all weights of a trained net. */
static void digest_weights(const Net *net, float *data, Hasher *hasher)
{
    for (int i = 0; i < net_n_tensors(net); i++) {
        net_read(net, i, NET_WEIGHTS, data);
        hash_update(hasher, data, net_tensor(net, i)->n_elements * sizeof *data);
    }
}

/* Trains the probe with one instruction set; *digest is what came out. */
static ErrCode probe(const Network *network, CpuLevel level, Hash128 *digest, Err *err)
{
    const NetSettings settings = {.batch = PROBE_BATCH,
                                  .threads = 1,
                                  .level = level,
                                  .training = true,
                                  .optimizer = NET_RMSPROP};
    const size_t n_floats = (size_t)PROBE_BATCH * PROBE_RESOLUTION * PROBE_RESOLUTION * N_CHANNELS;
    Net *net = NULL;
    Arena arena = {0};
    Hasher *hasher = hash_create();
    TRY(net_create(&net, network, &settings, err));
    float *images = arena_floats(&arena, n_floats);
    float *data = arena_floats(&arena, net_largest_tensor(net));
    int32_t labels[PROBE_BATCH];
    TRY(arena_ok(&arena, err));
    if (hasher == NULL) {
        (void)err_memory(err, sizeof(Hash128));
        goto fail;
    }
    Rng rng = rng_start(PROBE_SEED, RNG_AUGMENT, 0, 0);
    for (size_t i = 0; i < n_floats; i++)
        images[i] = 2 * rng_float(&rng) - 1;
    for (int i = 0; i < PROBE_BATCH; i++)
        labels[i] = i % network->classes;
    net_init_weights(net, PROBE_SEED);
    for (int i = 0; i < PROBE_STEPS; i++) {
        StepResult result;
        net_train_step(net, images, labels, &probe_settings, &result);
    }
    digest_weights(net, data, hasher);
    *digest = hash_digest(hasher);
fail:
    hash_destroy(&hasher);
    arena_release(&arena);
    net_destroy(&net);
    return err->code;
}

/* Every instruction set up to `best` must train to the bits of the portable one. */
static ErrCode check_kernels(DoctorReport *report, CpuLevel best, Err *err)
{
    Spec spec;
    Network network = {0};
    Hash128 should, is;
    ResolveOptions options = resolve_options();
    options.resolution = PROBE_RESOLUTION;
    TRY(zoo_load(&spec, probe_network, err));
    TRY(resolve_with(&network, &spec, &options, err));
    TRY(probe(&network, CPU_GENERIC, &should, err));
    for (CpuLevel level = CPU_GENERIC; level <= best; level = cpu_next_level(level)) {
        TRY(probe(&network, level, &is, err));
        if (!hash_equal(is, should))
            doctor_find(report,
                        (DoctorMark){.grade = DOCTOR_DAMAGED,
                                     .subject = "kernels",
                                     .remedy = "use --cpu generic, and test this processor"},
                        "%s does not train to the bits of generic", cpu_level_name(level));
        else if (level == best)
            doctor_find(report, (DoctorMark){.grade = DOCTOR_SOUND, .subject = "kernels"},
                        "%s, trains to the bits of generic", cpu_level_name(level));
    }
fail:
    network_release(&network);
    return err->code;
}

/* --- the rest --- */

static void tell_resources(DoctorReport *report)
{
    char total[TEXT_NUMBER_BYTES], left[TEXT_NUMBER_BYTES];
    const DoctorMark cores = {.grade = DOCTOR_SOUND, .subject = "cores"};
    const DoctorMark memory = {.grade = DOCTOR_SOUND, .subject = "memory"};
    CpuInfo cpu;
    cpu_info(&cpu);
    doctor_find(report, cores, "%d of %d usable here, %s", cpu.n_available, cpu.n_online,
                cpu.model);
    const uint64_t limit = memory_limit();
    if (limit > 0)
        doctor_find(report, memory, "%s may be used, %s are free", text_human_bytes(total, limit),
                    text_human_bytes(left, memory_free()));
}

/* Durations must go on, and the date must be one on which this program can have been made. */
static void check_clock(DoctorReport *report)
{
    enum { LOOKS = 1000, TEXT_YEAR = 4 };
    static const char first_year[] = "2024";
    char utc[CLOCK_UTC_BYTES];
    int64_t last = clock_now_ns();
    bool goes_back = false;
    for (int i = 0; i < LOOKS; i++) {
        const int64_t now = clock_now_ns();
        goes_back |= now < last;
        last = now;
    }
    clock_utc(utc);
    if (goes_back)
        doctor_find(report,
                    (DoctorMark){.grade = DOCTOR_DAMAGED,
                                 .subject = "clock",
                                 .remedy = "choose another clock source of the system"},
                    "the monotonic clock goes back");
    else if (strncmp(utc, first_year, TEXT_YEAR) < 0)
        doctor_find(
            report,
            (DoctorMark){
                .grade = DOCTOR_NOTE, .subject = "clock", .remedy = "set the system's clock"},
            "it says %s; dates in a store will be wrong, durations and results will not", utc);
    else
        doctor_find(report, (DoctorMark){.grade = DOCTOR_SOUND, .subject = "clock"}, "%s", utc);
}

ErrCode doctor_machine(DoctorReport *report, CpuLevel level, Err *err)
{
    TRY(check_kernels(report, level, err));
    tell_resources(report);
    check_clock(report);
    TRY(doctor_locks(report, ".", err));
    return arena_ok(&report->arena, err);
fail:
    return err->code;
}
