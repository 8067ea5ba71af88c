/* harness/nastable_read: the lines of a table of networks, for harness/nastable. */
#ifndef HARNESS_NASTABLE_READ_H
#define HARNESS_NASTABLE_READ_H

#include "harness/nastable_types.h"

#include "base/err.h"

/*
 * Fills a zeroed table but for what its genes mean: points hold characters as they stand, letters,
 * slots and limits are empty. `text` is cut to pieces. Errors as nastable_load's; what was
 * allocated is the table's.
 */
ErrCode nastable_read(NasTable *table, char *text, const NasTableSettings *settings,
                      Err *err) ERR_CHECKED;

#endif
