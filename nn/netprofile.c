/* nn/netprofile.c: the rows of a profile, and what is read of them. */
#include "nn/netprofile.h"

#include "nn/netlap.h"
#include "nn/netload.h"

#include "base/sys.h"

/* --- create --- */

static bool has_row(const OpPlan *plan, NetPass pass)
{
    switch (pass) {
    case NET_FORWARD:
        return plan->run->is_phase;
    case NET_FORWARD_END:
        return plan->run->is_phase && (netstate_is_normed(plan) || plan->run->is_classifier);
    case NET_BACKWARD:
    case NET_BACKWARD_END:
        return plan->run->is_phase && !plan->run->is_classifier;
    default:
        return false;
    }
}

static void add_row(Profile *profile, const Net *net, NetPass pass, int op)
{
    NetProfileRow *row = &profile->rows[profile->n_rows];
    *row = (NetProfileRow){
        .pass = pass, .op = op, .work = netload_of(net, pass, op < 0 ? NULL : &net->plans[op])};
    profile->row_of[(int)pass * profile->n_ops + (op < 0 ? 0 : op)] = profile->n_rows++;
}

/* In the order of execution. */
static void add_rows(Profile *profile, const Net *net)
{
    add_row(profile, net, NET_PREPARE, -1);
    for (int i = 0; i < profile->n_ops; i++)
        for (NetPass pass = NET_FORWARD; pass <= NET_FORWARD_END; pass++)
            if (has_row(&net->plans[i], pass))
                add_row(profile, net, pass, i);
    for (int i = profile->n_ops - 1; i >= 0; i--)
        for (NetPass pass = NET_BACKWARD; pass <= NET_BACKWARD_END; pass++)
            if (has_row(&net->plans[i], pass))
                add_row(profile, net, pass, i);
    add_row(profile, net, NET_OPTIMISE, -1);
    add_row(profile, net, NET_WAIT, -1);
}

static ErrCode start_threads(Profile *profile, Err *err)
{
    for (int i = 0; i < profile->n_threads; i++) {
        LapThread *thread = &profile->threads[i];
        thread->profile = profile;
        thread->probe.kernels = &profile->kernels;
        thread->cells = mem_calloc((size_t)profile->n_rows, sizeof *thread->cells);
        if (thread->cells == NULL)
            return err_memory(err, (size_t)profile->n_rows * sizeof *thread->cells);
    }
    return ERR_NONE;
}

ErrCode net_profile_start(Net *net, Err *err)
{
    const size_t n = (size_t)net->network.n_ops, n_cells = NET_N_PASSES * n;
    Profile *profile = mem_calloc(1, sizeof *profile);
    if (profile == NULL)
        return err_memory(err, sizeof *profile);
    profile->kernels = net->kernels;
    profile->n_ops = net->network.n_ops;
    profile->n_threads = net->settings.threads;
    profile->rows = mem_calloc(n_cells, sizeof *profile->rows);
    profile->row_of = mem_calloc(n_cells, sizeof *profile->row_of);
    profile->threads = mem_calloc((size_t)profile->n_threads, sizeof *profile->threads);
    if (profile->rows == NULL || profile->row_of == NULL || profile->threads == NULL) {
        (void)err_memory(err, n_cells * sizeof *profile->rows);
        goto fail;
    }
    add_rows(profile, net);
    TRY(start_threads(profile, err));
    profile->timed = profile->kernels;
    netprobe_wrap(&profile->timed);
    net->profile = profile;
    return ERR_NONE;
fail:
    netprofile_destroy(&profile);
    return err->code;
}

void net_profile_time_kernels(Net *net, bool is_on)
{
    net->profile->times_kernels = is_on;
    net->kernels = is_on ? net->profile->timed : net->profile->kernels;
}

void netprofile_destroy(Profile **profile)
{
    Profile *it = *profile;
    if (it == NULL)
        return;
    for (int i = 0; it->threads != NULL && i < it->n_threads; i++)
        mem_free(it->threads[i].cells);
    mem_free(it->threads);
    mem_free(it->row_of);
    mem_free(it->rows);
    mem_free(it);
    *profile = NULL;
}

/* --- read --- */

const NetProfileRow *net_profile_rows(const Net *net, int *n_rows)
{
    *n_rows = net->profile->n_rows;
    return net->profile->rows;
}

NetProfileTime net_profile_time(const Net *net, int row)
{
    NetProfileTime time = {0};
    for (int i = 0; i < net->profile->n_threads; i++) {
        time.ticks += net->profile->threads[i].cells[row].ticks;
        time.wait_ticks += net->profile->threads[i].cells[row].wait_ticks;
    }
    for (int k = 0; k < NETPROBE_N; k++)
        time.calls += net_profile_kernel(net, row, k).calls;
    return time;
}

int net_profile_n_kernels(void)
{
    return NETPROBE_N;
}

const char *net_profile_kernel_name(int kernel)
{
    return netprobe_name(kernel);
}

NetProfileTime net_profile_kernel(const Net *net, int row, int kernel)
{
    NetProfileTime time = {0};
    for (int i = 0; i < net->profile->n_threads; i++) {
        const LapCell *cell = &net->profile->threads[i].cells[row];
        time.ticks += cell->kernel_ticks[kernel];
        time.calls += cell->kernel_calls[kernel];
    }
    return time;
}
