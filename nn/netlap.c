/* nn/netlap.c: laps of threads. */
#include "nn/netlap.h"

#include "base/clock.h"

#include <string.h>

void netlap_begin(Profile *profile)
{
    if (profile == NULL)
        return;
    const uint64_t now = clock_ticks();
    for (int i = 0; i < profile->n_threads; i++) {
        LapThread *thread = &profile->threads[i];
        memset(thread->cells, 0, (size_t)profile->n_rows * sizeof *thread->cells);
        thread->last = now;
    }
}

void netlap_enter(Worker *worker)
{
    Profile *profile = worker->net->profile;
    if (profile == NULL)
        return;
    worker->lap = &profile->threads[worker->thread];
    netprobe_enter(&worker->lap->probe);
    netlap(worker, NET_WAIT, -1);
}

static LapCell *cell_of(LapThread *thread, NetPass pass, int op)
{
    const Profile *profile = thread->profile;
    return &thread->cells[profile->row_of[(int)pass * profile->n_ops + (op < 0 ? 0 : op)]];
}

/* Ticks since the last lap go to the cell; a counter of another core may be a little behind. */
static uint64_t end_lap(LapThread *thread, LapCell *cell)
{
    const uint64_t now = clock_ticks();
    const uint64_t ticks = now > thread->last ? now - thread->last : 0;
    cell->ticks += ticks;
    thread->last += ticks;
    return ticks;
}

void netlap_count(LapThread *thread, NetPass pass, int op)
{
    LapCell *cell = cell_of(thread, pass, op);
    (void)end_lap(thread, cell);
    if (pass == NET_WAIT || !thread->profile->times_kernels)
        return;
    for (int k = 0; k < NETPROBE_N; k++) {
        cell->kernel_ticks[k] += thread->probe.ticks[k];
        cell->kernel_calls[k] += thread->probe.calls[k];
    }
    memset(thread->probe.ticks, 0, sizeof thread->probe.ticks);
    memset(thread->probe.calls, 0, sizeof thread->probe.calls);
}

void netlap_count_wait(LapThread *thread, NetPass pass, int op)
{
    cell_of(thread, pass, op)->wait_ticks += end_lap(thread, cell_of(thread, NET_WAIT, -1));
}

void netlap_end(Profile *profile)
{
    for (int i = 0; profile != NULL && i < profile->n_threads; i++)
        (void)end_lap(&profile->threads[i], cell_of(&profile->threads[i], NET_WAIT, -1));
}
