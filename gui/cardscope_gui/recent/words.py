"""When a card was there, in a word or two."""

from datetime import date, datetime

from PySide6.QtCore import QCoreApplication, QDate, QLocale, QTime


def when_words(seen: float, now: float) -> str:
    """``seen`` and ``now`` in seconds since 1970 (UTC); the answer is in the user's time zone and language."""
    then, today = datetime.fromtimestamp(seen), datetime.fromtimestamp(now)
    days = (today.date() - then.date()).days
    locale = QLocale()
    if days <= 0:
        return locale.toString(QTime(then.hour, then.minute), QLocale.FormatType.ShortFormat)
    if days == 1:
        return QCoreApplication.translate("RecentCards", "Yesterday")
    return locale.toString(_qdate(then.date()), "d MMM" if then.year == today.year else "MMM yyyy")


def _qdate(day: date) -> QDate:
    return QDate(day.year, day.month, day.day)
