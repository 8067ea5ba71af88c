/*
 * Numbers and durations, to people and strictly from people; see text.h.
 *
 * strtod and printf follow LC_NUMERIC, but nobody calls setlocale, so they stay in the "C" locale.
 */
#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool reads_back(double value, int digits)
{
    char buffer[TEXT_NUMBER_BYTES];
    const int n_bytes = snprintf(buffer, sizeof buffer, "%.*g", digits, value);
    return n_bytes < (int)sizeof buffer && strtod(buffer, NULL) == value;
}

/*
 * The fewest digits that read back as `value`. What reads back with some digits does with more, as
 * it comes nearer, so the number is found by bisection; not at a power of two, whose neighbour
 * below is nearer than the one above: there one by one.
 */
static int least_digits(double value, int least, int most)
{
    int exponent;
    if (fabs(frexp(value, &exponent)) == 0.5) {
        while (least < most && !reads_back(value, least))
            least++;
        return least;
    }
    while (least < most) {
        const int middle = (least + most) / 2;
        if (reads_back(value, middle))
            most = middle;
        else
            least = middle + 1;
    }
    return least;
}

void text_append_double(Text *text, double value)
{
    enum { LEAST_DIGITS = 1, MOST_DIGITS = 17 };
    static const double largest_written_out = 1e15;
    if (isnan(value)) {
        text_append(text, "nan");
        return;
    }
    if (isinf(value)) {
        text_append(text, value > 0 ? "inf" : "-inf");
        return;
    }
    char buffer[TEXT_NUMBER_BYTES];
    int digits = least_digits(value, LEAST_DIGITS, MOST_DIGITS);
    /* Whole numbers that doubles hold exactly are written out: 1000, not 1e+03. */
    if (fabs(value) < largest_written_out && trunc(value) == value)
        digits = MOST_DIGITS;
    const int n_bytes = snprintf(buffer, sizeof buffer, "%.*g", digits, value);
    text_append_bytes(text, buffer, (size_t)n_bytes);
}

/* Decimals that leave four significant digits, zeros at the end among them. */
static int decimals(double value)
{
    static const double below[] = {0.0099995, 0.099995, 0.99995, 9.9995, 99.995, 999.95};
    const int most = (int)ARRAY_LEN(below);
    int n = most;
    while (n > 0 && fabs(value) >= below[most - n])
        n--;
    return value == 0 ? 0 : n;
}

static void put_digits(char *buffer, double value, const char *unit)
{
    snprintf(buffer, TEXT_NUMBER_BYTES, "%.*f%s%s", decimals(value), value, *unit ? " " : "", unit);
}

/* What has no digits; false for a number. */
static bool put_word(char *buffer, double value)
{
    if (isfinite(value))
        return false;
    snprintf(buffer, TEXT_NUMBER_BYTES, "%s", isnan(value) ? "nan" : value > 0 ? "inf" : "-inf");
    return true;
}

const char *text_digits(char *buffer, double value)
{
    static const double least = 0.001, most = 1e15; /* beyond them powers of ten are shorter */
    const double size = fabs(value);
    if (put_word(buffer, value))
        return buffer;
    if (size != 0 && (size < least || size >= most))
        snprintf(buffer, TEXT_NUMBER_BYTES, "%.4g", value);
    else
        put_digits(buffer, value, "");
    return buffer;
}

const char *text_p_value(char *buffer, double p)
{
    static const double least = 0.001; /* three decimals show no less */
    snprintf(buffer, TEXT_NUMBER_BYTES, p < least ? "p < %.3f" : "p = %.3f", p < least ? least : p);
    return buffer;
}

const char *text_human(char *buffer, double value)
{
    static const char *const units[] = {"", "k", "M", "G", "T", "P", "E"};
    static const double rounds_up = 999.95;
    if (put_word(buffer, value))
        return buffer;
    size_t unit = 0;
    while (fabs(value) >= rounds_up && unit + 1 < ARRAY_LEN(units)) {
        value /= 1000.0;
        unit++;
    }
    if (unit > 0)
        put_digits(buffer, value, units[unit]);
    else
        snprintf(buffer, TEXT_NUMBER_BYTES, "%.4g", value);
    return buffer;
}

const char *text_human_bytes(char *buffer, uint64_t n_bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    static const double rounds_up = 1023.5;
    double value = (double)n_bytes;
    size_t unit = 0;
    while (value >= rounds_up && unit + 1 < ARRAY_LEN(units)) {
        value /= 1024.0;
        unit++;
    }
    if (unit > 0)
        put_digits(buffer, value, units[unit]);
    else
        snprintf(buffer, TEXT_NUMBER_BYTES, "%llu B", (unsigned long long)n_bytes);
    return buffer;
}

const char *text_duration(char *buffer, double seconds)
{
    enum { MINUTE = 60, HOUR = 3600, DAY = 86400 };
    static const double longest_s = 1e12; /* what the integers below hold with ease */
    if (!(seconds >= 0.0) || seconds > longest_s) {
        snprintf(buffer, TEXT_NUMBER_BYTES, "unknown");
    } else if (seconds < 9.95) {
        snprintf(buffer, TEXT_NUMBER_BYTES, "%.1f s", seconds);
    } else {
        const long long s = (long long)(seconds + 0.5);
        if (s < MINUTE)
            snprintf(buffer, TEXT_NUMBER_BYTES, "%lld s", s);
        else if (s < HOUR)
            snprintf(buffer, TEXT_NUMBER_BYTES, "%lld min %02lld s", s / MINUTE, s % MINUTE);
        else if (s < DAY)
            snprintf(buffer, TEXT_NUMBER_BYTES, "%lld h %02lld min", s / HOUR, s % HOUR / MINUTE);
        else
            snprintf(buffer, TEXT_NUMBER_BYTES, "%lld d %lld h", s / DAY, s % DAY / HOUR);
    }
    return buffer;
}

const char *text_grouped(char *buffer, int64_t value)
{
    enum { GROUP = 3 };
    char digits[TEXT_NUMBER_BYTES];
    const int n = snprintf(digits, sizeof digits, "%lld", (long long)value);
    const int n_sign = digits[0] == '-';
    int to = 0;
    for (int from = 0; from < n; from++) {
        if (from > n_sign && (n - from) % GROUP == 0)
            buffer[to++] = ',';
        buffer[to++] = digits[from];
    }
    buffer[to] = '\0';
    return buffer;
}

/*
 * strtod also takes blanks, hexadecimal, "inf" and "nan": only digits, sign, point and exponent may
 * pass.
 */
static bool looks_decimal(const char *string)
{
    const bool has_start = string[0] == '-' || string[0] == '+' || string[0] == '.' ||
                           (string[0] >= '0' && string[0] <= '9');
    return has_start && string[strspn(string, "0123456789+-.eE")] == '\0';
}

bool text_to_double(const char *string, double *value)
{
    if (!looks_decimal(string))
        return false;
    char *end;
    const double parsed = strtod(string, &end);
    if (end == string || *end != '\0' || !isfinite(parsed))
        return false;
    *value = parsed;
    return true;
}

bool text_to_int64(const char *string, int64_t *value)
{
    const char *digits = string + (string[0] == '-' || string[0] == '+');
    if (digits[0] == '\0' || digits[strspn(digits, "0123456789")] != '\0')
        return false;
    errno = 0;
    const long long parsed = strtoll(string, NULL, 10);
    if (errno == ERANGE)
        return false;
    *value = parsed;
    return true;
}
