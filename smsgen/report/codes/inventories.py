"""Codes of `smsgen import-inventory`: what is not taken of a list of servers, and what two imports disagree on."""

from smsgen.report.codes.entry import Code, words

CODES = (
    Code(
        "CELL_LEFT_OUT",
        "warning",
        "a value of a list that an application file cannot say",
        "The server of the row is in its application file, without this value: it is no such id, address or number, or "
        "another server has it already.",
        "Correct the list and import it again, or write the value into the file.",
        words("`subnet-1` in the column subnet"),
    ),
    Code(
        "COLUMNS_NOT_READ",
        "info",
        "columns of a list that mean nothing to smsgen",
        "Their headers are none that docs/inventories.md lists, or another column means the same more plainly.",
        "Where one of them says something of a server, name it with `--columns`.",
        words("a column `Rack`"),
    ),
    Code(
        "MERGE_CONFLICT",
        "warning",
        "a value that the list and somebody have changed, each in another way",
        "Since the last import somebody edited the file, and the list changed at the same place. The file's value "
        "stays, with a comment beside it that says the list's.",
        "Decide, write what holds, and remove the comment.",
        words("the file says m7i.large where the list now says r7i.large, and said c7i.large"),
    ),
    Code(
        "NOT_A_LIST",
        "error",
        "a file that cannot be read as a list of servers",
        "It is no CSV, xlsx or ZIP of CSV files, it is damaged or too large, or none of its first rows is a header "
        "that names servers.",
        "Give the header a row of its own; `--columns name=VM` says what its columns are.",
        words("a CSV file with one column, `Rack`"),
    ),
    Code(
        "ROW_LEFT_OUT",
        "warning",
        "a row of a list that is in no application file",
        "It names no application or no server, it is a template or not to be migrated, or another row is the same "
        "server. Each row is a server of a file, or is told so.",
        "What is missing or doubled, the message says; correct the list and import it again.",
        words("a row of which the column application is empty"),
    ),
    Code(
        "SERVER_GONE",
        "warning",
        "a server, or an application, that the list no longer has",
        "The last import had it. It stays in its file, for taking it out would terminate it at the next launch.",
        "Take it out of the file, or import with `--remove`; delete the file of an application that is gone.",
        words("a list of last week, in which a row was deleted since"),
    ),
    Code(
        "SHEET_NOT_READ",
        "warning",
        "a sheet of a workbook that is not read",
        "It is hidden, or none of its first rows is a header that names servers.",
        "Show the sheet, or give its header a row of its own; nothing is to be done where it holds no servers.",
        words("a hidden sheet `old`"),
    ),
)
