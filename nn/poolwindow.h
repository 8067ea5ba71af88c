/*
 * nn/poolwindow.h: phases of pools with a window, image by image; which pool, the kernel says.
 */
#ifndef NN_POOLWINDOW_H
#define NN_POOLWINDOW_H

#include "nn/netstate.h"

typedef void (*PoolWindowKernel)(const PoolWindowArgs *args);

void poolwindow_measure_forward(const Net *net, const OpPlan *plan, Arena *arena);
void poolwindow_measure_backward(const Net *net, const OpPlan *plan, Arena *arena);

/* Sets x and y of an image for `kernel`. */
void poolwindow_forward(Worker *worker, const OpPlan *plan, Span span, PoolWindowKernel kernel);

/* Sets x, dy and dx. */
void poolwindow_backward(const Pass *pass, PoolWindowKernel kernel);

#endif
