// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/GlossaryPage.h"

#include "training/config/FieldTable.h"
#include "ui/FieldTexts.h"
#include "ui/LessonParts.h"
#include "ui/PageParts.h"
#include "visualization/Fonts.h"
#include "visualization/Theme.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QListWidget>
#include <QTextBrowser>
#include <QUrl>
#include <QVBoxLayout>

#include <algorithm>

namespace spectune {

namespace {

constexpr int listWidth = 220;
constexpr int idRole = Qt::UserRole;
constexpr int halfGap = 20; // px, on either side of the middle between two columns
constexpr int leastColumn = 370;

/// Ends with a whole row: what is below is told by the scroll bar, not by a row that is cut through.
class TermList : public QListWidget {
public:
    TermList()
    {
        connect(model(), &QAbstractItemModel::rowsInserted, this, [this] { fit(); });
    }

protected:
    void resizeEvent(QResizeEvent* event) override
    {
        QListWidget::resizeEvent(event);
        fit();
    }

    void changeEvent(QEvent* event) override
    {
        QListWidget::changeEvent(event);
        if (event->type() == QEvent::StyleChange || event->type() == QEvent::FontChange)
            fit();
    }

private:
    void fit()
    {
        const int row = sizeHintForRow(0);
        const int margin = viewportMargins().bottom();
        const int room = viewport()->height() + margin;
        const int rest = row > 0 && room > row ? room % row : 0;
        if (rest != margin)
            setViewportMargins(0, 0, 0, rest);
    }
};

QString link(const QString& scheme, const QString& target, const QString& text)
{
    return QStringLiteral("<a style='color:%1; text-decoration:none' href='%2:%3'>%4</a>")
        .arg(Theme::current().focus.name(), scheme, target, text.toHtmlEscaped());
}

QString fieldHtml(const QString& key)
{
    const FieldInfo* info = findField(key.toStdString());
    if (!info)
        return {};
    const QString usual = QString::fromStdString(toText(defaultValue(info->key)));
    QString facts = info->optional ? GlossaryPage::tr("derived when empty")
        : usual.isEmpty()          ? QString()
                                   : GlossaryPage::tr("default %1").arg(usual.toHtmlEscaped());
    if (!info->unit.empty())
        facts += (facts.isEmpty() ? QString() : QStringLiteral(" · ")) + fieldWords(info->unit).toHtmlEscaped();
    const Theme& theme = Theme::current();
    return QStringLiteral(
        "<p style='margin-top:10px; margin-bottom:0'><b>%1</b> &nbsp;<span style='color:%2'>%3 &nbsp;%4</span></p>"
        "<p style='margin-top:2px; margin-bottom:2px; color:%5'>%6</p><p style='margin-top:0'>%7</p>")
        .arg(fieldLabel(*info).toHtmlEscaped(), theme.text3.name(), key, facts, theme.text2.name(),
            fieldHelp(*info).toHtmlEscaped(), link(QStringLiteral("field"), key, GlossaryPage::tr("Set it")));
}

} // namespace

GlossaryPage::GlossaryPage(QWidget* parent)
    : QWidget(parent)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(makeLessonHead(tr("Glossary"), tr("every field and word, with its formula and its source")));
    column->addWidget(makeRule());
    auto* row = new QHBoxLayout;
    row->setSpacing(0);
    column->addLayout(row, 1);
    auto* left = makeSection();
    m_search = new QLineEdit;
    m_search->setPlaceholderText(tr("Search the glossary"));
    m_search->setAccessibleName(tr("Search the glossary"));
    addClearButton(*m_search);
    m_search->setFixedWidth(listWidth);
    m_list = new TermList;
    m_list->setFixedWidth(listWidth);
    m_list->setAccessibleName(tr("Terms"));
    left->addWidget(m_search);
    left->addWidget(m_list, 1);
    row->addLayout(left);
    m_view = new QTextBrowser;
    m_view->setObjectName(QStringLiteral("Explanation")); // flat but for the keyboard's frame
    m_view->setOpenLinks(false);
    m_view->setFont(Fonts::body());
    m_view->setAccessibleName(tr("Explanation"));
    auto* right = makeSection();
    right->addWidget(m_view, 1);
    row->addLayout(right, 1);
    row->addStretch();
    placeColumns(false);
    connect(m_search, &QLineEdit::textChanged, this, &GlossaryPage::fillList);
    connect(m_search, &QLineEdit::returnPressed, m_list, [this] { m_list->setFocus(Qt::OtherFocusReason); });
    connect(m_list, &QListWidget::currentItemChanged, this, [this](QListWidgetItem* item) {
        if (!item)
            return;
        m_term = item->data(idRole).toString();
        const GlossaryTerm* term = m_glossary.find(m_term);
        if (term && !term->fields.contains(m_field))
            m_field.clear();
        write();
    });
    connect(m_view, &QTextBrowser::anchorClicked, this, [this](const QUrl& url) {
        if (url.scheme() == QLatin1String("term"))
            showTerm(url.path());
        else
            Q_EMIT fieldWanted(url.path());
    });
    fillList();
}

