/*
 * nn/netprofile.h: where the time of a step goes: what each pass of each operation takes, beside
 * what the plan says it has to multiply and to move.
 *
 * Off, it costs a comparison a phase. On, a thread reads a clock where a phase ends, and around
 * each kernel if that is asked for, and counts into an array of its own that is reserved when
 * profiling starts; no bit of any result changes. The time of a thread is cut into laps without
 * gaps, so the laps of all rows add up to the threads' share of the call.
 */
#ifndef NN_NETPROFILE_H
#define NN_NETPROFILE_H

#include "nn/netpass.h"

#include "base/err.h"

#include <stdbool.h>

typedef struct Net Net; /* nn/net.h */

/* Every call of this net is timed from now on. Errors: ERR_MEMORY. */
ErrCode net_profile_start(Net *net, Err *err) ERR_CHECKED;

/*
 * Whether kernels are timed from now on, too; at first they are not. It takes two reads of a clock
 * a call, which made the step of a small network up to a tenth longer: times of rows are those of
 * calls without. Between calls, on a net that is profiled.
 */
void net_profile_time_kernels(Net *net, bool is_on);

/* The rows in the order of execution; they live as long as the net. */
const NetProfileRow *net_profile_rows(const Net *net, int *n_rows);

NetProfileTime net_profile_time(const Net *net, int row);

/* Of calls whose kernels are timed. Kernels are numbered 0..net_profile_n_kernels()-1;
 * "pw.forward". */
int net_profile_n_kernels(void);
const char *net_profile_kernel_name(int kernel);
NetProfileTime net_profile_kernel(const Net *net, int row, int kernel);

#endif
