// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/cuda/CpuExponential.h"
#include "training/cuda/CpuKernels.h"

namespace spectune::kernels::SPECTUNE_CPU_LEVEL {

namespace {

template <typename A>
Vector<A> sigmoid(Vector<A> x)
{
    return A(1) / (A(1) + exponential<A>(-x));
}

/// Runs @p body(offset, count) over registers full of elements; the rest goes through a register that is filled up.
template <typename T, typename Body>
void forRow(std::int64_t width, const Body& body)
{
    std::int64_t i = 0;
    for (; i + lanes<Wide<T>> <= width; i += lanes<Wide<T>>)
        body(i, lanes<Wide<T>>);
    if (i < width)
        body(i, width - i);
}

template <typename T>
Vector<Wide<T>> loadPart(const T* from, std::int64_t count)
{
    if (count == lanes<Wide<T>>)
        return load(from);
    Vector<Wide<T>> value {};
    for (std::int64_t i = 0; i < count; ++i)
        value[i] = widened(from[i]);
    return value;
}

template <typename T>
void storePart(T* to, Vector<Wide<T>> value, std::int64_t count)
{
    if (count == lanes<Wide<T>>)
        return store(to, value);
    for (std::int64_t i = 0; i < count; ++i)
        to[i] = narrowed<T>(value[i]);
}

} // namespace

template <typename T>
void swiGlu(const SwiGluArgs<T>& args, Stream)
{
    using A = Wide<T>;
    for (std::int64_t row = 0; row < args.rows; ++row) {
        const T* gate = args.gateUp.data + row * args.gateUp.stride;
        const T* up = gate + args.width;
        T* out = args.out.data + row * args.out.stride;
        forRow<T>(args.width, [&](std::int64_t i, std::int64_t count) {
            const Vector<A> g = loadPart(gate + i, count);
            storePart(out + i, roundedVector<T>(g * sigmoid<A>(g)) * loadPart(up + i, count), count);
        });
    }
}

template <typename T>
void swiGluBackward(const SwiGluBackwardArgs<T>& args, Stream)
{
    using A = Wide<T>;
    for (std::int64_t row = 0; row < args.rows; ++row) {
        const T* gate = args.gateUp.data + row * args.gateUp.stride;
        const T* dOut = args.dOut.data + row * args.dOut.stride;
        T* dGate = args.dGateUp.data + row * args.dGateUp.stride;
        T* out = args.out.data != nullptr ? args.out.data + row * args.out.stride : nullptr;
        forRow<T>(args.width, [&](std::int64_t i, std::int64_t count) {
            const Vector<A> g = loadPart(gate + i, count);
            const Vector<A> u = loadPart(gate + args.width + i, count);
            const Vector<A> d = loadPart(dOut + i, count);
            const Vector<A> s = sigmoid<A>(g);
            const Vector<A> silu = roundedVector<T>(g * s);
            storePart(dGate + i, roundedVector<T>(d * u) * (s * (A(1) + g * (A(1) - s))), count);
            storePart(dGate + args.width + i, d * silu, count);
            if (out != nullptr)
                storePart(out + i, silu * u, count);
        });
    }
}

template void swiGlu(const SwiGluArgs<float>&, Stream);
template void swiGlu(const SwiGluArgs<double>&, Stream);
template void swiGlu(const SwiGluArgs<BFloat16>&, Stream);
template void swiGluBackward(const SwiGluBackwardArgs<float>&, Stream);
template void swiGluBackward(const SwiGluBackwardArgs<double>&, Stream);
template void swiGluBackward(const SwiGluBackwardArgs<BFloat16>&, Stream);

} // namespace spectune::kernels::SPECTUNE_CPU_LEVEL
