// SPDX-License-Identifier: GPL-3.0-or-later
// Apart from its test, for moc cannot read the expression.
#include "tests/house/UntranslatedTexts.h"

#include <QRegularExpression>

namespace spectune::testing {

QStringList untranslated(const QString& source)
{
    static const QRegularExpression call(QStringLiteral(
        R"RX(\b(?:setText|setToolTip|setTitle|setWindowTitle|setPlaceholderText|setAccessibleName|setAccessibleDescription|setWhatsThis|setHeaderLabels|setMessage|setNote|setEmptyText|setLoading|addAction|addMenu|addItem|makeText|makeCaption|makeHeading|makeTitle|makeSmallButton|fail|new QPushButton|new QLabel|new QCheckBox)\(\{?\s*(?:QStringLiteral|QLatin1String|QString::fromLatin1|QString)?\(?"((?:[^"\\]|\\.)*)")RX"));
    static const QRegularExpression markup(QStringLiteral("<[^>]*>|%\\d"));
    static const QRegularExpression word(QStringLiteral("[a-z]{3,}"));
    QStringList found;
    for (auto hits = call.globalMatch(source); hits.hasNext();) {
        QString literal = hits.next().captured(1);
        literal.remove(markup).remove(QStringLiteral("Spectune")); // names stay as they are
        if (literal.contains(word))
            found << literal.trimmed();
    }
    // Its words reach the screen as they are; an Error's are a pattern that is translated.
    static const QRegularExpression bare(QStringLiteral("throw std::runtime_error\\([^;]*;"));
    for (auto hits = bare.globalMatch(source); hits.hasNext();)
        found << hits.next().captured();
    return found;
}

} // namespace spectune::testing
