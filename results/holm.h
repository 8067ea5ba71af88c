/*
 * results/holm: several tests at once, by S. Holm, A simple sequentially rejective multiple test
 * procedure, Scand. J. Statist. 6 (1979).
 */
#ifndef RESULTS_HOLM_H
#define RESULTS_HOLM_H

/*
 * adjusted[i]: the least level at which all n tests together reject the i-th, with p[i], and err in
 * rejecting any that is true no more often than that. adjusted may not be p.
 */
void holm_adjust(const double *p, int n, double *adjusted);

#endif
