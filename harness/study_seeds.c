/* harness/study_seeds.c: numbers that are not taken yet. */
#include "harness/study_seeds.h"

#include <inttypes.h>

void study_seeds_count(const Study *study, int64_t n, Text *out)
{
    int64_t next = 1;
    for (int64_t i = 0; i < n; i++) {
        const bool is_own = (size_t)i < study->seeds.n;
        while (!is_own &&
               (yaml_has_int(&study->seeds, next) || yaml_has_int(&study->judge_seeds, next)))
            next++;
        text_printf(out, "%s%" PRId64, i ? ", " : "", is_own ? study->seeds.v[i] : next++);
    }
}
