// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/ui/SceneEngine.h"

namespace spectune::test {

/// What the scene's engine answers without a run; each sample tells of somebody else, the first of Paul, a wolf.
[[nodiscard]] DataPreview scenePreview(const PreviewData& request);

/// The tokens that the tuned side answers @p prompt with: the card of the sample that it begins as, else the first's.
[[nodiscard]] std::vector<std::string> sceneCard(const std::string& prompt);

/// 1,500 samples of 40 to 639 tokens, most of them short; six bear no loss within the first 256 tokens.
[[nodiscard]] SampleLengths sceneLengths(const MeasureLengths& request);

/// Rank 4 of 8 × 8, with orthonormal factors (columns of a Hadamard matrix): its singular values are s · |λ|.
[[nodiscard]] AdapterFactors sceneFactors(const ReadFactors& request);

/// An export of 40 matrices that goes as @p scene says.
[[nodiscard]] ExportReport sceneExport(const Scene& scene, const ExportAdapter& wanted, const RequestContext& context);

} // namespace spectune::test
