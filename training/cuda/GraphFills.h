// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace spectune::kernels::gpu {

/// Of a recorded CUDA graph that is not instantiated yet: fills of memory become kernels. Between a kernel and a fill
/// that waits for it, and again up to the next kernel, a GPU idles for some 5 µs; between two kernels it does not. BLAS
/// and cuDNN set a counter to 0 ahead of many of their products. The first, fourth, sixteenth … fill stays: a graph of
/// kernels alone starts only once all of it has been handed over.
/// @param graph a cudaGraph_t. A fill that cannot be replaced stays as it is, too.
void replaceFills(void* graph);

} // namespace spectune::kernels::gpu
