// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/CompareValue.h"

#include "visualization/NumberFormat.h"

#include <QCoreApplication>

#include <cmath>

namespace spectune {

namespace {

struct CompareTexts {
    Q_DECLARE_TR_FUNCTIONS(CompareTexts)
};

} // namespace

double compareNumber(CompareValue value, const MetricPoint& point)
{
    switch (value) {
    case CompareValue::TaskLoss: return point.loss;
    case CompareValue::Orthogonality: return point.orth;
    case CompareValue::GradientNorm: return point.gradNorm;
    case CompareValue::LearningRate: return point.lr;
    case CompareValue::Budget: return static_cast<double>(point.budget);
    }
    return 0.0;
}

bool isNoisy(CompareValue value)
{
    return value != CompareValue::LearningRate && value != CompareValue::Budget;
}

QString compareName(CompareValue value)
{
    switch (value) {
    case CompareValue::TaskLoss: return CompareTexts::tr("Task loss");
    case CompareValue::Orthogonality: return CompareTexts::tr("Orthogonality R");
    case CompareValue::GradientNorm: return CompareTexts::tr("Gradient norm");
    case CompareValue::LearningRate: return CompareTexts::tr("Learning rate");
    case CompareValue::Budget: return CompareTexts::tr("Budget b(t)");
    }
    return {};
}

QString compareKey(CompareValue value)
{
    switch (value) {
    case CompareValue::TaskLoss: return QStringLiteral("loss");
    case CompareValue::Orthogonality: return QStringLiteral("orth");
    case CompareValue::GradientNorm: return QStringLiteral("grad_norm");
    case CompareValue::LearningRate: return QStringLiteral("lr");
    case CompareValue::Budget: return QStringLiteral("budget");
    }
    return {};
}

QString compareText(CompareValue value, double number)
{
    if (value == CompareValue::TaskLoss)
        return formatLoss(number);
    return value == CompareValue::Budget && std::isfinite(number) ? formatCount(std::llround(number))
                                                                  : formatShort(number);
}

} // namespace spectune
