/* results/holm.c: of the k-th least p, that times how many are left, or what a lesser one has. */
#include "results/holm.h"

#include <math.h>
#include <stdbool.h>

/* Of equal ones the first is the lesser. */
static bool is_less(const double *p, int a, int b)
{
    return p[a] < p[b] || (!(p[b] < p[a]) && a < b);
}

void holm_adjust(const double *p, int n, double *adjusted)
{
    for (int i = 0; i < n; i++) {
        adjusted[i] = 0.0;
        for (int k = 0; k < n; k++) { /* each that is not above it */
            int n_left = 0;
            if (k != i && !is_less(p, k, i))
                continue;
            for (int m = 0; m < n; m++)
                n_left += m == k || is_less(p, k, m);
            adjusted[i] = fmax(adjusted[i], fmin(1.0, n_left * p[k]));
        }
    }
}
