"""CSV as programs write it: which encoding, which separator, and the lines that its rows begin on."""

from __future__ import annotations

import csv
import io
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections import Counter
from collections.abc import Iterator

from smsgen.operations.intake.lists.listing import not_a_list

Rows = Iterator[tuple[int, list[str]]]

_SEPARATORS = ",;\t|"
_SAMPLE = 64 << 10
_SAMPLED_ROWS = 30
_SEP_LINE = re.compile(r'"?sep=(.)"?\r?\n?', re.IGNORECASE)
_KANA_AND_KANJI = re.compile("[\u3040-\u30ff\u4e00-\u9fff\uff66-\uff9f]")
_NOT_JAPANESE = re.compile("[\ue000-\uf8ff]|[A-Za-z][\uff61-\uff9f]|[\uff61-\uff9f][a-z]")


def decode_csv(content: bytes, file: str) -> str:
    """Return the text of a CSV file: UTF-8 or UTF-16, with or without a mark; else Shift-JIS or Windows-1252.

    Of the last two it is the first where it reads as Japanese. Raises InvalidInput (NOT_A_LIST) for what is no text.
    """
    for mark, encoding in ((BOM_UTF8, "utf-8"), (BOM_UTF16_LE, "utf-16-le"), (BOM_UTF16_BE, "utf-16-be")):
        if content.startswith(mark):
            return _decoded(content[len(mark) :], encoding, file)
    if b"\0" in content[:_SAMPLE]:
        even, odd = content[:_SAMPLE:2].count(0), content[1:_SAMPLE:2].count(0)
        return _decoded(content, "utf-16-be" if even > odd else "utf-16-le", file)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _eight_bits(content, file)


def _decoded(content: bytes, encoding: str, file: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"this is not {encoding.upper()}, as which it begins"
        raise not_a_list(file, line, message, "save it as CSV UTF-8") from None
    if "\0" in text[:_SAMPLE]:
        raise not_a_list(
            file, 1, "this is no text", "give a CSV file, an xlsx workbook, or a ZIP of CSV files"
        )
    return text


def _eight_bits(content: bytes, file: str) -> str:
    for encoding in ("cp932", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "cp1252" or (_KANA_AND_KANJI.search(text) and not _NOT_JAPANESE.search(text)):
            return text
    message = "this is neither UTF-8, UTF-16, Windows-1252 nor Shift-JIS"
    raise not_a_list(file, 1, message, "save it as CSV UTF-8")


def separator_of(text: str) -> str:
    """Return what separates the cells: the one that splits the first rows into the most columns, alike in each."""
    sample = text[:_SAMPLE]
    best, most = ",", 0
    for separator in _SEPARATORS:
        lengths = Counter(_lengths(sample, separator))
        if lengths:
            score = max(count * (length - 1) for length, count in lengths.items())
            best, most = (separator, score) if score > most else (best, most)
    return best


def _lengths(sample: str, separator: str) -> Iterator[int]:
    try:
        for number, row in enumerate(csv.reader(io.StringIO(sample, newline=""), delimiter=separator)):
            if number >= _SAMPLED_ROWS:
                return
            if any(row):
                yield len(row)
    except csv.Error:
        return


def csv_rows(content: bytes, file: str) -> tuple[Rows, str]:
    """Return the rows of a CSV file, each with the line on which it begins, and what separates its cells.

    Raises InvalidInput (NOT_A_LIST), also while the rows are read, for what is no CSV.
    """
    text = decode_csv(content, file)
    first = _SEP_LINE.match(text)
    separator = first[1] if first else separator_of(text)
    return _rows(text[first.end() :] if first else text, separator, 1 + bool(first), file), separator


def _rows(text: str, separator: str, line: int, file: str) -> Rows:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    ahead = line
    try:
        for row in reader:
            yield ahead, row
            ahead = line + reader.line_num
    except csv.Error as error:
        message = f"the row that begins here is no CSV: {error}"
        raise not_a_list(file, ahead, message, "export it as CSV again") from None
