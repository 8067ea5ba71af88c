/* Time: durations from the monotonic clock, dates in UTC, never mixed. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

enum { CLOCK_UTC_BYTES = 32 }; /* buffer for clock_utc */

/* Nanoseconds since an arbitrary start; only differences mean something. */
int64_t clock_now_ns(void);

/*
 * A counter that is cheap to read and runs at a constant rate, the same on all cores: to time what
 * takes a microsecond. Its rate is found against clock_now_ns().
 */
static inline uint64_t clock_ticks(void)
{
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
    uint64_t ticks;
    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
    return ticks;
#else
    return (uint64_t)clock_now_ns();
#endif
}

/* Nanoseconds since 1970 by the system's clock, which may jump: to compare with times of files. */
int64_t clock_file_ns(void);

/* Seconds between two clock_now_ns() values. */
double clock_seconds(int64_t begin_ns, int64_t end_ns);

/* Processor time of the calling thread, for calibrations that must not count waiting. */
int64_t clock_thread_ns(void);

/* Processor time of all threads of this process: less than the clock's where it had to wait. */
int64_t clock_process_ns(void);

/* The median of n >= 1 durations, which are sorted: of the two in the middle the mean. */
double clock_median_ns(int64_t *durations, size_t n);

/* Sleeps; a signal ends it early. */
void clock_sleep_ns(int64_t duration_ns);

/* Now as "2024-05-31T12:34:56.789Z" in buffer[CLOCK_UTC_BYTES], which is returned. */
const char *clock_utc(char *buffer);

#endif