void GlossaryPage::fillList()
{
    m_list->clear();
    for (const GlossaryTerm* term : m_glossary.matching(m_search->text())) {
        auto* item = new QListWidgetItem(term->title, m_list);
        item->setData(idRole, term->id);
        if (term->id == m_term)
            m_list->setCurrentItem(item);
    }
    if (!m_list->currentItem() && m_list->count() > 0)
        m_list->setCurrentRow(0);
    if (m_list->count() == 0)
        m_view->setHtml(QStringLiteral("<p>%1</p>").arg(tr("No term has these words.")));
}

void GlossaryPage::showTerm(const QString& id)
{
    if (!m_glossary.find(id))
        return;
    m_term = id;
    const QSignalBlocker quiet(m_search);
    m_search->clear();
    fillList();
    m_list->scrollToItem(m_list->currentItem());
}

bool GlossaryPage::showField(const QString& key)
{
    const GlossaryTerm* term = m_glossary.ofField(key);
    if (!term)
        return false;
    m_field = key;
    showTerm(term->id);
    write();
    return true;
}

void GlossaryPage::focusSearch()
{
    m_search->setFocus(Qt::OtherFocusReason);
}

QString GlossaryPage::text() const
{
    return m_view->toPlainText();
}

QString GlossaryPage::termHtml(const GlossaryTerm& term) const
{
    const Theme& theme = Theme::current();
    QString page = QStringLiteral("<h3 style='margin-bottom:6px'>%1</h3><p>%2</p>")
                       .arg(term.title.toHtmlEscaped(), term.text.toHtmlEscaped());
    if (!term.formula.isEmpty())
        page
            += QStringLiteral("<table bgcolor='%1' cellpadding='8' style='margin-top:8px'><tr><td>%2</td></tr></table>")
                   .arg(theme.sunken.name(), term.formula.toHtmlEscaped());
    return page
        + QStringLiteral("<p style='color:%1'>%2</p>")
              .arg(theme.text3.name(), tr("Source: %1").arg(term.source).toHtmlEscaped());
}

QString GlossaryPage::fieldsHtml(const GlossaryTerm& term) const
{
    QStringList keys = term.fields;
    std::stable_partition(keys.begin(), keys.end(), [this](const QString& key) { return key == m_field; });
    QString part;
    if (!keys.isEmpty())
        part += QStringLiteral("<p style='margin-top:14px; margin-bottom:0; color:%1'>%2</p>")
                    .arg(Theme::current().text3.name(), tr("Set by"));
    for (const QString& key : std::as_const(keys))
        part += fieldHtml(key);
    return part;
}

QString GlossaryPage::relatedHtml(const GlossaryTerm& term) const
{
    QStringList related;
    for (const QString& id : term.related)
        if (const GlossaryTerm* other = m_glossary.find(id))
            related << link(QStringLiteral("term"), id, other->title);
    return related.isEmpty()
        ? QString()
        : QStringLiteral("<p style='margin-top:14px; color:%1'>%2 &nbsp;%3</p>")
              .arg(Theme::current().text3.name(), tr("See also"), related.join(QStringLiteral(" &nbsp;·&nbsp; ")));
}

QString GlossaryPage::html(const GlossaryTerm& term) const
{
    if (!m_beside)
        return termHtml(term) + fieldsHtml(term) + relatedHtml(term);
    return QStringLiteral("<table width='100%' cellspacing='0' cellpadding='0'><tr>"
                          "<td width='50%' style='padding-right:%1px'>%2</td>"
                          "<td width='50%' style='padding-left:%1px'>%3</td></tr></table>")
        .arg(QString::number(halfGap), termHtml(term) + relatedHtml(term), fieldsHtml(term));
}

void GlossaryPage::placeColumns(bool beside)
{
    m_beside = beside;
    const int column = readingWidth(m_view->font());
    m_view->setMaximumWidth(beside ? 2 * (column + halfGap) : column);
    write();
}

void GlossaryPage::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    const int room = width() - listWidth - 4 * 12; // of both sections' padding
    if (const bool beside = room >= 2 * (leastColumn + halfGap); beside != m_beside)
        placeColumns(beside);
}

void GlossaryPage::write()
{
    if (const GlossaryTerm* term = m_glossary.find(m_term))
        m_view->setHtml(html(*term));
}

void GlossaryPage::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        write();
    QWidget::changeEvent(event);
}

} // namespace spectune
