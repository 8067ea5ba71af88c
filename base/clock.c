/* Clocks; see clock.h. */
#include "base/clock.h"

#include "base/sort.h"

#include <assert.h>
#include <stdio.h>
#include <time.h>

enum { NS_PER_S = 1000000000, NS_PER_MS = 1000000 };

static int64_t read_clock(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now); /* cannot fail for the clocks used here */
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

int64_t clock_now_ns(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_file_ns(void)
{
    return read_clock(CLOCK_REALTIME);
}

double clock_seconds(int64_t begin_ns, int64_t end_ns)
{
    return (double)(end_ns - begin_ns) / NS_PER_S;
}

int64_t clock_thread_ns(void)
{
    return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

int64_t clock_process_ns(void)
{
    return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

double clock_median_ns(int64_t *durations, size_t n)
{
    assert(n >= 1);
    sort_int64(durations, n);
    const size_t below = (n - 1) / 2, above = n / 2;
    return 0.5 * (double)(durations[below] + durations[above]);
}

void clock_sleep_ns(int64_t duration_ns)
{
    const struct timespec duration = {.tv_sec = duration_ns / NS_PER_S,
                                      .tv_nsec = (long)(duration_ns % NS_PER_S)};
    (void)nanosleep(&duration, NULL);
}

const char *clock_utc(char *buffer)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    struct tm date;
    gmtime_r(&now.tv_sec, &date);
    char seconds[CLOCK_UTC_BYTES];
    strftime(seconds, sizeof seconds, "%Y-%m-%dT%H:%M:%S", &date);
    snprintf(buffer, CLOCK_UTC_BYTES, "%.19s.%03dZ", seconds, (int)(now.tv_nsec / NS_PER_MS));
    return buffer;
}
